"""Each thing that can be wrong with a drained dead-letter topic is found, and nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.desk.checker import AskedAct, DeskFindings, DeskHistory, ToldAct, check_desk
from tests.faults.checker import LetterRecord, ResultRecord

_OK = ResultRecord(0, b"k", "ok", "success", (0, 0))
_MENDED = ResultRecord(0, b"k", "mended", "success", (0, 1))
_ANSWER = ResultRecord(0, b"k", "mended", "error", (0, 1), dlq_id="letter-1")
_LETTER = LetterRecord("letter-1", "mended", (0, 1), "e:mended")
_POISON = LetterRecord("letter-2", None, (0, 2), "r:input/0/2")
_REDRIVE = AskedAct("act-1", "redrive", "letter-1")
_DISCARD = AskedAct("act-2", "discard", "letter-2")
_TOLD = (
    ToldAct("act-1", "accepted", "letter-1"),
    ToldAct("act-2", "done", "letter-2"),
    ToldAct("act-1", "completed", "letter-1"),
)


def a_history() -> DeskHistory:
    """Return a history in which nothing is wrong: a redriven letter, and a discarded one."""
    return DeskHistory(
        wanted=frozenset({"ok", "mended"}),
        results=[_OK, _ANSWER, _MENDED],
        letters=[_LETTER, _POISON],
        acts=[_REDRIVE, _DISCARD],
        told=list(_TOLD),
        marks={"e:mended": "resolved", "r:input/0/2": "discarded"},
        effects={"ok": 1, "mended": 1},
    )


def _names(findings: DeskFindings) -> set[str]:
    return {name for name, sentences in findings.found.items() if sentences}


def test_nothing_is_wrong_with_a_right_history() -> None:
    assert _names(check_desk(a_history())) == set()


def test_act_asked_for_twice_and_refused_the_second_time_is_right() -> None:
    history = a_history()
    twice = replace(
        history, acts=[*history.acts, _REDRIVE], told=[*history.told, ToldAct("act-1", "refused")]
    )

    assert _names(check_desk(twice)) == set()


def test_redrive_that_failed_again_and_was_redriven_once_more_is_right() -> None:
    history = a_history()
    second = LetterRecord("letter-3", "mended", (0, 1), "e:mended")
    again = replace(
        history,
        results=[*history.results, replace(_ANSWER, dlq_id="letter-3")],
        letters=[*history.letters, second],
        acts=[*history.acts, AskedAct("act-3", "redrive", "letter-3")],
        told=[
            *_TOLD[:2],
            ToldAct("act-1", "dead_lettered", "letter-1"),
            ToldAct("act-3", "accepted", "letter-3"),
            ToldAct("act-3", "completed", "letter-3"),
        ],
    )

    assert _names(check_desk(again)) == set()


def _without_result(history: DeskHistory) -> DeskHistory:
    return replace(history, results=[_OK, _ANSWER])


def _without_answer(history: DeskHistory) -> DeskHistory:
    return replace(history, results=[_OK, _MENDED])


def _result_twice(history: DeskHistory) -> DeskHistory:
    return replace(history, results=[*history.results, _MENDED])


def _result_of_a_stranger(history: DeskHistory) -> DeskHistory:
    return replace(history, results=[*history.results, replace(_OK, event_id="stranger")])


def _ran_twice(history: DeskHistory) -> DeskHistory:
    return replace(history, effects={"ok": 1, "mended": 2})


def _still_open(history: DeskHistory) -> DeskHistory:
    return replace(history, marks={**history.marks, "e:mended": "open"})


def _still_under_way(history: DeskHistory) -> DeskHistory:
    return replace(history, marks={**history.marks, "e:mended": "redriven"})


def _redriven_by_two(history: DeskHistory) -> DeskHistory:
    told = [ToldAct("act-9", "accepted", "letter-1"), ToldAct("act-9", "completed", "letter-1")]
    other = AskedAct("act-9", "redrive", "letter-1")
    return replace(history, acts=[*history.acts, other], told=[*history.told, *told])


def _outcome_missing(history: DeskHistory) -> DeskHistory:
    return replace(history, told=[_TOLD[0], _TOLD[2]])


def _carried_out_twice(history: DeskHistory) -> DeskHistory:
    return replace(history, acts=[*history.acts, _DISCARD], told=[*history.told, _TOLD[1]])


def _end_missing(history: DeskHistory) -> DeskHistory:
    return replace(history, told=history.told[:2])


def _ended_twice(history: DeskHistory) -> DeskHistory:
    return replace(history, told=[*history.told, _TOLD[2]])


def _ended_before_it_began(history: DeskHistory) -> DeskHistory:
    return replace(history, told=[_TOLD[2], _TOLD[0], _TOLD[1]])


def _never_asked_for(history: DeskHistory) -> DeskHistory:
    return replace(history, told=[*history.told, ToldAct("act-7", "done")])


@pytest.mark.parametrize(
    ("plant", "names"),
    [
        pytest.param(_without_result, {"lost_events"}, id="event without a success"),
        pytest.param(_without_answer, {"lost_answers"}, id="letter without an error result"),
        pytest.param(_result_twice, {"doubled_results"}, id="two successes"),
        pytest.param(_result_of_a_stranger, {"doubled_strangers"}, id="stranger's success"),
        pytest.param(_ran_twice, {"repeated_effects"}, id="ran to its end twice"),
        pytest.param(_still_open, {"open_letters"}, id="open letter"),
        pytest.param(_still_under_way, {"open_letters"}, id="letter under way"),
        pytest.param(_redriven_by_two, {"doubled_redrives"}, id="letter redriven twice"),
        pytest.param(_outcome_missing, {"audit_outcomes"}, id="act without an outcome"),
        pytest.param(_carried_out_twice, {"audit_outcomes"}, id="act carried out twice"),
        pytest.param(_end_missing, {"audit_ends"}, id="accepted without an end"),
        pytest.param(_ended_twice, {"audit_ends"}, id="two ends"),
        pytest.param(_ended_before_it_began, {"audit_ends"}, id="ended before it was accepted"),
        pytest.param(_never_asked_for, {"audit_strangers"}, id="outcome of no act"),
    ],
)
def test_what_is_wrong_is_found(
    plant: Callable[[DeskHistory], DeskHistory], names: set[str]
) -> None:
    assert _names(check_desk(plant(a_history()))) == names
