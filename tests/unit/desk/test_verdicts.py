"""What has become of an act, by the audit topic and by the ledger alone?"""

from dataclasses import replace
from typing import Any, get_args

import orjson
import pytest

from consumer.core.act import Act
from consumer.core.audit_record import ActOutcome, AuditRecord, audit_record
from consumer.core.ledger_entry import Entry
from consumer.core.letter_mark import LetterAct
from consumer.core.parked_event import Hold
from consumer.desk.verdicts import Told, by_audit, by_entry, by_marks
from tests.builders import NOW, a_parked, an_entry
from tests.unit.desk.desk_examples import a_mark

ACT = Act("redrive", "act-1", "ada", None, NOW, "e:1", "letter-1")
OURS = LetterAct("act-1", "ada", None, NOW)
THEIRS = LetterAct("act-2", "bob", None, NOW)


def audited(outcome: ActOutcome, **other: Any) -> AuditRecord:
    record = audit_record(ACT, outcome, topic="in", partition=0, now=NOW, **other)
    return AuditRecord.model_validate(orjson.loads(record.value or b""))


def heard(*outcomes: ActOutcome) -> str:
    told: Told | None = None
    for outcome in outcomes:
        told = by_audit(told, audited(outcome))
    assert told is not None
    return told.verdict


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (("accepted",), "going"),
        (("accepted", "completed"), "completed"),
        (("accepted", "dead_lettered"), "failed_again"),
        (("duplicate",), "duplicate"),
        (("done",), "done"),
        (("refused",), "refused"),
        (("accepted", "refused"), "going"),
        (("accepted", "refused", "completed"), "completed"),
        (("accepted", "completed", "refused"), "completed"),
        (("done", "refused"), "done"),
        (("refused", "accepted", "dead_lettered"), "failed_again"),
    ],
)
def test_second_asking_that_is_refused_changes_nothing(
    outcomes: tuple[ActOutcome, ...], verdict: str
) -> None:
    assert heard(*outcomes) == verdict


def test_every_outcome_is_understood() -> None:
    for outcome in get_args(ActOutcome):
        assert heard(outcome)


def test_new_letter_and_reason_are_told() -> None:
    assert by_audit(None, audited("dead_lettered", new_dlq_id="letter-2")) == Told(
        "failed_again", None, "letter-2"
    )
    assert by_audit(None, audited("refused", detail="not open")) == Told("refused", "not open")


@pytest.mark.parametrize(
    ("mark", "is_passed", "verdict"),
    [
        (a_mark("letter-1"), False, None),
        (a_mark("letter-1"), True, "refused"),
        (a_mark("letter-1", state="redriven", act=OURS), False, "going"),
        (a_mark("letter-1", state="redriven", act=OURS), True, "going"),
        (a_mark("letter-1", state="redriven", act=THEIRS), False, "going"),
        (a_mark("letter-1", state="redriven", act=THEIRS), True, "refused"),
        (a_mark("letter-1", state="resolved", act=OURS), False, "completed"),
        (a_mark("letter-1", state="discarded", act=OURS), False, "done"),
        (a_mark("letter-1", state="discarded", act=THEIRS), False, "refused"),
        (a_mark("letter-1", "letter-2"), False, "failed_again"),
        (a_mark("letter-0", "letter-1", state="resolved"), True, "completed"),
    ],
)
def test_mark_tells_what_became_of_a_letter(
    mark: Any, is_passed: bool, verdict: str | None
) -> None:
    told = by_marks(ACT, [mark], is_passed=is_passed)

    assert (told and told.verdict) == verdict


def test_mended_poison_is_followed_to_the_entry_that_it_goes_on_under() -> None:
    moved = a_mark("letter-1", state="redriven", act=OURS, moved_to="e:9")

    assert by_marks(ACT, [moved], is_passed=True) == Told("going")
    resolved = a_mark("letter-1", state="resolved", act=OURS)
    assert by_marks(ACT, [moved, resolved], is_passed=True) == Told("completed")
    again = a_mark("letter-1", "letter-2")
    assert by_marks(ACT, [moved, again], is_passed=True) == Told(
        "failed_again", new_dlq_id="letter-2"
    )


def test_nothing_is_known_of_a_letter_whose_entry_was_not_written() -> None:
    assert by_marks(ACT, [], is_passed=False) is None
    told = by_marks(ACT, [], is_passed=True)
    assert told is not None
    assert told.verdict == "refused"


@pytest.mark.parametrize(
    ("kind", "entry", "verdict"),
    [
        ("cancel", an_entry("dead_lettered"), "done"),
        ("cancel", an_entry("parked", parked=a_parked()), "refused"),
        ("release", an_entry("dead_lettered"), "done"),
        ("release", an_entry("dead_lettered", holds=Hold(b"k", 1)), "refused"),
        ("now", an_entry("parked", parked=a_parked(due_at=NOW)), "done"),
        ("now", an_entry("parked", parked=a_parked(due_at=NOW + 600)), "refused"),
        ("now", an_entry("completed"), "done"),
        ("replay", None, "done"),
    ],
)
def test_entry_tells_whether_an_act_was_done(kind: Any, entry: Entry | None, verdict: str) -> None:
    act = replace(ACT, kind=kind)

    assert by_entry(act, entry, is_passed=False) is None
    told = by_entry(act, entry, is_passed=True)
    assert told is not None
    assert told.verdict == verdict
