"""Which mistakes with parked events must a story betray?

Each is one line away from being made; planted, it must be found.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from operator import itemgetter
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - a type

from consumer.core import admission, parked_restore
from consumer.core.admission import Admission
from consumer.core.due_heads import DueHeads, Lane
from consumer.core.lanes import Lanes
from consumer.core.ledger_entry import Entry
from consumer.core.parked_lanes import ParkedLane, ParkedLanes
from tests.property import parking_commits, parking_session
from tests.property.parking_session import Session
from tests.property.parking_world import Item

Plant = Callable[[MonkeyPatch], None]


def followers_are_forgotten(patch: MonkeyPatch) -> None:
    """Let a lane go with its head."""

    def planted(self: ParkedLanes, lane: ParkedLane, state: Lane, now: float) -> None:
        del self.lanes[lane]

    patch.setattr(ParkedLanes, "_next", planted)


def lane_order_is_lost_at_restore(patch: MonkeyPatch) -> None:
    """Restore in the order of ledger keys, and not of places."""
    patch.setattr(parked_restore, "itemgetter", lambda _: itemgetter(2))


def parked_events_are_not_restored(patch: MonkeyPatch) -> None:
    """Restore what runs and what holds, and nobody who waits."""
    patch.setattr(parked_restore, "may_wait", lambda encoded: b'"status":"parked"' not in encoded)


def parked_events_run_before_they_are_due(patch: MonkeyPatch) -> None:
    """Take some seconds too many."""
    take = DueHeads.take_due
    patch.setattr(DueHeads, "take_due", lambda self, now, limit: take(self, now + 4.0, limit))


def missed_is_what_is_not_yet_due(patch: MonkeyPatch) -> None:
    """Take everything that is restored for missed."""
    add = DueHeads.add_restored
    patch.setattr(DueHeads, "add_restored", lambda self, lanes, now: add(self, lanes, now + 1e9))


def attempts_are_reset_by_a_reread(patch: MonkeyPatch) -> None:
    """Take an unfinished record for a new one when it is read again."""
    init = Item.__init__

    def planted(self: Item, *arguments: Any) -> None:
        init(self, *arguments)
        self.history = None

    patch.setattr(Item, "__init__", planted)


def parked_records_are_run_when_read_again(patch: MonkeyPatch) -> None:
    """Run on what is read again, although its entry holds it."""
    judge = admission.against_entry

    def planted(offset: int, fingerprint: str, entry: Entry) -> Admission:
        return judge(offset, fingerprint, replace(entry, parked=None))

    patch.setattr(admission, "against_entry", planted)


def parked_events_run_before_their_parking_is_committed(patch: MonkeyPatch) -> None:
    """Take followers for committed."""
    follow = ParkedLanes.follow

    def planted(self: ParkedLanes, lane: ParkedLane, key: str, **what: Any) -> None:
        follow(self, lane, key, **what)
        del self._uncommitted[key]

    patch.setattr(ParkedLanes, "follow", planted)


def who_is_parked_again_goes_to_the_end(patch: MonkeyPatch) -> None:
    """Give a head another place when it fails again."""
    patch.setattr(Session, "seq_of", lambda self, _item: self.parked.take_seq())


def new_events_pass_their_parked_predecessors(patch: MonkeyPatch) -> None:
    """Do not ask whether a lane is parked."""

    def planted(self: Session, item: Item) -> None:
        self.in_flight[item.key] = item
        if self.lanes.enter(item.lane, item):
            self.begin(item)

    patch.setattr(Session, "admit", planted)


def followers_in_memory_are_left_behind(patch: MonkeyPatch) -> None:
    """Park the head of a lane in memory alone."""
    patch.setattr(Lanes, "disband", lambda _self, _lane: [])


def holds_are_not_restored(patch: MonkeyPatch) -> None:
    """Let the followers of a letter run after a restart."""
    restore = parked_restore.restored_lanes

    def planted(entries: Iterable[tuple[str, int, Entry]], **what: Any) -> ParkedLanes:
        return restore([each for each in entries if each[2].parked is not None], **what)

    patch.setattr(parked_restore, "restored_lanes", planted)


def duplicates_of_parked_events_are_forgotten(patch: MonkeyPatch) -> None:
    """Pass a duplicate without raising what its original has answered."""
    for module in (parking_session, parking_commits):
        patch.setattr(module, "answering", lambda entry, _offset: entry)


PLANTS: list[Plant] = [
    followers_are_forgotten,
    lane_order_is_lost_at_restore,
    parked_events_are_not_restored,
    parked_events_run_before_they_are_due,
    missed_is_what_is_not_yet_due,
    attempts_are_reset_by_a_reread,
    parked_records_are_run_when_read_again,
    parked_events_run_before_their_parking_is_committed,
    who_is_parked_again_goes_to_the_end,
    new_events_pass_their_parked_predecessors,
    followers_in_memory_are_left_behind,
    holds_are_not_restored,
    duplicates_of_parked_events_are_forgotten,
]
