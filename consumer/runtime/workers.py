"""Who runs the events that are ready?

A pool of long-lived tasks.  A worker takes ready events one after the other and awaits their
processors directly: no task, future or queue per event, and ``asyncio.current_task`` means inside
a processor what it should.  A worker that may be suspended has woken the next one first, so
whatever can run is run; while nothing suspends, one worker does it all.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from consumer.core.in_flight import InFlight
from consumer.ports import StragglerError
from consumer.runtime.processor_slots import ProcessorSlots
from consumer.runtime.worker import Worker

RunAttempt = Callable[[Worker, InFlight], Awaitable[None]]

# A worker whose processors never suspend would starve heartbeats and fetches: it yields after
# so many events, a few milliseconds of work.
EVENTS_BEFORE_YIELD = 64
HUNGRY, SATED = 128, 384
"""Ready events below which more are read, and above which no more are: what is read long before it
runs has left the processor's caches by then."""
STOP_SECONDS = 5.0
TICK_SECONDS = 0.05
"""How late a timeout may be noticed."""


class WorkerPool:
    """Workers, the events that are ready, and the wheel that ends overdue attempts."""

    def __init__(self, size: int, run: RunAttempt, *, straggler_seconds: float) -> None:
        """Make a pool; ``start`` starts it.

        Args:
            size: Attempts that may run at the same time.
            run: Awaited for each event; must not raise.
            straggler_seconds: How long an attempt that was told to end may go on.
        """
        self.ready: deque[InFlight] = deque()
        self._size = size
        self._run = run
        self._straggler_seconds = straggler_seconds
        self._workers: list[Worker] = []
        self._idle: list[asyncio.Future[None]] = []
        self._standby = False
        self._ended = asyncio.Condition()
        self._deadlines: asyncio.Task[None] | None = None
        self.on_hungry: Callable[[], None] | None = None
        """Called, while set, when few events are ready."""
        self._slots = ProcessorSlots()
        self._solitude = asyncio.Lock()
        self._is_solitary = False
        """Whether no event of ``ready`` is taken."""
        self._straggling = asyncio.Event()
        self._straggler = ""

    def start(self) -> None:
        """Start the workers; inside the running loop."""
        loop = asyncio.get_running_loop()
        for number in range(self._size):
            worker = Worker(loop.time)
            worker.task = asyncio.create_task(self._work(worker), name=f"worker-{number}")
            self._workers.append(worker)
        self._deadlines = asyncio.create_task(self._watch_deadlines(), name="deadlines")

    async def stop(self) -> None:
        """End the workers; one that does not end is left behind after a moment."""
        tasks = [worker.task for worker in self._workers if worker.task is not None]
        if self._deadlines is not None:
            tasks.append(self._deadlines)
        for worker in self._workers:
            worker.ends = True
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_SECONDS)

    def wake(self) -> None:
        """Let a worker look at ``ready``, unless one is on its way there."""
        if self.ready and not self._standby and self._idle and not self._is_solitary:
            turn = self._idle.pop()
            if not turn.done():
                self._standby = True
                turn.set_result(None)

    @asynccontextmanager
    async def solitude(self) -> AsyncIterator[None]:
        """Let nothing run in the process but what is run inside, by ``run_alone``."""
        async with self._solitude:
            self._is_solitary = True
            try:
                async with self._ended:
                    await self._ended.wait_for(lambda: self.running() == 0)
                yield
            finally:
                self._is_solitary = False
                self.wake()

    async def run_alone(self, item: InFlight) -> None:
        """Run one attempt of *item*, beside the workers; they are not asked."""
        worker = Worker(asyncio.get_running_loop().time)
        worker.task = asyncio.create_task(self._only(worker, item), name="worker-alone")
        # Not awaited itself: a session that ends drops its attempt, as it does all others.
        await asyncio.wait([worker.task])

    async def _only(self, worker: Worker, item: InFlight) -> None:
        self._workers.append(worker)
        try:
            await self._run(worker, item)
        finally:
            self._workers.remove(worker)
            await self._tell_ended()

    def drop(self, owner: object) -> None:
        """Tell every running attempt of *owner*'s events to end."""
        now = asyncio.get_running_loop().time()
        for worker in self._workers:
            if worker.item is not None and worker.item.owner is owner:
                worker.cancel("dropped", now)

    def running(self, owner: object | None = None) -> int:
        """Return how many attempts run, of *owner*'s events or of all."""
        return sum(
            worker.item is not None and (owner is None or worker.item.owner is owner)
            for worker in self._workers
        )

    def is_waiting(self) -> bool:
        """Whether most workers are suspended inside processors, which wait for something."""
        return 2 * len(self._idle) < self._size

    async def idle(self, owner: object) -> None:
        """Return once no attempt of *owner*'s events runs any more."""
        async with self._ended:
            await self._ended.wait_for(lambda: self.running(owner) == 0)

    async def straggler(self) -> None:
        """Wait for an attempt that does not end.

        Raises:
            StragglerError: One went on for too long after it was told to end.
        """
        await self._straggling.wait()
        raise StragglerError(
            f"an attempt of {self._straggler} goes on {self._straggler_seconds:g} s after it was "
            "told to end: the process ends, because a second attempt would run beside it; let "
            "the processor honour cancellation, or raise processing.straggler_timeout",
        )

    async def _work(self, worker: Worker) -> None:
        ready, run = self.ready, self._run
        loop = asyncio.get_running_loop()
        unyielded = 0
        while True:
            # Tired: the next one has been woken and goes on.  If both went on, every turn of the
            # loop would add one more that never suspends.
            tired = unyielded >= EVENTS_BEFORE_YIELD
            if not ready or self._is_solitary or (tired and self._standby):
                unyielded = 0
                turn = loop.create_future()
                self._idle.append(turn)
                await turn
                self._standby = False
                continue
            if tired:
                unyielded = 0
                await asyncio.sleep(0)
                continue
            item = ready.popleft()
            if self.on_hungry is not None and len(ready) < HUNGRY:
                self.on_hungry()
            if item.owner.ended:
                continue
            limited = item.processor is not None and item.processor.concurrency is not None
            if limited and not self._slots.take(item):
                continue
            if ready and not self._standby:
                self.wake()
            await run(worker, item)
            if limited:
                self._slots.give_back(item, ready)
            if item.owner.ending or self._is_solitary:
                await self._tell_ended()
            unyielded += 1

    async def _tell_ended(self) -> None:
        async with self._ended:
            self._ended.notify_all()

    async def _watch_deadlines(self) -> None:
        """Cancel overdue attempts: one look at all workers in place of a timer per event."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = loop.time()
            for worker in self._workers:
                if worker.item is None:
                    continue
                if worker.cancelled_at is not None:
                    self._look_for_straggler(worker, now)
                elif worker.deadline <= now:
                    worker.cancel("timeout", now)

    def _look_for_straggler(self, worker: Worker, now: float) -> None:
        if worker.cancelled_at is None or worker.item is None:
            return
        if now - worker.cancelled_at > self._straggler_seconds:
            # Not raised here: whoever waits for all workers would wait for this one too.
            self._straggler = f"event {worker.item.event.event_id} ({worker.reason})"
            self._straggling.set()
