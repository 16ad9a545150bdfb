"""How is a shard of the ledger held in memory?

A dict of encoded entries: bytes are invisible to the garbage collector, so a million of them cost
it nothing, and decoding is paid only by the few events whose id is known already.  The order of
settling is kept by time slots of keys, which cost eight bytes an entry.
"""

from collections.abc import Callable, Iterable, Sequence

from consumer.core.dedup_key import COORDINATES_PREFIX, coordinates_key
from consumer.core.progress import Progress

SLOTS_PER_WINDOW = 500
MAX_SLOT_SECONDS = 60.0


class MemoryLedger:
    """The entries of one partition; passes the contract of ``ports.LedgerStore``."""

    def __init__(self, window_seconds: float = 24 * 3600.0) -> None:
        """Make an empty shard.

        Args:
            window_seconds: The dedup window; sets how finely the order of settling is kept.
        """
        self.state_offset = 0
        self.progress: Progress | None = None
        self._slot_seconds = min(MAX_SLOT_SECONDS, window_seconds / SLOTS_PER_WINDOW)
        self._entries: dict[str, bytes] = {}
        self._coordinates: set[str] = set()
        """Keys of records that have an entry of their own."""
        self._slots: dict[int, list[str]] = {}
        self.get: Callable[[str], bytes | None] = self._entries.get
        """Return the entry, encoded; None where nothing is known.  The dict's own method: it is
        called for every event."""

    def apply(self, key: str, entry: bytes | None, settled_at: float | None) -> None:
        """Remember *entry*, or forget the key where it is None."""
        if entry is None:
            self._entries.pop(key, None)
            self._coordinates.discard(key)
            return
        self._entries[key] = entry
        if key.startswith(COORDINATES_PREFIX):
            self._coordinates.add(key)
        if settled_at is not None:
            self.defer(key, settled_at)

    def apply_settled(self, entries: Sequence[tuple[str, bytes]], settled_at: float) -> None:
        """Remember *entries*, which settled at about the same time: a group commit's."""
        self._entries.update(entries)
        keys = [key for key, _ in entries]
        self._slot(settled_at).extend(keys)
        self._coordinates.update([key for key in keys if key.startswith(COORDINATES_PREFIX)])

    def items(self) -> Iterable[tuple[str, bytes]]:
        """Return every ledger key with its entry, encoded; not to be changed meanwhile."""
        return self._entries.items()

    def __len__(self) -> int:
        return len(self._entries)

    def judged(self, topic: str, partition: int, start: int) -> set[int]:
        """Return the offsets of a partition from *start* on that have an entry of their own."""
        prefix = coordinates_key(topic, partition, "")
        offsets = (
            int(key.rpartition("/")[2]) for key in self._coordinates if key.startswith(prefix)
        )
        return {offset for offset in offsets if offset >= start}

    def take_settled(self, before: float, limit: int) -> list[str]:
        """Take up to *limit* keys settled before a moment out of the order of settling.

        A slot goes only when all of it is past, so a key may come late by one slot, never early.
        """
        taken: list[str] = []
        last = int(before / self._slot_seconds)
        for slot in sorted(slot for slot in self._slots if slot < last):
            keys = self._slots[slot]
            while keys and len(taken) < limit:
                taken.append(keys.pop())
            if keys:
                break
            del self._slots[slot]
        # A key taken over by a later record stands in two slots; the caller judges the entry.
        return [key for key in dict.fromkeys(taken) if self.get(key) is not None]

    def defer(self, key: str, until: float) -> None:
        """Put a key that may not go yet back into the order, as if settled at *until*."""
        self._slot(until).append(key)

    def _slot(self, moment: float) -> list[str]:
        number = int(moment / self._slot_seconds)
        keys = self._slots.get(number)
        if keys is None:
            keys = self._slots[number] = []
        return keys
