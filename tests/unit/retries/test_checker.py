"""The checker finds nothing in a right story, and each planted wrong under its own name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.checker import History, InputRecord, ResultRecord
from tests.retries.attempts import Attempt, FailedAttempt, StateEntry, Story, due_attempts, repeats
from tests.retries.checker import check_retries

_FIRST, _SECOND = 1, 2
"""Process ids."""
_FAILED = FailedAttempt(1, 10.0, 10.1)
_FAILED_AGAIN = FailedAttempt(2, 15.1, 15.2)


def a_story() -> Story:
    """Return what is left of an event that fails twice, and of the next one of its key.

    The process of its second attempt was killed before it could be committed.
    """
    return Story(
        history=History(
            input=[InputRecord((0, 0), b"k", "a"), InputRecord((0, 1), b"k", "b")],
            results=[
                ResultRecord(0, b"k", "a", "success", (0, 0), attempts=3),
                ResultRecord(0, b"k", "b", "success", (0, 1), attempts=1),
            ],
            letters=[],
            entries={},
            committed={},
            ends={},
        ),
        attempts=[
            Attempt("a", 1, _FIRST, (0, 0), 10.001, 10.1),
            Attempt("a", 2, _FIRST, (0, 0), 15.01, 15.02),
            Attempt("a", 2, _SECOND, (0, 0), 15.101, 15.2),
            Attempt("a", 3, _SECOND, (0, 0), 20.3, 20.4, succeeded=True),
            Attempt("b", 1, _SECOND, (0, 1), 20.5, 20.6, succeeded=True),
        ],
        entries={
            "a": [
                StateEntry(10.2, "parked", (_FAILED,), 15.0),
                StateEntry(15.3, "parked", (_FAILED, _FAILED_AGAIN), 20.2),
                StateEntry(20.45, "completed"),
            ],
            "b": [StateEntry(10.2, "parked"), StateEntry(20.65, "completed")],
        },
        killed={_FIRST},
    )


def _asked_delay(event_id: str, number: int) -> float:
    return 4.5


def _names(story: Story) -> set[str]:
    findings = check_retries(story, _asked_delay)
    return {name for name, sentences in findings.found.items() if sentences}


def test_nothing_is_found_in_a_right_story() -> None:
    assert _names(a_story()) == set()


def _attempt(story: Story, position: int, **changes: Any) -> Story:
    """Return *story* with another attempt in place of that one."""
    attempts = list(story.attempts)
    attempts[position] = replace(attempts[position], **changes)
    return replace(story, attempts=attempts)


def _with_entries(story: Story, entries: Mapping[str, Sequence[StateEntry]]) -> Story:
    return replace(story, entries={**story.entries, **entries})


def _entry(story: Story, position: int, **changes: Any) -> Story:
    """Return *story* with another entry of ``a`` in place of that one."""
    entries = list(story.entries["a"])
    entries[position] = replace(entries[position], **changes)
    return _with_entries(story, {"a": entries})


def _without_attempt(story: Story, position: int) -> Story:
    attempts = [*story.attempts[:position], *story.attempts[position + 1 :]]
    return replace(story, attempts=attempts)


def _result(story: Story, attempts: int) -> Story:
    first, *rest = story.history.results
    results = [replace(first, attempts=attempts), *rest]
    return replace(story, history=replace(story.history, results=results))


@pytest.mark.parametrize(
    ("plant", "names"),
    [
        pytest.param(
            lambda story: _attempt(story, 3, began_at=20.19),
            {"early_attempts"},
            id="attempt before its due time",
        ),
        pytest.param(
            lambda story: _entry(story, 0, due_at=14.0),
            {"early_due_times"},
            id="due time before the failure asked",
        ),
        pytest.param(
            lambda story: _attempt(story, 3, number=4),
            {"attempts_numbered", "attempts_miscounted"},
            id="number that was skipped",
        ),
        pytest.param(
            lambda story: _attempt(story, 3, number=1),
            {"attempts_numbered", "attempts_miscounted"},
            id="number that starts anew",
        ),
        pytest.param(
            lambda story: replace(
                story,
                attempts=[*story.attempts, Attempt("a", 4, _SECOND, (0, 0), 30.0)],
            ),
            {"attempts_after_the_end", "attempts_miscounted", "order_of_attempts"},
            id="attempt at a completed event",
        ),
        pytest.param(
            lambda story: _entry(story, 1, failed=(_FAILED_AGAIN,)),
            {"attempts_skipped"},
            id="forgotten attempt",
        ),
        pytest.param(
            lambda story: _with_entries(story, {"a": story.entries["a"][1:]}),
            {"attempts_skipped", "attempts_numbered"},
            id="two attempts at a time",
        ),
        pytest.param(
            lambda story: _result(story, 4), {"attempts_miscounted"}, id="result that counts more"
        ),
        pytest.param(
            lambda story: _without_attempt(story, 0),
            {"attempts_miscounted", "attempts_unremembered"},
            id="attempt that nobody made",
        ),
        pytest.param(
            lambda story: _attempt(story, 2, succeeded=True),
            {"attempts_unremembered"},
            id="success remembered as a failure",
        ),
        pytest.param(
            lambda story: replace(story, killed=()),
            {"attempts_repeated"},
            id="attempt repeated by a process that lived",
        ),
        pytest.param(
            lambda story: _attempt(story, 4, began_at=20.35),
            {"order_overlaps"},
            id="two attempts of a key side by side",
        ),
        pytest.param(
            lambda story: replace(
                story, attempts=[*story.attempts[:3], story.attempts[4], story.attempts[3]]
            ),
            {"order_of_attempts", "order_overlaps"},
            id="follower before its predecessor",
        ),
    ],
)
def test_what_is_wrong_is_found(plant: Callable[[Story], Story], names: set[str]) -> None:
    assert _names(plant(a_story())) == names


def test_process_that_lost_a_session_may_repeat_and_go_back() -> None:
    story = replace(a_story(), killed=(), lost={_FIRST})

    assert _names(story) == set()


def test_repeats_are_told_apart_from_next_attempts() -> None:
    assert [(before.pid, again.pid) for before, again in repeats(a_story().attempts)] == [
        (_FIRST, _SECOND)
    ]


def test_attempts_are_told_with_the_due_times_that_held_for_them() -> None:
    assert [(each.number, due_at) for each, due_at in due_attempts(a_story())] == [
        (2, 15.0),
        (2, 15.0),
        (3, 20.2),
    ]


def test_beyond_twenty_attempts_the_first_and_the_last_nineteen_are_remembered() -> None:
    failed = [FailedAttempt(number, number, number + 0.1) for number in range(1, 31)]
    entries = [
        StateEntry(count, "parked", [*failed[:1], *failed[1:count][-19:]]) for count in range(1, 31)
    ]
    story = replace(a_story(), entries={"a": entries})

    assert check_retries(story).found["attempts_skipped"] == []
