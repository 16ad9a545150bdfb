"""Who keeps the entries of a partition's ledger?"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from consumer.core.progress import Progress


class LedgerStore(Protocol):
    """One shard of the ledger: ledger key -> encoded entry, with the order of settling.

    Cost per event is flat in the number of entries.
    """

    state_offset: int
    """Next offset of the state topic that is not reflected here."""
    progress: Progress | None
    """The partition's progress as of the newest commit reflected here."""

    def get(self, key: str) -> bytes | None:
        """Return the entry, encoded; None where nothing is known."""
        ...

    def apply(self, key: str, entry: bytes | None, settled_at: float | None) -> None:
        """Remember *entry*, or forget the key where it is None.

        Args:
            key: Ledger key.
            entry: The entry, encoded.
            settled_at: When it settled, seconds since the epoch; None while unfinished.
        """
        ...

    def apply_settled(self, entries: Sequence[tuple[str, bytes]], settled_at: float) -> None:
        """Remember *entries*, which settled at about the same time: a group commit's.

        Args:
            entries: Ledger key and encoded entry of each.
            settled_at: When the last of them settled, seconds since the epoch.
        """
        ...

    def items(self) -> Iterable[tuple[str, bytes]]:
        """Return every ledger key with its entry, encoded; not to be changed meanwhile."""
        ...

    def __len__(self) -> int:
        """Entries held."""
        ...

    def judged(self, topic: str, partition: int, start: int) -> set[int]:
        """Return the offsets of a partition from *start* on that have an entry of their own.

        Those are records without an event id (poison) or with another's (conflict).
        """
        ...

    def take_settled(self, before: float, limit: int) -> list[str]:
        """Take up to *limit* keys settled before a moment out of the order of settling.

        Whoever takes keys forgets them (``apply`` with None) or puts them back (``defer``).
        """
        ...

    def defer(self, key: str, until: float) -> None:
        """Put a key that may not go yet back into the order, as if settled at *until*."""
        ...
