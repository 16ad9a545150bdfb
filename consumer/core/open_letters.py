"""How many dead letters of a partition are open, and since when is the oldest?

Follows the ledger by what its group commits write.  Invariant, held by
``tests/property/test_open_letters.py``: these are the ledger's entries whose letter is open.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from consumer.core.ledger_entry import Entry, decode_entry
from consumer.core.settlement import Settled

_key_of = attrgetter("key")
_OPEN = b'"state":"open"'
"""As ``encode`` writes it; elsewhere in an entry its quotes are escaped, or nothing is lost by
decoding that one."""


class OpenLetters:
    """The open letters of one partition, during one session."""

    __slots__ = ("_oldest", "_since")

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        """When the open letter of a ledger key was settled, seconds since the epoch."""
        self._oldest: float | None = None
        """None where nobody knows."""

    def __len__(self) -> int:
        return len(self._since)

    def oldest_age_seconds(self, now: float) -> float:
        """Return how long ago, at *now* (seconds since the epoch), the oldest was settled; or 0.

        Looks at all of them when the oldest was closed: a question for once in seconds.
        """
        if not self._since:
            return 0.0
        if self._oldest is None:
            self._oldest = min(self._since.values())
        return max(0.0, now - self._oldest)

    def note(self, key: str, entry: Entry | None) -> None:
        """Take note that *entry* is what the ledger has of *key*; None where it has nothing."""
        before = self._since.pop(key, None)
        if before is not None and before == self._oldest:
            self._oldest = None
        if entry is None or entry.letter is None or not entry.letter_is_open:
            return
        at = self._since[key] = entry.letter.at
        if len(self._since) == 1 or (self._oldest is not None and at < self._oldest):
            self._oldest = at

    def committed(
        self,
        rewritten: Iterable[tuple[str, bytes | None]],
        settled: Sequence[Settled],
        *,
        has_letters: bool,
    ) -> None:
        """Take note of what a group commit has written; plain completed events cost nothing.

        Args:
            rewritten: Ledger key and entry, encoded, of what was forgotten (None), journalled and
                parked.
            settled: What settled in it.
            has_letters: Whether letters are part of it.
        """
        known = self._since
        for key, encoded in rewritten:
            if key in known or (encoded is not None and _OPEN in encoded):
                self.note(key, None if encoded is None else decode_entry(encoded))
        touched = (
            {done.key for done in settled if done.letter is not None} if has_letters else set()
        )
        # Without a loop in Python: it is asked of every event while a letter is open.
        if known and not known.keys().isdisjoint(map(_key_of, settled)):
            touched |= known.keys() & {done.key for done in settled}
        if touched:
            for done in settled:
                if done.key in touched:
                    self.note(done.key, decode_entry(done.entry))
