"""Which records of one partition are settled, and which offset is safe to commit?

Invariants, held under every interleaving by ``tests/property/test_offsets.py``:

* every admitted record below ``committable`` is settled;
* ``committable`` never moves back;
* an offset that Kafka never delivers (compaction, transaction markers) blocks nothing.
"""

from collections import OrderedDict
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
        self._last = last
        # OrderedDict, not dict: a dict that loses keys from the front must skip every
        # lost slot to find its first key again, which makes `committable` linear.
        self._in_flight: OrderedDict[int, LastRead | None] = OrderedDict()

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
        self._last = LastRead(offset, timestamp)
        self.next = offset + 1

    def settle(self, offset: int) -> None:
        """Take note that nothing more will happen to the record at *offset*.

        Raises:
            KeyError: It is not in flight.
        """
        del self._in_flight[offset]

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
        for last in self._in_flight.values():
            return last
        return self._last

    @property
    def window(self) -> int:
        """Distance from the committable to the next offset: what a crash would re-read."""
        return self.next - self.committable

    def __len__(self) -> int:
        """Records in flight."""
        return len(self._in_flight)
