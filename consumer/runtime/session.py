"""What is one owner's life with one partition?

fence -> restore -> start position -> progress -> read, run, commit -> drained, or lost.  A session
owns its state: when it ends, everything that was not committed is dropped with it, and whatever
still runs settles into an object that nobody commits.
"""

import asyncio

from consumer.core.open_letters import OpenLetters
from consumer.core.quarantine import Quarantine
from consumer.core.refusals import Refusals
from consumer.core.session_facts import SessionClosed, SessionStarted
from consumer.core.status import PartitionStatus
from consumer.ports import LedgerStore, Writer
from consumer.runtime.environment import Environment
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.parts import Parts, parts_of
from consumer.runtime.reading import Reading
from consumer.runtime.set_up import find_control, find_start, first_progress, lanes_of, restore
from consumer.runtime.settling import Settling


class Session:
    """One partition, from the fence to the last commit."""

    def __init__(
        self,
        env: Environment,
        partition: int,
        *,
        reads_control: bool,
        refusals: Refusals,
        kept: LedgerStore | None,
    ) -> None:
        """Prepare; ``run`` does everything.

        Args:
            env: What all sessions share.
            partition: Number of the input partition.
            reads_control: Whether the control partition of that number is ours as well.
            refusals: What earlier sessions of this partition were refused.
            kept: The ledger of an earlier session; only the difference is restored.
        """
        self.partition = partition
        self.ended = False
        """Dropped: nothing that still runs matters any more."""
        self.ending = False
        """Draining or dropped: the pool tells when attempts end."""
        self.ledger = kept
        self.state: PartitionState | None = None
        """None until the session reads."""
        self.settling: Settling | None = None
        """Told of the outcomes of attempts; None until the session reads."""
        self._env = env
        self._reads_control = reads_control
        self._refusals = refusals
        self._parts: Parts | None = None
        self._drain = asyncio.Event()
        self._moved_at = asyncio.get_running_loop().time()
        self.reflects: float | None = None
        """When the ledger last reflected the state topic, seconds since the epoch; None before."""
        self._cut = False
        """Whether attempts were cut off by the drain's timeout."""

    async def run(self) -> None:
        """Live until drained.

        Raises:
            SessionLostError: A commit or a part of the set-up failed, or its outcome is unknown.
            PartitionRefusedError: An operator has to accept something first.
        """
        writer = self._env.writers(self.partition)
        try:
            state, parts = await self._set_up(writer)
            await self._live(
                parts,
                asyncio.create_task(parts.trimming.run(), name=f"trimming-{self.partition}"),
                asyncio.create_task(parts.due.run(), name=f"due-{self.partition}"),
                asyncio.create_task(parts.suspects.run(), name=f"suspects-{self.partition}"),
                asyncio.create_task(parts.control.run(), name=f"control-{self.partition}"),
            )
            await self._close(state, parts)
        finally:
            await self._end(writer)

    async def _live(self, parts: Parts, *beside: "asyncio.Task[None]") -> None:
        """Commit until drained; whatever goes on *beside* ends with it, and must not fail."""
        name = f"commit-{self.partition}"
        committing = asyncio.create_task(parts.commit.run(self._drain), name=name)
        waiting = {committing, *beside}
        try:
            while not committing.done():
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in (committing, *beside):
                task.cancel()
            await asyncio.wait([committing, *beside])

    async def drain(self, timeout_seconds: float) -> None:
        """Admit nothing more, let what is admitted finish, then let ``run`` commit and return.

        Retries that wait are not waited for, not even those that a breaker holds: they are parked,
        and the next owner goes on with them.
        """
        self.ending = True
        if self._parts is not None:
            try:
                async with asyncio.timeout(timeout_seconds):
                    await self._parts.turns.rest()
            except TimeoutError:
                self._cut = True
                self._env.pool.drop(self)
            held = self._env.gates.drop(self, asyncio.get_running_loop().time())
            self._parts.settling.park_waiting(held)
        self._drain.set()
        if self.state is not None:
            self.state.press()

    @property
    def reading(self) -> Reading | None:
        """What takes the partition's records; None before the session reads, and once it ends."""
        return None if self.ending or self._parts is None else self._parts.reading

    def status(self, high_watermark: int | None) -> PartitionStatus:
        """Return what gauges and health show of this partition."""
        state = self.state
        now = asyncio.get_running_loop().time()
        if state is None:
            return PartitionStatus(self.partition, "starting", 0, 0, None, 0, 0, 0.0)
        committed = state.progress.next_input
        load, moment = state.parked.load, self._env.clocks.now()
        return PartitionStatus(
            self.partition,
            "draining" if self.ending else "running",
            committed,
            state.offsets.next,
            None if high_watermark is None else max(0, high_watermark - committed),
            state.held_records,
            len(state.ledger),
            now - self._moved_at if len(state.offsets) else 0.0,
            self.settling.guard.state if self.settling is not None else "passing",
            self.settling.guard.held if self.settling is not None else 0,
            parked_events=dict(load.by_policy),
            parked_oldest_age_seconds=load.oldest_age_seconds(moment),
            overdue_seconds=state.parked.due.overdue_seconds(moment),
            held_keys=state.parked.held_keys,
            open_letters=len(state.open_letters),
            letter_oldest_age_seconds=state.open_letters.oldest_age_seconds(moment),
        )

    def moved(self) -> None:
        """Take note that a commit moved the committable."""
        self._moved_at = asyncio.get_running_loop().time()
        self.reflects = self._env.clocks.now()
        if self.settling is not None:
            self.settling.guard.look()

    async def _set_up(self, writer: Writer) -> tuple[PartitionState, Parts]:
        env, loop = self._env, asyncio.get_running_loop()
        began = loop.time()
        await writer.fence()
        restored = await restore(env, self.partition, self.ledger)
        ledger = self.ledger = restored.ledger
        self.reflects = env.clocks.now()
        start, log_end = await find_start(env, self.partition, ledger.progress)
        control = await find_control(env, self.partition, ledger.progress)
        first = first_progress(env, ledger.progress, start, control.offset, log_end)
        open_letters = OpenLetters()
        state = PartitionState(
            self.partition,
            progress=first,
            ledger=ledger,
            refusals=self._refusals,
            bounds=env.bounds,
            parked=lanes_of(env, ledger, first, open_letters),
            open_letters=open_letters,
            quarantine=Quarantine(first, env.settings.processing.max_in_flight_records),
            reads_control=self._reads_control,
        )
        parts = parts_of(
            env,
            state,
            writer,
            self,
            moved=self.moved,
            cautious_before=control.cautious_before,
        )
        await parts.commit.commit()
        self._parts, self.settling, self.state = parts, parts.settling, state
        parts.reading.begin()
        env.observer.observe(
            SessionStarted(
                env.settings.topics.input,
                self.partition,
                start.offset,
                start.rule,
                len(ledger),
                restored.records,
                loop.time() - began,
                start.skipped + control.skipped,
                control.note(start.note),
            ),
        )
        return state, parts

    async def _close(self, state: PartitionState, parts: Parts) -> None:
        """Say in a last commit that this owner ended by itself."""
        cut = self._cut or self._env.pool.running(self) > 0
        self.ended = True
        await parts.commit.commit(clean=not cut)
        self._env.observer.observe(
            SessionClosed(
                self._env.settings.topics.input,
                self.partition,
                state.progress.next_input,
                clean=not cut,
            ),
        )

    async def _end(self, writer: Writer) -> None:
        """Drop whatever is left, and wait until none of our attempts runs any more."""
        self.ended = self.ending = True
        env = self._env
        if self._parts is not None:
            self._parts.turns.end()
        if self.state is not None:
            self.state.release_all()
            self.state.put_back(env.clocks.now())
        env.gates.drop(self, asyncio.get_running_loop().time())
        if self.settling is not None:
            self.settling.guard.end()
        env.pool.drop(self)
        try:
            await env.pool.idle(self)
        finally:
            await writer.close()
            env.source.wake()
