"""What is one owner's life with one partition?

fence -> restore -> start position -> progress -> read, run, commit -> drained, or lost.  A session
owns its state: when it ends, everything that was not committed is dropped with it, and whatever
still runs settles into an object that nobody commits.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal

from consumer.core.record import Record
from consumer.core.refusals import Refusals
from consumer.core.session_facts import ControlRefused, SessionClosed, SessionStarted
from consumer.core.settlement import Rules
from consumer.core.status import PartitionStatus
from consumer.ports import LedgerStore, Writer
from consumer.runtime.environment import Environment
from consumer.runtime.group_commit import GroupCommit
from consumer.runtime.intake import Intake
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.set_up import find_control, find_start, first_progress, restore
from consumer.runtime.settling import Settling
from consumer.runtime.trimming import Trimming
from consumer.runtime.turns import Turns


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
        self.reads_control = reads_control
        self._refusals = refusals
        self._intake: Intake | None = None
        self._drain = asyncio.Event()
        self._turns: Turns | None = None
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
            commit = await self._set_up(writer)
            trimming = Trimming(self._env, self._working())
            trimmer = asyncio.create_task(trimming.run(), name=f"trimming-{self.partition}")
            try:
                await commit.run(self._drain)
            finally:
                trimmer.cancel()
                await asyncio.wait([trimmer])
            await self._close(commit)
        finally:
            await self._end(writer)

    async def drain(self, timeout_seconds: float) -> None:
        """Admit nothing more, let what is admitted finish, then let ``run`` commit and return.

        Retries that wait are not waited for: their attempts so far are remembered, and the next
        owner goes on with them.
        """
        self.ending = True
        if self._turns is not None:
            try:
                async with asyncio.timeout(timeout_seconds):
                    await self._turns.rest()
            except TimeoutError:
                self._cut = True
                self._env.pool.drop(self)
        self._drain.set()
        if self.state is not None:
            self.state.press()

    def accept(self, records: Sequence[Record]) -> None:
        """Admit *records* of the input, in log order."""
        if self._intake is not None and not self.ending:
            self._intake.accept(records)
            self._env.pool.wake()
            self._signal_moved()

    def accept_control(self, records: Sequence[Record]) -> None:
        """Pass *records* of the control topic: none of them has a meaning yet."""
        if self.state is None or self.ending:
            return
        for record in records:
            if record.offset < self.state.next_control:
                continue
            self.state.next_control = record.offset + 1
            self._env.observer.observe(
                ControlRefused(self.partition, record.offset, "no command is known"),
            )
        self.state.signal()

    def passed(self, position: int | None) -> None:
        """Take note of the client's position, once everything it delivered was accepted."""
        if position is not None and self.state is not None and not self.ending:
            self.state.offsets.passed(position)
            self._signal_moved()

    def passed_control(self, position: int | None) -> None:
        """The same for the control log."""
        if position is not None and self.state is not None and not self.ending:
            self.state.next_control = max(self.state.next_control, position)

    def _signal_moved(self) -> None:
        if self.state is not None and self.state.has_moved():
            self.state.signal()

    def room(self, share: int) -> int:
        """Return how many more records this session takes, of its *share* of the process."""
        state = self.state
        if state is None or self.ending:
            return 0
        bound = self.bound()
        if bound == "entries":
            # One at a time: what is unread keeps the ledger from forgetting, so that a full stop
            # would be one for ever.
            return 0 if state.held_records else 1
        if bound is not None:
            return 0
        room = share - state.held_records
        if room <= 0 and len(state.offsets) <= len(state.pending.settled):
            # Nothing more comes until something is committed: no use in waiting for company.
            state.press()
        return room

    def bound(self) -> Literal["window", "entries"] | None:
        """Return which bound of the partition stops its intake; None when there is none."""
        state = self.state
        if state is None:
            return None
        if state.offsets.window >= self._env.settings.processing.max_window:
            return "window"
        return "entries" if state.full else None

    def status(self, high_watermark: int | None) -> PartitionStatus:
        """Return what gauges and health show of this partition."""
        state = self.state
        now = asyncio.get_running_loop().time()
        if state is None:
            return PartitionStatus(self.partition, "starting", 0, 0, None, 0, 0, 0.0)
        committed = state.progress.next_input
        return PartitionStatus(
            self.partition,
            "draining" if self.ending else "running",
            committed,
            state.offsets.next,
            None if high_watermark is None else max(0, high_watermark - committed),
            state.held_records,
            len(state.ledger),
            now - self._moved_at if len(state.offsets) else 0.0,
        )

    def moved(self) -> None:
        """Take note that a commit moved the committable."""
        self._moved_at = asyncio.get_running_loop().time()
        self.reflects = self._env.clocks.now()

    async def _set_up(self, writer: Writer) -> GroupCommit:
        env, loop = self._env, asyncio.get_running_loop()
        began = loop.time()
        await writer.fence()
        restored = await restore(env, self.partition, self.ledger)
        ledger = self.ledger = restored.ledger
        self.reflects = env.clocks.now()
        start = await find_start(env, self.partition, ledger.progress)
        control = await find_control(env, self.partition, ledger.progress)
        state = PartitionState(
            self.partition,
            progress=first_progress(env, ledger.progress, start, control),
            ledger=ledger,
            refusals=self._refusals,
            bounds=env.bounds,
            reads_control=self.reads_control,
        )
        commit = GroupCommit(env, state, writer, self.moved)
        await commit.commit()
        settings = env.settings
        rules = Rules(
            topic=settings.topics.input,
            partition=self.partition,
            keep_results=settings.dedup.keeps_results,
            keep_result_max_bytes=settings.dedup.keep_result_max_bytes,
            limits=dict(env.limits),
            consumer=settings.kafka.group_id,
            version=env.version,
        )
        self._turns = Turns(env, state)
        self.settling = Settling(env, state, rules, self._turns)
        self._intake = Intake(env, state, self.settling, self)
        self.state = state
        self._begin_reading(start.offset, control)
        env.observer.observe(
            SessionStarted(
                settings.topics.input,
                self.partition,
                start.offset,
                start.rule,
                len(ledger),
                restored.records,
                loop.time() - began,
                start.skipped,
                start.note,
            ),
        )
        return commit

    def _begin_reading(self, start: int, control: int) -> None:
        source = self._env.source
        places = [(self._env.input(self.partition), start)]
        if self.reads_control:
            places.append((self._env.control(self.partition), control))
        for place, offset in places:
            source.seek(place, offset)
            source.resume(place)
        source.wake()

    async def _close(self, commit: GroupCommit) -> None:
        """Say in a last commit that this owner ended by itself."""
        state = self._working()
        cut = self._cut or self._env.pool.running(self) > 0
        self.ended = True
        await commit.commit(clean=not cut)
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
        if self._turns is not None:
            self._turns.end()
        if self.state is not None:
            self.state.release_all()
            self.state.put_back(env.clocks.now())
        env.pool.drop(self)
        try:
            await env.pool.idle(self)
        finally:
            await writer.close()
            env.source.wake()

    def _working(self) -> PartitionState:
        if self.state is None:
            raise RuntimeError(f"partition {self.partition} is not set up yet")
        return self.state
