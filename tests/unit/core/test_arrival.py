"""What came by the control topic stands in the ledger as what it is, and hides nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from consumer.core.arrival import arrived, closed, redriven, written
from consumer.core.ledger_entry import Entry, LetterMark
from consumer.core.letter_mark import LetterAct
from consumer.core.parked_event import Hold
from tests.builders import NOW, a_history, a_record, an_entry, event_bytes

ACT = LetterAct("act-1", "ann", "because", NOW)
RECORD = a_record(event_bytes(), offset=7)


def an_arrival(known: Entry | None, **other: Any) -> Entry:
    values: dict[str, Any] = {
        "fingerprint": "b1:two",
        "own_offset": None,
        "control_offset": 3,
        "seq": 4,
        "now": NOW + 1,
    }
    return arrived(known, RECORD, **(values | other))


@pytest.mark.parametrize(
    ("known", "own_offset", "answered"),
    [(None, None, None), (None, 7, 7), (5, None, 5), (5, 7, 7), (9, 7, 9), (None, 0, 0)],
)
def test_only_offsets_of_this_partition_are_answered(
    known: int | None, own_offset: int | None, answered: int | None
) -> None:
    before = None if known is None else an_entry(input_offset=known)

    assert an_arrival(before, own_offset=own_offset).input_offset == answered


def test_event_known_from_elsewhere_answers_no_offset_either() -> None:
    assert an_arrival(an_entry(input_offset=None)).input_offset is None


def test_arrival_is_parked_with_its_record_and_due_at_once() -> None:
    entry = an_arrival(replace(an_entry("dead_lettered"), history=a_history()))

    assert (entry.status, entry.control_offset, entry.history) == ("parked", 3, None)
    assert entry.parked is not None
    assert (entry.parked.record.value, entry.parked.record.offset) == (event_bytes(), 7)
    assert (entry.parked.seq, entry.parked.due_at) == (4, NOW + 1)
    assert entry.fingerprints == ("b1:one", "b1:two")


def test_letter_of_a_redriven_event_names_the_act() -> None:
    entry = redriven(an_arrival(an_entry("dead_lettered")), None, ACT)

    assert entry.letter is not None
    assert (entry.letter.state, entry.letter.act, entry.act) == ("redriven", ACT, ACT)


def test_event_takes_the_letters_along_that_it_had_under_another_key() -> None:
    mark = LetterMark(("letter-9",), 1, "open", NOW, moved_to="e:event-1")

    entry = redriven(an_arrival(None), mark, ACT)

    assert entry.letter == replace(mark, state="redriven", act=ACT, moved_to=None)


def test_event_without_letters_runs_again_without_one() -> None:
    entry = redriven(an_arrival(None), None, ACT)

    assert (entry.letter, entry.act) == (None, ACT)


def test_lane_that_a_letter_has_held_is_not_written() -> None:
    entry = an_arrival(an_entry("dead_lettered", holds=Hold(b"key", 2)))

    assert entry.holds == Hold(b"key", 2)
    assert written(entry) == replace(entry, holds=None)


@pytest.mark.parametrize(
    ("state", "status"), [("discarded", "discarded"), ("resolved", "dead_lettered")]
)
def test_closed_letter_holds_nothing_and_names_the_act(state: Any, status: str) -> None:
    entry = closed(an_entry("dead_lettered", holds=Hold(b"key", 2)), state, ACT, control_offset=8)

    assert (entry.status, entry.holds, entry.control_offset) == (status, None, 8)
    assert entry.letter is not None
    assert (entry.letter.state, entry.letter.act, entry.letter.moved_to) == (state, ACT, None)


def test_letter_whose_record_goes_on_elsewhere_says_where() -> None:
    entry = closed(an_entry("dead_lettered"), "redriven", ACT, control_offset=8, moved_to="e:other")

    assert entry.letter is not None
    assert entry.letter.moved_to == "e:other"


def test_entry_without_a_letter_cannot_be_closed() -> None:
    with pytest.raises(ValueError, match="without a letter cannot be discarded"):
        closed(an_entry("completed"), "discarded", ACT, control_offset=8)
