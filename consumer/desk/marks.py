"""What does the ledger of one partition know of its letters, in little memory?

Pure: told the records of the state topic in order.  Of each entry that ever had a letter it keeps
two numbers in place of keys and ids: 110 bytes an entry, so a million letters fit in one partition.
The numbers are Python's own 64-bit hashes, whose seed is another in every process: nobody can aim
at a collision, and by chance one among a million has odds of 1 in 30 million.
"""

from typing import get_args

import orjson

from consumer.core.ledger_entry import VERSION, UnknownEntryVersionError
from consumer.core.letter_mark import LetterState as MarkState
from consumer.desk.letters import LetterState

_MARK_STATES: tuple[MarkState, ...] = get_args(MarkState)
_BITS = 3
_STATE = 0b11
_SEEN = 0b100
_LETTER = b'"letter":'


class Marks:
    """The letters of one partition, as its ledger has them."""

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}
        """Hash of the ledger key -> hash of the newest letter's id, and its state."""
        self._earlier: dict[int, tuple[bool, frozenset[int]]] = {}
        """Where there were several: whether more than are kept, and hashes of those before it."""
        self._moved: dict[int, int] = {}
        """Hash of the ledger key -> of that under which its mended record goes on."""

    def __len__(self) -> int:
        """Entries with a letter."""
        return len(self._newest)

    def remember(self, key: bytes | None, value: bytes | None) -> None:
        """Reflect one record of the state topic.

        Raises:
            UnknownEntryVersionError: The entry is of a version that this code does not know.
            ValueError: It is no entry.
        """
        known = hash(key or b"")
        if known in self._newest:
            del self._newest[known]
            self._earlier.pop(known, None)
            self._moved.pop(known, None)
        if value is None or _LETTER not in value:
            return
        document = orjson.loads(value)
        letter = document.get("letter")
        if letter is None:
            return
        if document.get("v") != VERSION:
            raise UnknownEntryVersionError(
                f"the ledger holds an entry of version {document.get('v')!r}, this is Everonce for "
                f"version {VERSION}: run the newer Everonce that wrote it",
            )
        ids = letter["dlq_ids"]
        self._newest[known] = _packed(ids[-1]) | _MARK_STATES.index(letter["state"])
        if letter["count"] > 1:
            before = frozenset(_packed(each) for each in ids[:-1])
            self._earlier[known] = letter["count"] > len(ids), before
        if (moved_to := letter.get("moved_to")) is not None:
            self._moved[known] = hash(moved_to.encode())

    def state_of(self, ledger_key: str, dlq_id: str) -> LetterState:
        """Return the state of a letter."""
        known = self._place(ledger_key)
        newest = self._newest.get(known)
        if newest is None:
            return "forgotten"
        name = _packed(dlq_id)
        if newest >> _BITS == name >> _BITS:
            return _MARK_STATES[newest & _STATE]
        more, before = self._earlier.get(known, (False, frozenset()))
        return "failed_again" if more or name in before else "forgotten"

    def seen(self, ledger_key: str, dlq_id: str) -> bool:
        """Whether it was asked before about this letter, the newest of its entry.

        At least once, a letter may stand in its topic twice.
        """
        known = self._place(ledger_key)
        newest = self._newest.get(known)
        if newest is None or newest >> _BITS != _packed(dlq_id) >> _BITS:
            return False
        self._newest[known] = newest | _SEEN
        return bool(newest & _SEEN)

    def _place(self, ledger_key: str) -> int:
        known = hash(ledger_key.encode("utf-8", "surrogatepass"))
        moved = self._moved.get(known)
        return moved if moved is not None and moved in self._newest else known


def _packed(dlq_id: str) -> int:
    return hash(dlq_id) << _BITS
