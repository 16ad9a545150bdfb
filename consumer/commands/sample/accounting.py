"""What became of every record that was published, by the word of the topics alone?

Each published record must have exactly one outcome, and no event two.  Pure: the topics have been
read already, by ``evidence``.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

Kind = Literal["ordinary", "transient", "permanent", "poison", "duplicate", "tombstone"]
Ending = Literal["completed", "dead-lettered", "duplicate", "ignored", "unaccounted"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ENDINGS: tuple[Ending, ...] = get_args(Ending)


class Coordinates(NamedTuple):
    """A record of the input topic."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}/{self.offset}"


@dataclass(frozen=True, slots=True)
class Published:
    """A record whose delivery was confirmed."""

    kind: Kind
    event_id: str | None
    """None where the value is no event."""
    place: Coordinates


@dataclass(frozen=True, slots=True)
class Answer:
    """A record of the results topic."""

    source: Coordinates
    event_id: str
    status: str
    """success, error or duplicate."""


@dataclass(slots=True)
class Evidence:
    """What the output topics hold, read with read_committed."""

    answers: Sequence[Answer] = ()
    letters: Sequence[Coordinates] = ()
    """Source of each dead letter."""
    entries: Mapping[str, str] = field(default_factory=dict)
    """Status of each event id in the state topic; of the default dedup key only."""


@dataclass(frozen=True, slots=True)
class Account:
    """The outcome of it all."""

    counts: Mapping[tuple[Kind, Ending], int]
    problems: Sequence[str]
    """What does not add up; nothing where all is well."""

    def total(self, kind: Kind | None = None, ending: Ending | None = None) -> int:
        """Return how many records of *kind* ended as *ending*; None stands for any."""
        return sum(
            count
            for (each_kind, each_ending), count in self.counts.items()
            if kind in (None, each_kind) and ending in (None, each_ending)
        )


def account(published: Sequence[Published], evidence: Evidence, *, by_event_id: bool) -> Account:
    """Hold what was published against what the topics say.

    Args:
        published: Every confirmed delivery.
        evidence: What was found in the topics; records of others are passed over.
        by_event_id: Whether the ledger's keys are event ids, so that entries can be looked up.
    """
    ours = {record.place for record in published}
    successes = Counter(each.source for each in evidence.answers if each.status == "success")
    errors = Counter(each.source for each in evidence.answers if each.status == "error")
    letters = Counter(evidence.letters)
    counts: Counter[tuple[Kind, Ending]] = Counter()
    settled_ids = {
        record.event_id
        for record in published
        if record.event_id and (record.place in successes or record.place in letters)
    }
    lost: list[Published] = []
    for record in published:
        ending = _ending(record, successes, letters, settled_ids)
        counts[record.kind, ending] += 1
        if ending == "unaccounted":
            lost.append(record)
    problems = [
        *_lost(lost),
        *_doubled(published, evidence.answers, letters),
        *_disagreeing(ours, successes, errors, letters),
        *(_forgotten(published, successes, letters, evidence.entries) if by_event_id else ()),
    ]
    return Account(counts, problems)


def _ending(
    record: Published,
    successes: Mapping[Coordinates, int],
    letters: Mapping[Coordinates, int],
    settled_ids: set[str],
) -> Ending:
    if record.place in successes:
        return "completed"
    if record.place in letters:
        return "dead-lettered"
    if record.kind == "tombstone":
        return "ignored"
    # A record without an outcome of its own is one whose event another record has settled.
    return "duplicate" if record.event_id in settled_ids else "unaccounted"


def _lost(lost: Sequence[Published]) -> Iterator[str]:
    if lost:
        yield f"{len(lost)} published records have no outcome, the first is {lost[0].place}"


def _doubled(
    published: Sequence[Published], answers: Sequence[Answer], letters: Counter[Coordinates]
) -> Iterator[str]:
    ids = {record.event_id for record in published}
    successes = Counter(each.event_id for each in answers if each.status == "success")
    twice = [event_id for event_id, count in successes.items() if count > 1 and event_id in ids]
    if twice:
        yield f"{len(twice)} events have more than one success result, the first is {twice[0]}"
    doubled = [record.place for record in published if letters[record.place] > 1]
    if doubled:
        yield f"{len(doubled)} records have more than one dead letter, the first is {doubled[0]}"


def _disagreeing(
    ours: set[Coordinates],
    successes: Counter[Coordinates],
    errors: Counter[Coordinates],
    letters: Counter[Coordinates],
) -> Iterator[str]:
    both = [place for place in successes if place in letters and place in ours]
    if both:
        yield f"{len(both)} records are both completed and dead-lettered, the first is {both[0]}"
    alone = [place for place in errors if place not in letters and place in ours]
    if alone:
        yield f"{len(alone)} error results have no letter, the first is of {alone[0]}"


def _forgotten(
    published: Sequence[Published],
    successes: Counter[Coordinates],
    letters: Counter[Coordinates],
    entries: Mapping[str, str],
) -> Iterator[str]:
    missing = [
        record
        for record in published
        if record.event_id
        and (record.place in successes or record.place in letters)
        and entries.get(record.event_id) not in ("completed", "dead_lettered")
    ]
    if missing:
        first = missing[0]
        yield (
            f"{len(missing)} settled events are not in the state topic as settled, the first is "
            f"{first.event_id} of {first.place}"
        )
