"""Every refusal says why; what may be done is not refused."""

from dataclasses import replace
from typing import Any

import pytest

from consumer.core.act import Act
from consumer.core.acting import (
    letter_act,
    letter_refusal,
    parked_refusal,
    release_refusal,
    replay_refusal,
)
from consumer.core.ledger_entry import Entry, LetterMark
from consumer.core.letter_mark import LetterAct
from consumer.core.parked_event import Hold
from tests.builders import NOW, a_parked, an_entry

KEY = "e:event-1"


def an_act(kind: Any = "redrive", dlq_id: str | None = "letter-1") -> Act:
    return Act(kind, "act-1", "ann", "because", NOW, KEY, dlq_id)


def a_letter_entry(*dlq_ids: str, **mark: Any) -> Entry:
    """Return the entry of a dead-lettered event whose newest letter is open."""
    values: dict[str, Any] = {
        "dlq_ids": dlq_ids or ("letter-1",),
        "count": 1,
        "state": "open",
        "at": NOW,
    }
    return an_entry("dead_lettered", letter=LetterMark(**(values | mark)))


def test_open_letter_is_not_refused() -> None:
    assert letter_refusal(an_act(), a_letter_entry(), is_in_flight=False) is None


@pytest.mark.parametrize("entry", [None, an_entry("completed")])
def test_letter_that_the_ledger_has_forgotten_is_refused_with_its_key(entry: Entry | None) -> None:
    refusal = letter_refusal(an_act(), entry, is_in_flight=False)

    assert refusal is not None
    assert KEY in refusal
    assert "publish its event anew" in refusal


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (a_letter_entry("other"), "the letters of 'e:event-1' are other, not letter-1"),
        (a_letter_entry("letter-1", "letter-2"), "has failed again as letter-2"),
        (a_letter_entry(state="resolved"), "letter letter-1 is resolved"),
        (
            a_letter_entry(state="redriven", act=LetterAct("act-0", "bob", None, NOW)),
            "letter-1 is redriven by bob (redrive act-0)",
        ),
        (replace(a_letter_entry(), status="running"), "in flight again"),
    ],
)
def test_letter_that_is_not_open_is_refused_with_what_became_of_it(entry: Entry, says: str) -> None:
    assert says in (letter_refusal(an_act(), entry, is_in_flight=False) or "")


def test_letter_whose_event_waits_in_memory_is_refused() -> None:
    refusal = letter_refusal(an_act(), a_letter_entry(), is_in_flight=True)

    assert "in flight again" in (refusal or "")


HOLDING = replace(a_letter_entry(), holds=Hold(b"key", 3))


def test_letter_that_holds_its_key_can_be_told_to_let_it_go() -> None:
    assert release_refusal(an_act("release"), HOLDING, held_by="letter-1") is None


@pytest.mark.parametrize(
    ("entry", "held_by"), [(HOLDING, None), (HOLDING, "letter-2"), (a_letter_entry(), "letter-1")]
)
def test_letter_that_holds_nothing_cannot_let_it_go(entry: Entry, held_by: str | None) -> None:
    refusal = release_refusal(an_act("release"), entry, held_by=held_by)

    assert refusal == "letter letter-1 holds no key"


def test_letter_that_is_not_open_cannot_let_its_key_go() -> None:
    entry = replace(HOLDING, letter=LetterMark(("letter-1",), 1, "discarded", NOW))

    refusal = release_refusal(an_act("release"), entry, held_by="letter-1")

    assert refusal == "letter letter-1 is discarded"


def test_parked_event_that_has_not_started_is_not_refused() -> None:
    entry = an_entry("parked", parked=a_parked())

    assert parked_refusal(an_act("now", None), entry, is_in_flight=False) is None


@pytest.mark.parametrize(
    ("entry", "is_in_flight", "says"),
    [
        (None, False, "knows of no such thing"),
        (an_entry("parked", parked=a_parked()), True, "runs right now"),
        (an_entry("completed"), False, "is not parked, it is completed"),
    ],
)
def test_what_is_not_parked_cannot_be_started_or_cancelled(
    entry: Entry | None, is_in_flight: bool, says: str
) -> None:
    refusal = parked_refusal(an_act("cancel", None), entry, is_in_flight=is_in_flight)

    assert says in (refusal or "")


@pytest.mark.parametrize("entry", [None, an_entry("completed"), a_letter_entry()])
def test_event_that_is_done_can_run_again_on_purpose(entry: Entry | None) -> None:
    assert replay_refusal(an_act("replay"), entry, is_in_flight=False) is None


@pytest.mark.parametrize(
    ("entry", "is_in_flight"),
    [(None, True), (an_entry("completed"), True), (an_entry("parked", parked=a_parked()), False)],
)
def test_event_that_is_not_done_cannot_run_again(entry: Entry | None, is_in_flight: bool) -> None:
    refusal = replay_refusal(an_act("replay"), entry, is_in_flight=is_in_flight)

    assert "not done" in (refusal or "")


def test_same_replay_is_carried_out_once() -> None:
    entry = an_entry("completed", act=LetterAct("act-1", "ann", None, NOW, "replay"))

    refusal = replay_refusal(an_act("replay"), entry, is_in_flight=False)

    assert "has run for act-1 already" in (refusal or "")
    assert (
        replay_refusal(replace(an_act("replay"), act_id="act-2"), entry, is_in_flight=False) is None
    )


@pytest.mark.parametrize("kind", ["redrive", "replay", "discard"])
def test_ledger_remembers_who_closed_a_letter(kind: Any) -> None:
    assert letter_act(an_act(kind)) == LetterAct("act-1", "ann", "because", NOW, kind)


def test_ledger_remembers_no_other_acts() -> None:
    with pytest.raises(ValueError, match="release is remembered by nobody"):
        letter_act(an_act("release"))
