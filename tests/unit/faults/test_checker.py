"""The checker finds nothing in a right history, and each planted wrong under its own name."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.faults.checker import (
    Findings,
    History,
    InputRecord,
    LetterRecord,
    ResultRecord,
    check,
)

_ANSWER = ResultRecord(0, b"k2", "failed", "error", (0, 1), "letter-1")


def a_history() -> History:
    """Return what is left of two good events, a failed one, a duplicate, poison and a null key."""
    return History(
        input=[
            InputRecord((0, 0), b"k1", "a"),
            InputRecord((0, 1), b"k2", "failed"),
            InputRecord((0, 2), b"k1", "a"),
            InputRecord((0, 3), b"k1", "b"),
            InputRecord((0, 4), b"k1", None),
            InputRecord((1, 0), None, "keyless"),
        ],
        results=[
            _success("a", (0, 0)),
            _success("b", (0, 3)),
            _ANSWER,
            ResultRecord(1, None, "keyless", "success", (1, 0)),
        ],
        letters=[
            LetterRecord("letter-1", "failed", (0, 1), "e:failed"),
            LetterRecord("letter-2", None, (0, 4), "r:t/0/4"),
        ],
        entries={
            "e:a": "completed",
            "e:b": "completed",
            "e:keyless": "completed",
            "e:failed": "dead_lettered",
            "r:t/0/4": "dead_lettered",
        },
        committed={0: 5, 1: 1},
        ends={0: 5, 1: 1},
    )


def _success(event_id: str, source: tuple[int, int], key: bytes = b"k1") -> ResultRecord:
    return ResultRecord(source[0], key, event_id, "success", source)


def _names(findings: Findings) -> set[str]:
    found = {**findings.lost, **findings.doubled, **findings.order}
    return {name for name, sentences in found.items() if sentences}


def test_nothing_is_wrong_with_a_right_history() -> None:
    findings = check(a_history())

    assert _names(findings) == set()
    assert (findings.lost_count, findings.doubled_count, findings.order_count) == (0, 0, 0)


def _without_result(history: History) -> History:
    kept = [each for each in history.results if each.event_id != "b"]
    entries = {key: status for key, status in history.entries.items() if key != "e:b"}
    return replace(history, results=kept, entries=entries)


def _without_letter_of_poison(history: History) -> History:
    return replace(history, letters=history.letters[:1])


def _without_answer(history: History) -> History:
    return replace(history, results=[each for each in history.results if each is not _ANSWER])


def _without_entry(history: History) -> History:
    entries = {key: status for key, status in history.entries.items() if key != "e:a"}
    return replace(history, entries=entries)


def _entry_unfinished(history: History) -> History:
    return replace(history, entries={**history.entries, "e:failed": "running"})


def _offset_behind(history: History) -> History:
    return replace(history, committed={0: 5, 1: 0})


def _offset_missing(history: History) -> History:
    return replace(history, committed={0: 5})


@pytest.mark.parametrize(
    ("plant", "name"),
    [
        pytest.param(_without_result, "lost_events", id="event without an outcome"),
        pytest.param(_without_letter_of_poison, "lost_events", id="poison without a letter"),
        pytest.param(_without_answer, "lost_answers", id="letter without an error result"),
        pytest.param(_without_entry, "lost_entries", id="result without an entry"),
        pytest.param(_entry_unfinished, "lost_entries", id="letter with an unfinished entry"),
        pytest.param(_offset_behind, "lost_offsets", id="offset behind the end"),
        pytest.param(_offset_missing, "lost_offsets", id="no offset at all"),
    ],
)
def test_what_is_lost_is_found(plant: Callable[[History], History], name: str) -> None:
    assert _names(check(plant(a_history()))) == {name}


def _result_twice(history: History) -> History:
    return replace(
        history,
        results=[*history.results, ResultRecord(1, None, "keyless", "success", (1, 0))],
    )


def _letter_twice(history: History) -> History:
    return replace(history, letters=[*history.letters, history.letters[1]])


def _result_beside_letter(history: History) -> History:
    results = [*history.results, _success("failed", (0, 1), b"k3")]
    return replace(history, results=results)


def _answer_twice(history: History) -> History:
    return replace(history, results=[*history.results, replace(_ANSWER, key=None)])


def _answer_without_letter(history: History) -> History:
    stray = replace(_ANSWER, key=None, dlq_id="letter-9")
    return replace(history, results=[*history.results, stray])


def _stranger(history: History) -> History:
    stray = _success("aborted-x", (0, 7), b"k4")
    return replace(
        history,
        results=[*history.results, stray],
        entries={**history.entries, "e:aborted-x": "completed"},
    )


def _duplicate_answered(history: History) -> History:
    stray = ResultRecord(0, None, "a", "duplicate", (0, 0))
    return replace(history, results=[*history.results, stray])


@pytest.mark.parametrize(
    ("plant", "names"),
    [
        pytest.param(_result_twice, {"doubled_results"}, id="two results"),
        pytest.param(_letter_twice, {"doubled_letters"}, id="the same letter twice"),
        pytest.param(_result_beside_letter, {"doubled_outcomes"}, id="result and letter"),
        pytest.param(_answer_twice, {"doubled_answers"}, id="two error results"),
        pytest.param(_answer_without_letter, {"doubled_answers"}, id="answer without a letter"),
        pytest.param(_stranger, {"doubled_strangers"}, id="result of an aborted record"),
        pytest.param(_duplicate_answered, {"doubled_answers"}, id="answered duplicate"),
    ],
)
def test_what_is_doubled_is_found(plant: Callable[[History], History], names: set[str]) -> None:
    assert _names(check(plant(a_history()))) == names


def test_results_of_a_key_against_the_order_of_the_input_are_found() -> None:
    history = a_history()
    swapped = [history.results[1], history.results[0], *history.results[2:]]

    assert _names(check(replace(history, results=swapped))) == {"order_results"}


def test_an_error_result_out_of_the_order_of_its_key_is_found() -> None:
    history = a_history()
    late = replace(_ANSWER, key=b"k1")
    results = [*(each for each in history.results if each is not _ANSWER), late]

    assert _names(check(replace(history, results=results))) == {"order_results"}


def test_a_result_for_the_duplicate_instead_of_the_first_record_is_found() -> None:
    history = a_history()
    wrong = [_success("a", (0, 2)), *history.results[1:]]

    assert _names(check(replace(history, results=wrong))) == {"order_sources"}


def test_results_without_a_key_have_no_order() -> None:
    history = a_history()
    more = replace(
        history,
        input=[*history.input, InputRecord((1, 1), None, "later")],
        results=[ResultRecord(1, None, "later", "success", (1, 1)), *history.results],
        entries={**history.entries, "e:later": "completed"},
    )

    assert _names(check(more)) == set()


def test_findings_are_counted_one_by_one() -> None:
    history = a_history()
    findings = check(replace(history, results=[*history.results, *history.results[:2]]))

    assert len(findings.doubled["doubled_results"]) == 2
    assert findings.doubled_count == 2
    assert findings.order_count == 2
