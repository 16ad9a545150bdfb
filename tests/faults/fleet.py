"""How are the workers of a run started, killed, stopped, woken and never left behind?

Each is a process of its own, in a session of its own, so that Ctrl-C reaches only us; whatever
happens to us, none outlives us (see ``worker``).
"""

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.faults.plan import Fate, PointKill, PointStop, RandomKill, Variant

ROOT = Path(__file__).parents[2]
_POLL_SECONDS = 0.05
_ARMED_SECONDS = 40.0
"""A worker that has not reached its point by then is killed, and its fate is tried once more."""
_AWAKE_SECONDS = 8.0
"""How long a woken worker is watched before the next fate takes it."""
_FENCED = re.compile(rb'"event":"session.lost".*"reason":"fenced"')


class Worker:
    """One process of the application.

    Args:
        process: It.
        log: The file that its log goes to.
    """

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Exit status, negative for a signal; None while it runs."""
        return self._process.returncode

    async def ended_within(self, seconds: float) -> bool:
        """Wait for its end; return whether it came."""
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            return False
        return True

    async def said_within(self, seconds: float, event: str) -> bool:
        """Wait until its log holds a line of *event*; False when time is up, or it has ended."""
        deadline = asyncio.get_running_loop().time() + seconds
        line = f'"event":"{event}"'.encode()
        while line not in self._log.read_bytes():
            if self.status is not None or asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True

    async def stopped_within(self, seconds: float) -> bool:
        """Wait until it has stopped itself; False when it ended instead, or time is up."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self.status is None and asyncio.get_running_loop().time() < deadline:
            if self._is_stopped():
                return True
            await asyncio.sleep(_POLL_SECONDS)
        return False

    def _is_stopped(self) -> bool:
        # Its end is left for asyncio to collect: WNOWAIT, and no WEXITED.
        flags = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self._process.pid, flags) is not None
        except ChildProcessError:
            return False  # it has ended, and was collected

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.status is None:
            self._process.send_signal(number)

    async def kill(self) -> None:
        """End it as a crash would, and wait until it is gone."""
        self.send(signal.SIGKILL)
        await self._process.wait()


class Fleet:
    """The workers of one run.

    Args:
        environment: Settings of the application, ``EVERONCE_…``.
        directory: Where each worker's log goes.
        variant: What is wrong with them.
    """

    def __init__(self, environment: Mapping[str, str], directory: Path, variant: Variant) -> None:
        self._environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
        self._directory = directory
        self._variant = variant
        self._living: set[Worker] = set()
        self._workers: list[tuple[int, Path]] = []
        self.kills: Counter[str] = Counter()
        """SIGKILLs by point; ``random`` are those from outside."""
        self.stops = 0
        """SIGSTOPs in the middle of a transaction, each followed by a SIGCONT."""
        self.starts = 0
        self.own_ends = 0
        """Workers that ended without being asked to."""
        self.killed: set[int] = set()
        """Process ids of those that were killed."""

    async def start(self, fate: Fate | None = None) -> Worker:
        """Start a worker armed with *fate*."""
        self.starts += 1
        arguments = ["--variant", self._variant]
        if isinstance(fate, PointKill | PointStop):
            number = signal.SIGKILL if isinstance(fate, PointKill) else signal.SIGSTOP
            arguments += ["--point", fate.point, "--passage", str(fate.passage)]
            arguments += ["--signal", number.name]
        path = self._directory / f"worker-{self.starts:03}.log"
        with path.open("wb") as log:
            worker = Worker(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "tests.faults.worker",
                    *arguments,
                    env=self._environment,
                    cwd=ROOT,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                ),
                path,
            )
        self._living.add(worker)
        self._workers.append((worker.pid, path))
        return worker

    def fenced(self) -> int:
        """Return how many sessions of the workers so far ended because a successor was there."""
        return sum(_FENCED.search(line) is not None for _, line in self.lines())

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield what the workers so far have written, each line with the writer's process id."""
        for pid, path in self._workers:
            for line in path.read_bytes().splitlines():
                yield pid, line

    async def fulfil(self, worker: Worker, fate: Fate) -> bool:
        """Do to *worker* what *fate* says; it is gone then.  False where it never came to it."""
        match fate:
            case RandomKill(after_seconds):
                ended = await worker.ended_within(after_seconds)
                await self._killed(worker, "random", by_itself=ended)
                return True
            case PointKill(point):
                ended = await worker.ended_within(_ARMED_SECONDS)
                reached = worker.status == -signal.SIGKILL
                await self._killed(worker, point if reached else "random", by_itself=ended)
                return reached
            case PointStop(_, _, stopped_seconds):
                reached = await worker.stopped_within(_ARMED_SECONDS)
                if reached:
                    await asyncio.sleep(stopped_seconds)
                    worker.send(signal.SIGCONT)
                    self.stops += 1
                    await worker.ended_within(_AWAKE_SECONDS)
                await self._killed(worker, "random", by_itself=worker.status is not None)
                return reached

    async def _killed(self, worker: Worker, cause: str, *, by_itself: bool) -> None:
        await worker.kill()
        self._living.discard(worker)
        if by_itself and worker.status != -signal.SIGKILL:
            self.own_ends += 1
        else:
            self.kills[cause] += 1
            self.killed.add(worker.pid)

    async def leave(self, worker: Worker, grace_seconds: float) -> bool:
        """End *worker* by SIGTERM; return whether it ended cleanly within the grace."""
        worker.send(signal.SIGTERM)
        ended = await worker.ended_within(grace_seconds)
        await worker.kill()
        self._living.discard(worker)
        return ended and worker.status == 0

    def note_own_end(self, worker: Worker) -> None:
        """Count a worker that ended without being asked to."""
        self._living.discard(worker)
        self.own_ends += 1

    async def finish(self, grace_seconds: float) -> int:
        """End the living by SIGTERM; return how many did not end cleanly within the grace."""
        for worker in self._living:
            worker.send(signal.SIGTERM)
        ended = [await worker.ended_within(grace_seconds) for worker in self._living]
        unclean = sum(
            not in_time or worker.status != 0
            for in_time, worker in zip(ended, self._living, strict=True)
        )
        await self.kill_all()
        return unclean

    async def kill_all(self) -> None:
        """Leave nobody behind."""
        for worker in list(self._living):
            await worker.kill()
            self._living.discard(worker)
