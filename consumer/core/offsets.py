"""Which records of one partition are settled, and which offset is safe to commit?

Invariants, held under every interleaving by ``tests/property/test_offsets.py``:

* every admitted record below ``committable`` is settled;
* ``committable`` never moves back;
* an offset that Kafka never delivers (compaction, transaction markers) blocks nothing.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple


class LastRead(NamedTuple):
    """The newest record below an offset: tells a recreated topic from the one we knew."""

    offset: int
    timestamp: int
    """Milliseconds since the epoch."""


class PartitionOffsets:
    """The settlement state of one partition during one session."""

    __slots__ = ("_in_flight", "_last", "next")

    def __init__(self, position: int, last: LastRead | None = None) -> None:
        """Start at *position*, the first offset that will be read; *last* lies below it."""
        self.next = position
        """Our own idea of the next offset to read, whatever the client believes."""
        self._last: tuple[int, int] | None = last
        # OrderedDict, not dict: a dict that loses keys from the front must skip every
        # lost slot to find its first key again, which makes `committable` linear.
        self._in_flight: OrderedDict[int, tuple[int, int] | None] = OrderedDict()

    def admit(self, offset: int, timestamp: int) -> None:
        """Take note of the record at *offset*; offsets ascend, gaps are fine.

        Raises:
            ValueError: The record was read before; a seek went wrong.
        """
        if offset < self.next:
            raise ValueError(
                f"offset {offset} was already admitted (next expected: {self.next}); after a seek "
                "or a rebalance, start from a new PartitionOffsets",
            )
        self._in_flight[offset] = self._last
        # A plain tuple: one is made per record, and few are ever looked at.
        self._last = (offset, timestamp)
        self.next = offset + 1

    def settle(self, offset: int) -> None:
        """Take note that nothing more will happen to the record at *offset*.

        Raises:
            KeyError: It is not in flight.
        """
        del self._in_flight[offset]

    def settle_all(self, offsets: Iterable[int]) -> None:
        """Settle many at once: a group commit's.

        Raises:
            KeyError: One is not in flight.
        """
        in_flight = self._in_flight
        for offset in offsets:
            del in_flight[offset]

    def passed(self, position: int) -> None:
        """Take note that the client has gone by everything below *position*.

        Markers and aborted records are never delivered: without this the committable would stay
        before them for ever.
        """
        self.next = max(self.next, position)

    @property
    def committable(self) -> int:
        """The offset to commit: where the next owner of the partition starts to read."""
        return next(iter(self._in_flight), self.next)

    @property
    def last_below(self) -> LastRead | None:
        """The newest record below the committable; None when nothing was ever read."""
        last = next(iter(self._in_flight.values()), self._last)
        return None if last is None else LastRead(*last)

    @property
    def window(self) -> int:
        """Distance from the committable to the next offset: what a crash would re-read."""
        return self.next - self.committable

    def __len__(self) -> int:
        """Records in flight."""
        return len(self._in_flight)
