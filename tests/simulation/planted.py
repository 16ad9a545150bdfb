"""Which mistakes must a story betray?

Each was made in a prototype, or is one line away from being made; planted, it must be found.
"""

from collections.abc import Callable
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - a type

from consumer.core.ledger_entry import encode_completed
from consumer.core.offsets import PartitionOffsets
from consumer.core.output import OutputRecord
from consumer.core.progress import Progress
from consumer.core.record import Record
from consumer.core.start_position import Start
from consumer.runtime import session, set_up
from consumer.runtime.environment import Environment
from consumer.runtime.group_commit import GroupCommit, Taken
from consumer.runtime.intake import Intake
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.pending import Pending
from consumer.runtime.session import Session
from consumer.runtime.set_up import Restored
from tests.fakes.writer import MemoryWriter

Plant = Callable[[MonkeyPatch], None]


def seen_at_admission(patch: MonkeyPatch) -> None:
    """Count an id as seen when it is admitted: if its session is lost, it never runs."""
    admit = Intake._admit

    def planted(self: Intake, record: Record, event: Any, key: str, *others: Any) -> None:
        admit(self, record, event, key, *others)
        seen = encode_completed(record.offset, others[0], 0.0)
        self._state.ledger.apply(key, seen, None)

    patch.setattr(Intake, "_admit", planted)


def last_offset_is_committed(patch: MonkeyPatch) -> None:
    """Commit the offset after the newest record, and not the end of the settled prefix."""
    patch.setattr(PartitionOffsets, "committable", property(lambda self: self.next))


def in_flight_forgets_what_is_committing(patch: MonkeyPatch) -> None:
    """Forget an id when its commit is sent: a duplicate read before the answer runs."""
    take = GroupCommit._take

    def planted(self: GroupCommit, *, clean: bool) -> Taken:
        taken = take(self, clean=clean)
        for done in taken.settled:
            self._state.in_flight.pop(done.key, None)
        return taken

    patch.setattr(GroupCommit, "_take", planted)


def restored_before_the_fence(patch: MonkeyPatch) -> None:
    """Read the ledger while the last owner can still add to it."""
    early: dict[int, Restored] = {}
    set_up_session = Session._set_up

    async def planted(self: Session, writer: Any) -> Any:
        early[id(self._env)] = await set_up.restore(self._env, self.partition, self.ledger)
        return await set_up_session(self, writer)

    async def restored(env: Environment, partition: int, kept: object) -> Restored:
        return early.pop(id(env))

    patch.setattr(Session, "_set_up", planted)
    patch.setattr(session, "restore", restored)


def only_the_committed_offset_counts(patch: MonkeyPatch) -> None:
    """Start where the group's coordinator says, which may be where it was before."""

    async def planted(
        env: Environment, partition: int, progress: Progress | None
    ) -> tuple[Start, int]:
        place = env.input(partition)
        committed = await env.source.committed(place)
        return Start(committed or 0, "planted"), (await env.source.bounds(place)).end

    patch.setattr(session, "find_start", planted)


def own_coordinates_are_not_looked_up(patch: MonkeyPatch) -> None:
    """Judge poison and conflicts again when they are read again."""
    init = PartitionState.__init__

    def planted(self: PartitionState, *arguments: Any, **named: Any) -> None:
        init(self, *arguments, **named)
        self.judged = set()

    patch.setattr(PartitionState, "__init__", planted)


def ledger_is_ahead_of_the_answer(patch: MonkeyPatch) -> None:
    """Let the ledger in memory follow what was sent, and not what is visible."""
    take = GroupCommit._take

    def planted(self: GroupCommit, *, clean: bool) -> Taken:
        taken = take(self, clean=clean)
        for done in taken.settled:
            self._state.ledger.apply(done.key, done.entry, done.settled_at)
        return taken

    patch.setattr(GroupCommit, "_take", planted)


def owners_do_not_fence_each_other(patch: MonkeyPatch) -> None:
    """Take another transactional id for every session."""
    fence = MemoryWriter.fence

    async def planted(self: MemoryWriter) -> None:
        self._id = f"{self._id}:{id(self)}"
        await fence(self)

    patch.setattr(MemoryWriter, "fence", planted)


def answers_do_not_wait_for_their_offset(patch: MonkeyPatch) -> None:
    """Answer a duplicate before the committed offset passes it: a crash answers it again."""

    def planted(self: Pending, committable: int) -> list[OutputRecord]:
        taken, self.answers = self.answers, []
        return [output for _, output in taken]

    patch.setattr(Pending, "take_answers", planted)


PLANTS: list[Plant] = [
    seen_at_admission,
    last_offset_is_committed,
    in_flight_forgets_what_is_committing,
    restored_before_the_fence,
    only_the_committed_offset_counts,
    own_coordinates_are_not_looked_up,
    ledger_is_ahead_of_the_answer,
    owners_do_not_fence_each_other,
    answers_do_not_wait_for_their_offset,
]
