"""Is anything lost, doubled or out of order?

A pure function of what the topics hold.  What has to be so, for every event id of the input:

* one success result; or one dead letter and one error result that names it;
* the result's source is the first record of that id;
* per key, the sources of the results ascend;
* the ledger says the same as results and letters;
* the group has committed the end of every partition.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Place = tuple[int, int]
"""Partition and offset of an input record."""

COMPLETED, DEAD_LETTERED = "completed", "dead_lettered"


@dataclass(frozen=True, slots=True)
class InputRecord:
    """A record of the input that its readers may see."""

    place: Place
    key: bytes | None
    event_id: str | None
    """None for poison: bytes that are no event."""
    published_at: float | None = None
    """Timestamp of the record, seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class ResultRecord:
    """A committed record of the results topic; the history holds them in log order."""

    partition: int
    key: bytes | None
    event_id: str | None
    status: Literal["success", "error", "duplicate"]
    source: Place
    dlq_id: str | None = None
    attempts: int | None = None


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """A committed record of the dead-letter topic."""

    dlq_id: str
    event_id: str | None
    source: Place
    ledger_key: str
    disposition: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Everything that a run left behind."""

    input: Sequence[InputRecord]
    results: Sequence[ResultRecord]
    letters: Sequence[LetterRecord]
    entries: Mapping[str, str]
    """Status by ledger key, the newest entry of each."""
    committed: Mapping[int, int]
    """The group's offset by partition."""
    ends: Mapping[int, int]
    """End of the input by partition."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, one sentence each, by the name of the figure it counts for."""

    lost: Mapping[str, Sequence[str]] = field(default_factory=dict)
    doubled: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def lost_count(self) -> int:
        """Everything lost."""
        return sum(map(len, self.lost.values()))

    @property
    def doubled_count(self) -> int:
        """Everything doubled."""
        return sum(map(len, self.doubled.values()))

    @property
    def order_count(self) -> int:
        """Everything out of order."""
        return sum(map(len, self.order.values()))


def check(history: History) -> Findings:
    """Return what is wrong with *history*."""
    first = first_places(history.input)
    successes = Counter(
        each.event_id for each in history.results if each.status == "success" and each.event_id
    )
    letters = Counter(_letter_name(letter) for letter in history.letters)
    return Findings(
        lost={
            "lost_events": [
                f"{name}, first at {place}, has neither a result nor a letter"
                for name, place in first.items()
                if not successes[name] and not letters[name]
            ],
            "lost_answers": list(_letters_without_answer(history)),
            "lost_entries": list(_entries_that_disagree(history, successes)),
            "lost_offsets": [
                f"partition {partition}: {history.committed.get(partition)} committed, end is {end}"
                for partition, end in history.ends.items()
                if history.committed.get(partition) != end
            ],
        },
        doubled={
            "doubled_results": [
                f"{name} has {count} success results"
                for name, count in successes.items()
                if count > 1
            ],
            "doubled_letters": [
                f"{name} has {count} letters" for name, count in letters.items() if count > 1
            ],
            "doubled_outcomes": [
                f"{name} has a result and a letter" for name in letters if successes[name]
            ],
            "doubled_answers": list(_answers_too_many(history)),
            "doubled_strangers": sorted(
                f"{name} was never published" for name in {*successes, *letters} - first.keys()
            ),
        },
        order={
            "order_results": list(_descents(history.results)),
            "order_sources": [
                f"{each.event_id} was answered for {each.source}, first is {first[each.event_id]}"
                for each in history.results
                if each.event_id in first and each.source != first[each.event_id]
            ],
        },
    )


def first_places(records: Iterable[InputRecord]) -> dict[str, Place]:
    """Return where each distinct event came first; poison goes by its own place."""
    first: dict[str, Place] = {}
    for record in records:
        name = record.event_id or _poison_name(record.place)
        first[name] = min(record.place, first.get(name, record.place))
    return first


def _poison_name(place: Place) -> str:
    return f"poison at {place[0]}/{place[1]}"


def _letter_name(letter: LetterRecord) -> str:
    return letter.event_id or _poison_name(letter.source)


def _letters_without_answer(history: History) -> Iterable[str]:
    answered = {each.dlq_id for each in history.results if each.status == "error"}
    for letter in history.letters:
        # Poison has no event id that anybody could wait for.
        if letter.event_id is not None and letter.dlq_id not in answered:
            yield f"letter {letter.dlq_id} of {_letter_name(letter)} has no error result"


def _answers_too_many(history: History) -> Iterable[str]:
    ids = {letter.dlq_id for letter in history.letters}
    answers = Counter(each.dlq_id for each in history.results if each.status == "error")
    for dlq_id, count in answers.items():
        if dlq_id not in ids:
            yield f"{count} error results name letter {dlq_id}, which is not there"
        elif count > 1:
            yield f"{count} error results name letter {dlq_id}"
    for each in history.results:
        if each.status == "duplicate":
            yield f"{each.event_id} was answered as a duplicate, which the run did not ask for"


def _entries_that_disagree(history: History, successes: Counter[str]) -> Iterable[str]:
    wanted = {f"e:{name}": COMPLETED for name in successes}
    wanted |= {letter.ledger_key: DEAD_LETTERED for letter in history.letters}
    for key, status in wanted.items():
        if history.entries.get(key) != status:
            yield f"entry {key} should be {status} and is {history.entries.get(key)}"


def _descents(results: Iterable[ResultRecord]) -> Iterable[str]:
    newest: dict[bytes, Place] = defaultdict(lambda: (-1, -1))
    for each in results:
        if each.key is None:
            continue
        if each.source <= newest[each.key]:
            yield f"key {each.key!r}: result of {each.source} follows that of {newest[each.key]}"
        newest[each.key] = max(each.source, newest[each.key])
