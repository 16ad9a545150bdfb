"""What does a partition's log hold, and what of it can be read?

Transactions as Kafka has them: their records take offsets at once, a marker takes one at their
end, aborted records stay and are passed over, and a read_committed reader gets no further than the
first record of a transaction that is open.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from consumer.core.record import Headers, LogRecord, TopicPartition


@dataclass(eq=False, slots=True)
class Transaction:
    """Records and offsets that become visible together, or never."""

    state: Literal["open", "committed", "aborted"] = "open"
    logs: list["Log"] = field(default_factory=list)
    offsets: dict[TopicPartition, int] = field(default_factory=dict)

    def end(self, state: Literal["committed", "aborted"]) -> None:
        """Write a marker into every log that was written to."""
        self.state = state
        for log in self.logs:
            log.mark()


class Slot(NamedTuple):
    """One offset of a log."""

    offset: int
    record: LogRecord | None
    """None is a marker."""
    transaction: Transaction | None


class Log:
    """One partition of one topic."""

    def __init__(self, place: TopicPartition) -> None:
        self.place = place
        self.start = 0
        self.end = 0
        """The high watermark."""
        self._slots: list[Slot] = []

    def append(
        self,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        timestamp: int,
        transaction: Transaction | None = None,
    ) -> int:
        """Write a record and return its offset."""
        record = LogRecord(*self.place, self.end, timestamp, key, value, headers)
        self._slots.append(Slot(self.end, record, transaction))
        if transaction is not None and self not in transaction.logs:
            transaction.logs.append(self)
        self.end += 1
        return record.offset

    def mark(self) -> None:
        """Write a transaction marker."""
        self._slots.append(Slot(self.end, None, None))
        self.end += 1

    @property
    def last_stable_offset(self) -> int:
        """Where a read_committed reader must stop."""
        for slot in self._slots:
            if slot.transaction is not None and slot.transaction.state == "open":
                return slot.offset
        return self.end

    def read(
        self, position: int, limit: int = 1_000_000, *, end: int | None = None
    ) -> tuple[Sequence[LogRecord], int]:
        """Return the committed records from *position* on, and the position after them.

        Args:
            position: First offset to read.
            limit: Records, at most.
            end: Where to stop; the last stable offset without it.
        """
        stop = self.last_stable_offset if end is None else min(end, self.last_stable_offset)
        records: list[LogRecord] = []
        for slot in self._from(position):
            if slot.offset >= stop or len(records) >= limit:
                return records, min(slot.offset, stop)
            if slot.record is not None and _is_visible(slot.transaction):
                records.append(slot.record)
        return records, max(position, stop)

    def at(self, offset: int) -> LogRecord | None:
        """Return the record at exactly *offset*, aborted or not; None for a marker or a gap."""
        return next((s.record for s in self._from(offset) if s.offset == offset), None)

    def expire(self, start: int) -> None:
        """Let retention remove everything below *start*."""
        self.start = start
        self._slots = list(self._from(start))

    def truncate(self) -> None:
        """Make the log anew, as a topic that was deleted and created again."""
        self.start = self.end = 0
        self._slots = []

    def compact(self) -> None:
        """Keep the newest committed record of each key only; offsets stay as they are."""
        newest: dict[bytes | None, int] = {}
        stable = self.last_stable_offset
        for slot in self._slots:
            if slot.record is not None and slot.offset < stable and _is_visible(slot.transaction):
                newest[slot.record.key] = slot.offset
        self._slots = [
            slot
            for slot in self._slots
            if slot.offset >= stable
            or (slot.record is not None and newest.get(slot.record.key) == slot.offset)
        ]

    def _from(self, offset: int) -> Sequence[Slot]:
        first = bisect_left(self._slots, offset, key=lambda slot: slot.offset)
        return self._slots[first:]


def _is_visible(transaction: Transaction | None) -> bool:
    return transaction is None or transaction.state == "committed"
