"""What survives a session of one partition, and what must hold of it?

Durable are a dict of encoded entries, progress, and a list of settlements; they change only by a
commit, whole.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from consumer.core.in_flight import InFlight
from consumer.core.lanes import LaneKey
from consumer.core.ledger_entry import Entry, decode_entry
from consumer.core.parked_lanes import ParkedLane
from consumer.core.parked_restore import Ordering
from consumer.core.precaution import Precaution
from consumer.core.progress import Progress, encode_progress
from consumer.core.record import LogRecord
from tests.builders import NOW, a_record

FIRST = Progress("everonce", "events", "one", "{event_id}", 0, 0)


class Item(InFlight):
    """An event in flight, with its place where it is the head of a parked lane."""

    __slots__ = ("is_open", "place", "precaution", "resend")
    is_open: bool
    """Whether its offset is in flight: it was read in this session, and not parked."""
    place: ParkedLane | None
    resend: bool
    precaution: Precaution


class Settlement(NamedTuple):
    """The end of one record."""

    offset: int
    event_id: str
    outcome: str
    attempts: int
    resend: bool


class Write(NamedTuple):
    """What waits for a commit."""

    key: str
    entry: bytes
    item: Item | None = None
    settlement: Settlement | None = None
    passes: tuple[int, ...] = ()
    """Offsets that are passed with it."""

    @property
    def is_parking(self) -> bool:
        return self.item is not None and self.settlement is None


@dataclass
class World:
    """All that survives a session, and what must hold of it."""

    ordering: Ordering
    hold_key: bool
    now: float = NOW
    log: list[LogRecord] = field(default_factory=list)
    ledger: dict[str, bytes] = field(default_factory=dict)
    progress: bytes = encode_progress(FIRST)
    settlements: list[Settlement] = field(default_factory=list)
    passed: set[int] = field(default_factory=set)
    """Offsets of duplicates that were passed."""
    events: dict[int, LaneKey | None] = field(default_factory=dict)
    """Offsets that were judged to be new events, and their lanes."""

    def publish(self, event_id: str, key: bytes | None) -> None:
        self.log.append(a_record(event_id.encode(), offset=len(self.log), key=key))

    def entry(self, key: str) -> Entry | None:
        encoded = self.ledger.get(key)
        return None if encoded is None else decode_entry(encoded)

    def apply(self, writes: list[Write], progress: Progress) -> None:
        """Make a commit visible."""
        for write in writes:
            self.ledger[write.key] = write.entry
            self.passed.update(write.passes)
            if write.settlement is not None:
                self.settlements.append(write.settlement)
        self.progress = encode_progress(progress)

    def check_attempt(self, item: Item, busy: set[LaneKey | None], undecided: list[Write]) -> None:
        """Check that *item* may run: in its turn, in time, with all of its attempts."""
        entry = self.entry(item.key)
        if entry is not None and not entry.is_settled:
            known = entry.history.count if entry.history is not None else 0
            assert item.attempts >= known, f"attempts: {item.attempts} after {known}"
        if entry is not None and entry.status == "parked" and entry.parked is not None:
            due_at = entry.parked.due_at or 0.0
            assert self.now >= due_at, f"early: at {self.now}, due at {due_at}"
        if item.lane is None:
            return
        assert item.lane not in busy, "order: two at a time"
        if item.resend:
            return
        done = self.passed | {each.offset for each in self.settlements}
        done |= {each.settlement.offset for each in undecided if each.settlement is not None}
        before = [
            offset
            for offset, lane in self.events.items()
            if lane == item.lane and offset < item.record.offset and offset not in done
        ]
        assert not before, f"order: {item.record.offset} before {before}"

    def check(self) -> None:
        """Check what must hold at any time."""
        offsets = [settlement.offset for settlement in self.settlements]
        assert len(offsets) == len(set(offsets)), f"doubled: {offsets}"
        assert not self.passed & set(offsets), "doubled: a duplicate that was passed"
        first = [each for each in self.settlements if not each.resend]
        for lane in set(self.events.values()) - {None}:
            order = [each.offset for each in first if self.events.get(each.offset) == lane]
            assert order == sorted(order), f"order: {order}"

    def check_rest(self) -> None:
        """Check what must hold when nothing is left to do."""
        self.check()
        settled = {settlement.offset for settlement in self.settlements}
        lost = self.events.keys() - settled
        assert not lost, f"lost: {lost}"
        ids = {(record.value or b"").decode() for record in self.log}
        assert ids == {settlement.event_id for settlement in self.settlements}, "lost: an id"
        unfinished = [key for key in self.ledger if not _is_settled(self.entry(key))]
        assert not unfinished, f"rest: {unfinished}"


def _is_settled(entry: Entry | None) -> bool:
    return entry is not None and entry.is_settled
