"""What does a session take of its partition's logs?

There is one from the start position on; once the session ends, what is read is nobody's.
"""

from collections.abc import Sequence
from typing import Literal

from consumer.core.record import Record
from consumer.runtime.control import Control
from consumer.runtime.environment import Environment
from consumer.runtime.intake import Intake
from consumer.runtime.partition_guard import PartitionGuard
from consumer.runtime.partition_state import PartitionState


class Reading:
    """The way from the poll into one session, and how much may come by it."""

    def __init__(
        self,
        env: Environment,
        state: PartitionState,
        intake: Intake,
        guard: PartitionGuard,
        acting: Control,
    ) -> None:
        """Read into *state* what *guard* lets through.

        *intake* judges the records of the input, *acting* carries out those of the control topic.
        """
        self.partition = state.partition
        self.reads_control = state.reads_control
        self.state = state
        self._env = env
        self._intake = intake
        self._guard = guard
        self._acting = acting

    def begin(self) -> None:
        """Let the client fetch, from our own next offsets on."""
        source = self._env.source
        self.seek()
        source.resume(self._env.input(self.partition))
        if self.reads_control:
            source.resume(self._env.control(self.partition))
        source.wake()

    def seek(self) -> None:
        """Put the client to our own next offsets, wherever it believes to be."""
        env = self._env
        env.source.seek(env.input(self.partition), self.state.offsets.next)
        if self.reads_control:
            env.source.seek(env.control(self.partition), self._acting.next)

    def accept(self, records: Sequence[Record]) -> None:
        """Admit *records* of the input, in log order."""
        self._intake.accept(records)
        self._env.pool.wake()
        self._signal_moved()

    def accept_control(self, records: Sequence[Record]) -> None:
        """Let what stands on the control topic be carried out, in log order."""
        self._acting.accept(records)

    @property
    def wants_control(self) -> bool:
        """Whether more of the control topic should be read: however full the partition is."""
        return self.reads_control and self._acting.is_wanted

    def passed(self, position: int | None) -> None:
        """Take note of the client's position, once everything it delivered was accepted."""
        if position is not None:
            self.state.offsets.passed(position)
            self._signal_moved()

    def passed_control(self, position: int | None) -> None:
        """The same for the control log."""
        if position is not None:
            self._acting.passed(position)

    def room(self, share: int) -> int:
        """Return how many more records the session takes, of its *share* of the process."""
        state = self.state
        bound = self.bound()
        if bound == "entries":
            # One at a time: what is unread keeps the ledger from forgetting, so that a full stop
            # would be one for ever.
            return 0 if state.held_records else 1
        if bound is not None:
            return 0
        room = share - state.held_records
        if room <= 0 and state.held_records <= len(state.pending.settled):
            # Nothing more comes until something is committed, and no commit is on its way: no use
            # in waiting for company.
            state.press()
        most = self._guard.most_to_read()
        return room if most is None else min(room, most)

    def bound(self) -> Literal["window", "entries", "parked"] | None:
        """Return which bound of the partition stops its intake; None when there is none."""
        retry = self._env.settings.retry
        if self.state.parked.load.is_full(
            max_entries=retry.max_parked, max_bytes=retry.max_parked_bytes
        ):
            return "parked"
        if self.state.offsets.window >= self._env.settings.processing.max_window:
            return "window"
        return "entries" if self.state.full else None

    def _signal_moved(self) -> None:
        if self.state.has_moved():
            self.state.signal()
