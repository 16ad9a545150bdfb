"""Did every event complete once, and is every act accounted for?

A pure function of what the topics hold and of what the processors wrote down.  What has to be so:

* each event has one success result, whatever was redriven, edited or killed, and nobody else has;
* each letter of an event has one error result;
* no letter is open, or on its way;
* each act on the control topic has exactly one outcome, and one that was accepted exactly one end;
  asked for again, it is refused each further time;
* no letter was accepted for a redrive twice;
* where no process was killed, no event ran to its end twice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from consumer.core.act import ActKind
from consumer.core.audit_record import ActOutcome
from consumer.core.letter_mark import LetterState
from tests.faults.checker import LetterRecord, ResultRecord

_FIRST: frozenset[ActOutcome] = frozenset({"accepted", "done", "duplicate"})
_LAST: frozenset[ActOutcome] = frozenset({"completed", "dead_lettered"})
_GOES_ON: frozenset[ActKind] = frozenset({"redrive", "replay"})


@dataclass(frozen=True, slots=True)
class AskedAct:
    """A record of the control topic."""

    act_id: str
    kind: ActKind
    dlq_id: str | None = None


@dataclass(frozen=True, slots=True)
class ToldAct:
    """A record of the audit topic."""

    act_id: str
    outcome: ActOutcome
    dlq_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeskHistory:
    """Everything that a run left behind."""

    wanted: frozenset[str]
    """Ids of the events that are to complete."""
    results: Sequence[ResultRecord]
    letters: Sequence[LetterRecord]
    acts: Sequence[AskedAct]
    """Those on the control topic, events on their way home not among them."""
    told: Sequence[ToldAct]
    marks: Mapping[str, LetterState]
    """State of the newest letter by ledger key, the newest entry of each."""
    effects: Mapping[str, int]
    """How often an attempt reached its end, by event id."""


@dataclass(frozen=True, slots=True)
class DeskFindings:
    """What is wrong, one sentence each, by the name of the figure it counts for."""

    found: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        """Return how many findings there are whose names begin with *kind*."""
        return sum(len(each) for name, each in self.found.items() if name.startswith(kind))


def check_desk(history: DeskHistory) -> DeskFindings:
    """Return what is wrong with *history*."""
    successes = Counter(
        each.event_id for each in history.results if each.status == "success" and each.event_id
    )
    asked = Counter(act.act_id for act in history.acts)
    outcomes: dict[str, list[ActOutcome]] = defaultdict(list)
    for told in history.told:
        outcomes[told.act_id].append(told.outcome)
    return DeskFindings(
        {
            "lost_events": [
                f"{name} has no success result" for name in sorted(history.wanted - set(successes))
            ],
            "lost_answers": list(_answers(history)),
            "doubled_results": [
                f"{name} has {count} success results"
                for name, count in successes.items()
                if count > 1
            ],
            "doubled_strangers": [
                f"{name} has a success result and should have none"
                for name in sorted(set(successes) - history.wanted)
            ],
            "doubled_redrives": list(_redriven_twice(history)),
            "repeated_effects": [
                f"{name} ran to its end {count} times"
                for name, count in history.effects.items()
                if count > 1
            ],
            "open_letters": [
                f"{key} has a letter that is {state}"
                for key, state in history.marks.items()
                if state in {"open", "redriven"}
            ],
            "audit_outcomes": list(_outcomes(asked, outcomes)),
            "audit_ends": list(_ends(history.acts, outcomes)),
            "audit_strangers": [
                f"{name}, of which the audit topic tells, was never asked for"
                for name in sorted(set(outcomes) - set(asked))
            ],
        }
    )


def _answers(history: DeskHistory) -> Iterator[str]:
    answers = Counter(each.dlq_id for each in history.results if each.status == "error")
    for letter in history.letters:
        # A record that is no event has no id that anybody could wait for.
        if letter.event_id is not None and answers[letter.dlq_id] != 1:
            yield f"letter {letter.dlq_id} has {answers[letter.dlq_id]} error results"


def _redriven_twice(history: DeskHistory) -> Iterator[str]:
    redrives = {act.act_id for act in history.acts if act.kind in _GOES_ON}
    accepted = Counter(
        told.dlq_id
        for told in history.told
        if told.act_id in redrives and told.outcome in _FIRST and told.dlq_id is not None
    )
    for dlq_id, count in accepted.items():
        if count > 1:
            yield f"letter {dlq_id} was redriven {count} times"


def _outcomes(
    asked: Mapping[str, int], outcomes: Mapping[str, Sequence[ActOutcome]]
) -> Iterator[str]:
    """Find acts whose outcome was not told once for each time that they were asked for."""
    for act_id, times in asked.items():
        told = Counter(outcomes.get(act_id, ()))
        carried_out = sum(told[each] for each in _FIRST)
        if carried_out > 1 or carried_out + told["refused"] != times:
            yield f"act {act_id} was asked for {times} times, and its outcomes are {dict(told)}"


def _ends(acts: Iterable[AskedAct], outcomes: Mapping[str, Sequence[ActOutcome]]) -> Iterator[str]:
    """Find acts that were accepted and did not end once, or ended and were not accepted."""
    kinds = {act.act_id: act.kind for act in acts}
    for act_id, told in outcomes.items():
        ends = [each for each in told if each in _LAST]
        accepted = told.count("accepted")
        if len(ends) != accepted:
            yield f"{kinds.get(act_id)} {act_id}: accepted {accepted} times, ended {ends}"
        elif ends and told.index("accepted") > told.index(ends[0]):
            yield f"{kinds.get(act_id)} {act_id} ended before it was accepted"
