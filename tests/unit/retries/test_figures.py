"""Each proof misses its goal when what it is about went wrong."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checker import History, InputRecord, LetterRecord, ResultRecord
from tests.faults.driver import RunOutcome
from tests.faults.fleet import Fleet
from tests.faults.load import LoadPlan
from tests.faults.plan import RunPlan
from tests.report import Report
from tests.retries import breaker, budget, guard, outage, quarantine
from tests.retries.attempts import Attempt, Story
from tests.retries.dependent_run import DependentOutcome

_OPENED_AT = "2026-01-01T00:00:10Z"
_SECONDS = 1_767_225_600.0
"""The beginning of that minute."""


def a_history(completed: int, letters: Sequence[LetterRecord] = ()) -> History:
    """Return what is left of events that completed, and of those with letters."""
    answers = [
        ResultRecord(0, None, letter.event_id, "error", letter.source, letter.dlq_id)
        for letter in letters
    ]
    results = [
        ResultRecord(0, None, f"event-{number:09}", "success", (0, number), attempts=1)
        for number in range(completed)
    ]
    events = [(each.event_id, each.source) for each in results]
    events += [(each.event_id, each.source) for each in letters]
    entries = {f"e:{each.event_id}": "completed" for each in results}
    entries |= {letter.ledger_key: "dead_lettered" for letter in letters}
    return History(
        input=[InputRecord(place, None, event_id) for event_id, place in events],
        results=[*results, *answers],
        letters=letters,
        entries=entries,
        committed={},
        ends={},
    )


def a_letter(number: int, disposition: str, code: str = "SERVICE_UNAVAILABLE") -> LetterRecord:
    event_id = f"event-{number:09}"
    return LetterRecord(
        f"letter-{number}", event_id, (0, number), f"e:{event_id}", disposition, code
    )


def attempts_at(*moments: float, succeeded: bool = False) -> list[Attempt]:
    """Return attempts of one event each that take 20 ms; seconds of that minute."""
    return [
        Attempt(
            f"event-{number:09}",
            1,
            1,
            (0, number),
            _SECONDS + at,
            _SECONDS + at + 0.02,
            succeeded=succeeded,
        )
        for number, at in enumerate(moments)
    ]


def an_outcome(
    tmp_path: Path,
    history: History,
    attempts: Sequence[Attempt] = (),
    lines: Sequence[Mapping[str, Any]] = (),
    own_ends: int = 0,
) -> DependentOutcome:
    fleet = Fleet({}, tmp_path, "production")
    fleet.own_ends = own_ends
    return DependentOutcome(
        run=RunOutcome(
            plan=RunPlan("run", LoadPlan(seed=1, records=1), []),
            history=history,
            aborted=0,
            fleet=fleet,
            broker_kills=0,
            unclean_ends=0,
            drained=True,
            seconds=1.0,
            effects=Counter(),
        ),
        story=Story(history, attempts, {}),
        down_at=_SECONDS + 9,
        back_at=_SECONDS + 20,
        lines=lines,
    )


def _failed(report: Report) -> set[str]:
    return {figure.name for figure in report.figures if not figure.ok}


_BREAKER_LINES = [
    {"event": "breaker.changed", "timestamp": _OPENED_AT, "after": "open"},
    {"event": "breaker.changed", "timestamp": "2026-01-01T00:00:21Z", "after": "half_open"},
    {"event": "breaker.changed", "timestamp": "2026-01-01T00:00:21Z", "after": "closed"},
]
_BACK = attempts_at(*(21 + number / 600 for number in range(600)), succeeded=True)


def _failing(count: int) -> list[Attempt]:
    return attempts_at(*(9 + number / 100 for number in range(count)))


@pytest.mark.parametrize(
    ("letters", "failing", "failed"),
    [
        pytest.param(0, 53, set(), id="as many as it may cost"),
        pytest.param(0, 54, {"breaker_pause_attempts_spent"}, id="one attempt more"),
        pytest.param(1, 10, {"breaker_pause_dead_letters"}, id="a letter"),
    ],
)
def test_pausing_breaker_costs_no_letter_and_few_attempts(
    tmp_path: Path, letters: int, failing: int, failed: set[str]
) -> None:
    history = a_history(10, [a_letter(10 + number, "exhausted") for number in range(letters)])
    outcome = an_outcome(tmp_path, history, [*_failing(failing), *_BACK], _BREAKER_LINES)
    report = Report("retry", directory=tmp_path)
    breaker.add_figures(report, "pause", outcome)

    assert _failed(report) == failed


def test_breaker_that_never_opened_proves_nothing(tmp_path: Path) -> None:
    report = Report("retry", directory=tmp_path)
    breaker.add_figures(report, "pause", an_outcome(tmp_path, a_history(1), _BACK))

    assert _failed(report) == {"breaker_pause_opened"}


def test_rejecting_breaker_gives_no_other_letters(tmp_path: Path) -> None:
    letters = [a_letter(10, "exhausted", "CIRCUIT_BREAKER_OPEN"), a_letter(11, "exhausted")]
    outcome = an_outcome(tmp_path, a_history(10, letters), _BACK, _BREAKER_LINES)
    report = Report("retry", directory=tmp_path)
    breaker.add_figures(report, "reject", outcome)

    assert _failed(report) == {"breaker_reject_other_letters"}


def test_recovery_that_takes_longer_is_told(tmp_path: Path) -> None:
    late = attempts_at(*(25.5 + number / 600 for number in range(600)), succeeded=True)
    outcome = an_outcome(tmp_path, a_history(1), late, _BREAKER_LINES)
    report = Report("retry", directory=tmp_path)
    breaker.add_figures(report, "pause", outcome)

    assert _failed(report) == {"breaker_pause_recovery"}


def _guard_lines(*states: str) -> list[Mapping[str, Any]]:
    return [
        {"event": "guard.changed", "timestamp": _OPENED_AT, "partition": partition, "after": state}
        for partition in range(4)
        for state in states
    ]


@pytest.mark.parametrize(
    ("letters", "states", "failed"),
    [
        pytest.param(440, ("paused", "probing", "passing"), set(), id="as many as it may cost"),
        pytest.param(441, ("paused", "probing", "passing"), {"guard_letters"}, id="one more"),
        pytest.param(400, ("paused", "probing", "paused"), {"guard_resumed"}, id="no resuming"),
        pytest.param(0, (), {"guard_paused", "guard_resumed"}, id="no pause"),
    ],
)
def test_guard_stops_a_flood_and_resumes(
    tmp_path: Path, letters: int, states: Sequence[str], failed: set[str]
) -> None:
    history = a_history(10, [a_letter(10 + number, "exhausted") for number in range(letters)])
    attempts = attempts_at(*(22 + number / 600 for number in range(600)), succeeded=True)
    report = Report("retry", directory=tmp_path)
    guard.add_figures(report, an_outcome(tmp_path, history, attempts, _guard_lines(*states)))

    assert _failed(report) == failed


def test_guard_that_loses_an_event_is_found(tmp_path: Path) -> None:
    history = a_history(10, [a_letter(10, "exhausted")])
    attempts = attempts_at(*(22 + number / 600 for number in range(600)), succeeded=True)
    lines = _guard_lines("paused", "probing", "passing")
    report = Report("retry", directory=tmp_path)
    lossy = replace(history, results=history.results[1:])
    guard.add_figures(report, an_outcome(tmp_path, lossy, attempts, lines))

    # The entry of the event says that it is completed.
    assert _failed(report) == {"guard_lost", "guard_others_completed"}


@pytest.mark.parametrize(
    ("completed", "letters", "own_ends", "failed"),
    [
        pytest.param(999, ["crashed"], 3, set(), id="right"),
        pytest.param(999, ["crashed"], 4, {"quarantine_restarts"}, id="too many restarts"),
        pytest.param(
            998,
            ["crashed", "crashed"],
            3,
            {"quarantine_letters", "quarantine_letters_crashed", "quarantine_others_completed"},
            id="innocent neighbour",
        ),
        pytest.param(
            999, ["permanent"], 3, {"quarantine_letters_crashed"}, id="letter of another kind"
        ),
    ],
)
def test_quarantine_costs_three_restarts_and_nobody_else(
    tmp_path: Path, completed: int, letters: Sequence[str], own_ends: int, failed: set[str]
) -> None:
    history = a_history(
        completed,
        [a_letter(completed + number, disposition) for number, disposition in enumerate(letters)],
    )
    report = Report("retry", directory=tmp_path)
    quarantine.add_figures(report, an_outcome(tmp_path, history, own_ends=own_ends))

    assert _failed(report) == failed


def _retries(count: int) -> list[Attempt]:
    """Return 100 first attempts in ten seconds, and retries five seconds later."""
    firsts = attempts_at(*(number / 10 for number in range(100)))
    again = attempts_at(*(5.0 + number / 1000 for number in range(count)))
    found = [*firsts, *(replace(each, number=2, event_id="event-000000000") for each in again)]
    return sorted(found, key=lambda each: each.began_at)


@pytest.mark.parametrize(
    ("retries", "failed"),
    [
        pytest.param(110, set(), id="a share of the first attempts and the floor"),
        pytest.param(111, {"attempts_budget_exceeded_by"}, id="one more"),
        pytest.param(0, {"attempts_budget_late"}, id="nothing to hold back"),
    ],
)
def test_retries_beyond_the_budget_are_found(
    tmp_path: Path, retries: int, failed: set[str]
) -> None:
    report = Report("retry", directory=tmp_path)
    budget.add_figures(report, an_outcome(tmp_path, a_history(1), _retries(retries)))

    assert _failed(report) == failed


def test_outage_without_anything_parked_proves_nothing(tmp_path: Path) -> None:
    report = Report("retry", directory=tmp_path)
    outage.add_figures(report, an_outcome(tmp_path, a_history(1), attempts_at(1, succeeded=True)))

    assert _failed(report) == {
        "order_outage_parked",
        "attempts_outage_retries",
        "early_outage_due_attempts",
    }


def test_outage_that_loses_an_event_is_found(tmp_path: Path) -> None:
    history = replace(a_history(1), results=[], entries={})
    report = Report("retry", directory=tmp_path)
    outage.add_figures(report, an_outcome(tmp_path, history))

    assert {"order_outage_not_completed", "order_outage_lost"} <= _failed(report)
