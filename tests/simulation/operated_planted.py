"""Which mistakes with acts and arrivals must a story betray?

Each was made, or is one line away from being made; planted, it must be found.
"""

from collections.abc import Callable
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - a type

from consumer.core.act import Act
from consumer.core.acting import letter_refusal
from consumer.core.admission import Admission
from consumer.core.arrival import arrived
from consumer.core.ledger_entry import Entry
from consumer.core.output import OutputRecord
from consumer.core.parked_lanes import ParkedLane, ParkedLanes
from consumer.core.record import Record
from consumer.runtime import acts, arrivals
from consumer.runtime.acts import Acts
from consumer.runtime.pending import Pending
from consumer.runtime.redrives import Redrives
from consumer.runtime.taking import Taking

Json = dict[str, Any]
Plant = Callable[[MonkeyPatch], None]


def letter_in_flight_again_is_accepted(patch: MonkeyPatch) -> None:
    """Redrive a letter again whose event has not settled yet, or has completed."""

    def planted(act: Act, entry: Entry | None, *, is_in_flight: bool) -> str | None:
        mark = entry.letter if entry is not None else None
        if mark is not None and mark.state != "discarded" and act.dlq_id == mark.dlq_ids[-1]:
            return None
        return letter_refusal(act, entry, is_in_flight=is_in_flight)

    patch.setattr(acts, "letter_refusal", planted)


def letter_is_closed_late(patch: MonkeyPatch) -> None:
    """Pass an act before what it has begun stands in the ledger."""

    def planted(self: Taking, *_: Any) -> None:
        self._state.pending.arrived = {}

    patch.setattr(Taking, "_take_arrived", planted)


def redrive_is_not_judged(patch: MonkeyPatch) -> None:
    """Let a mended record run whatever is known of the id that it carries now."""

    def planted(self: Redrives, key: str, *_: Any) -> tuple[str, Admission]:
        del self
        return key, Admission.RESEND

    patch.setattr(Redrives, "_judge", planted)


def foreign_offset_is_taken_for_an_own_one(patch: MonkeyPatch) -> None:
    """Take the offset of an event that was read elsewhere for one of this partition."""

    def planted(known: Entry | None, record: Record, **named: Any) -> Entry:
        return arrived(known, record, **(named | {"own_offset": record.offset}))

    patch.setattr(arrivals, "arrived", planted)


def homeward_does_not_wait_for_its_offset(patch: MonkeyPatch) -> None:
    """Bring an event home before its record is passed: a crash brings it home again."""

    def planted(self: Pending, committable: int) -> list[tuple[int, OutputRecord]]:
        del committable
        taken, self.homeward = self.homeward, []
        return [(home, record) for _, home, record in taken]

    patch.setattr(Pending, "take_homeward", planted)


def homeward_is_brought_twice(patch: MonkeyPatch) -> None:
    """Keep an event that was brought home among those that are to be."""
    send = Pending.send_home

    def planted(self: Pending, offset: int, home: int, control: OutputRecord) -> None:
        send(self, offset, home, control)
        self.homeward.append((offset, home, self.homeward[-1][2]))

    patch.setattr(Pending, "send_home", planted)


def cancelled_event_keeps_its_place(patch: MonkeyPatch) -> None:
    """Write the letter of a cancelled event, and leave it in its lane."""

    def planted(self: ParkedLanes, lane: ParkedLane, key: str, now: float) -> bool:
        del key, now
        return lane in self.lanes

    patch.setattr(ParkedLanes, "remove", planted)


def release_forgets_the_followers(patch: MonkeyPatch) -> None:
    """Let a key go on, and forget who waited behind its letter."""

    def planted(self: ParkedLanes, lane: ParkedLane, dlq_id: str, now: float) -> bool:
        del now
        if self._held.get(lane) != dlq_id:
            return False
        del self._held[lane], self.lanes[lane]
        return True

    patch.setattr(ParkedLanes, "release", planted)


def discarded_letter_goes_on_holding(patch: MonkeyPatch) -> None:
    """Discard a letter, and leave its key where it is."""
    patch.setattr(Acts, "_let_go", lambda *_: None)


HELD: Json = {"on_dead_letter": "hold_key"}
SPREAD: Json = {"partitions": 2}
PLANTS: dict[Plant, Json] = {
    letter_in_flight_again_is_accepted: {},
    letter_is_closed_late: HELD,
    redrive_is_not_judged: {},
    foreign_offset_is_taken_for_an_own_one: SPREAD | HELD,
    homeward_does_not_wait_for_its_offset: SPREAD,
    homeward_is_brought_twice: SPREAD,
    cancelled_event_keeps_its_place: {},
    release_forgets_the_followers: HELD,
    discarded_letter_goes_on_holding: HELD,
}
"""Each with the settings in which it does harm."""
