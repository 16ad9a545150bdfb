"""What would a redrive, or a discard, do: to which letters, and which would it leave out?

The letters are read once to look, and once more to act: in between only their offsets are kept,
eight bytes a letter.
"""

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from consumer.core.dead_letter_reading import CutError, NotALetterError, original_bytes
from consumer.core.decode import decode
from consumer.core.failure import Failure
from consumer.core.record import Record
from consumer.desk.envelopes import envelope_of
from consumer.desk.letters import Letter
from consumer.ports import LogBounds

Kind = Literal["redrive", "discard"]

SAMPLE = 8
_MOST_EXAMPLES = 3
_CUT = b'"truncated":true'
_WILL_CONFLICT = (
    "IDEMPOTENCY_CONFLICT: its id is taken by another content, and sent as it is it would be again"
)
_NOT_BEFORE = (
    "PROCESSOR_MISSING: it runs only where a processor for its type has been deployed since"
)


@dataclass(slots=True)
class Group:
    """Letters that failed alike."""

    letter: Letter
    """One of them."""
    count: int = 0


@dataclass(slots=True)
class Outlook:
    """The letters of a selection, as a run would treat them."""

    kind: Kind
    groups: dict[str, Group] = field(default_factory=dict)
    """Those that would be asked for, by group id."""
    sample: list[Letter] = field(default_factory=list)
    """The first eight of them."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Letters that would not even be asked for, by why."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """Up to three dlq_ids for each of these reasons."""
    warnings: Counter[str] = field(default_factory=Counter)
    """Letters that would be asked for, and most likely in vain, by why."""
    asked_already: int = 0
    """Letters that an earlier part of the same run has asked for."""
    bytes: int = 0
    """Of the letters that would be asked for."""
    oldest: float | None = None
    """When the oldest of them was given up; seconds since the epoch."""
    _offsets: dict[int, "array[int]"] = field(default_factory=dict)
    _unknown: set[tuple[int, int]] = field(default_factory=set)

    @property
    def chosen(self) -> int:
        """Letters that would be asked for."""
        return sum(map(len, self._offsets.values()))

    @property
    def selected(self) -> int:
        """Letters that were selected, those left out included."""
        return self.chosen + self.left_out.total()

    def add(self, letter: Letter, record: Record) -> None:
        """Take a selected letter in, or leave it out."""
        why = _why_left_out(self.kind, letter, record)
        if why is not None:
            self._leave_out(letter.dlq_id, why)
            return
        self._offsets.setdefault(letter.partition, array("q")).append(letter.offset)
        if letter.ledger_key is None and letter.dialect == "everonce":
            self._unknown.add((letter.partition, letter.offset))
        self.groups.setdefault(letter.group, Group(letter)).count += 1
        self.bytes += letter.size
        if len(self.sample) < SAMPLE:
            self.sample.append(letter)
        if self.oldest is None or letter.timestamp < self.oldest:
            self.oldest = letter.timestamp
        if self.kind == "redrive" and (warning := _warning(letter)) is not None:
            self.warnings[warning] += 1

    def miss(self, dlq_id: str) -> None:
        """Take note that a letter that was named is not there."""
        self._leave_out(dlq_id, "not in the dead-letter topic")

    def _leave_out(self, dlq_id: str, why: str) -> None:
        self.left_out[why] += 1
        examples = self.examples.setdefault(why, [])
        if len(examples) < _MOST_EXAMPLES:
            examples.append(dlq_id)

    def spans(self) -> Mapping[int, LogBounds]:
        """Return where the chosen letters stand on the dead-letter topic, by partition."""
        return {
            number: LogBounds(min(offsets), max(offsets) + 1)
            for number, offsets in self._offsets.items()
            if offsets
        }

    def has_entry(self, record: Record) -> bool:
        """Whether the ledger knows the letter in a *record* of the dead-letter topic.

        It does not know most that were imported.  Those of other dialects name no entry anyway.
        """
        return (record.partition, record.offset) not in self._unknown

    def chosen_of(self, partition: int) -> frozenset[int]:
        """Return the offsets of the chosen letters of a partition."""
        return frozenset(self._offsets.get(partition, ()))


def _why_left_out(kind: Kind, letter: Letter, record: Record) -> str | None:
    if letter.state != "open":
        return f"{_STATES.get(letter.state, letter.state)}: only open letters can be acted on"
    if kind == "discard":
        return None if letter.ledger_key else "not of this ledger: nothing holds it open"
    # Whole envelopes are costly to read: only of those that may turn out to be no event.
    may_be_none = letter.event_id is None or letter.disposition == "poison"
    may_be_none |= _CUT in (record.value or b"")
    return _why_no_event(record) if may_be_none else None


def _why_no_event(record: Record) -> str | None:
    try:
        value = original_bytes(envelope_of(record))
    except NotALetterError as error:
        return str(error)
    except CutError:
        return None  # its source is asked when its turn comes
    is_event = not isinstance(decode(value or b""), Failure)
    return None if is_event else "still no event: mend it with `everonce dlq edit` first"


_STATES = {
    "redriven": "under way already",
    "resolved": "resolved",
    "discarded": "discarded",
    "failed_again": "replaced by a newer letter",
    "forgotten": "forgotten by the ledger",
}


def _warning(letter: Letter) -> str | None:
    if letter.code == "IDEMPOTENCY_CONFLICT":
        return _WILL_CONFLICT
    return _NOT_BEFORE if letter.why == "PROCESSOR_MISSING" else None
