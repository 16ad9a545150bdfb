"""How much is parked in one partition, and since when?"""

from collections import Counter
from collections.abc import Callable

_UNIT_BYTES = 64


def units_of(size: int) -> int:
    """Return *size* bytes in units of 64, rounded up: small integers cost no memory each."""
    return -(-size // _UNIT_BYTES)


class ParkedLoad:
    """Counts of what is parked; what runs now is part of it, its record is in the ledger still."""

    __slots__ = ("_find_oldest", "_oldest", "_units", "by_policy", "entries")

    def __init__(self, find_oldest: Callable[[], float]) -> None:
        """Count; *find_oldest* looks when the oldest was parked, seconds since the epoch."""
        self.entries = 0
        self.by_policy: Counter[str] = Counter()
        """Those that have not begun to run, by policy; counted by whoever parks and starts them."""
        self._units = 0
        self._oldest: float | None = None
        """None where nobody knows."""
        self._find_oldest = find_oldest

    @property
    def bytes(self) -> int:
        """Bytes of the parked entries and their keys, each rounded up to 64."""
        return self._units * _UNIT_BYTES

    def is_full(self, *, max_entries: int, max_bytes: int) -> bool:
        """Whether nothing more should be read: what is read already may park beyond the bound."""
        return self.entries >= max_entries or self.bytes >= max_bytes

    def oldest(self) -> float | None:
        """Return when the oldest was parked, seconds since the epoch; None where nothing is.

        Looks at every lane when the oldest has gone: a question for once in seconds.
        """
        if self._oldest is None and self.entries:
            self._oldest = self._find_oldest()
        return self._oldest

    def oldest_age_seconds(self, now: float) -> float:
        """Return how long ago, at *now* (seconds since the epoch), the oldest was parked; or 0."""
        oldest = self.oldest()
        return 0.0 if oldest is None else max(0.0, now - oldest)

    def add(self, units: int, parked_at: float) -> None:
        """Count one more."""
        self.entries += 1
        self._units += units
        if self.entries == 1:
            self._oldest = parked_at
        elif self._oldest is not None:
            self._oldest = min(parked_at, self._oldest)

    def drop(self, units: int, parked_at: float) -> None:
        """Count one less."""
        self.entries -= 1
        self._units -= units
        if self._oldest is not None and parked_at <= self._oldest:
            self._oldest = None
