"""A run passes when it found what it had to find: nothing, or the planted fault."""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.checker import History, InputRecord, ResultRecord
from tests.faults.driver import RunOutcome
from tests.faults.fleet import Fleet
from tests.faults.load import LoadPlan
from tests.faults.plan import Expectation, RunPlan
from tests.faults.verdict import add_run
from tests.report import Report

_RESULT = ResultRecord(0, b"k", "a", "success", (0, 0))
_RIGHT = History([InputRecord((0, 0), b"k", "a")], [_RESULT], [], {"e:a": "completed"}, {}, {})
_LOST = History(_RIGHT.input, [], [], {}, {}, {})
_STALE = History(_RIGHT.input, [_RESULT], [], {"e:a": "running"}, {}, {})
_DOUBLED = History(_RIGHT.input, [_RESULT, _RESULT], [], _RIGHT.entries, {}, {})


def _failed(tmp_path: Path, history: History, expectation: Expectation) -> set[str]:
    """Return the names of the figures that missed their goals."""
    outcome = RunOutcome(
        plan=RunPlan("run", LoadPlan(seed=1, records=1), [], expectation),
        history=history,
        aborted=1,
        fleet=Fleet({}, tmp_path, "production"),
        broker_kills=0,
        unclean_ends=0,
        drained=True,
        seconds=1.0,
        effects=Counter(),
    )
    report = Report("faults", directory=tmp_path)
    add_run(report, outcome)
    return {figure.name for figure in report.figures if not figure.ok}


@pytest.mark.parametrize(
    ("history", "expectation", "failed"),
    [
        pytest.param(_RIGHT, "nothing_wrong", set(), id="right run"),
        pytest.param(_LOST, "nothing_wrong", {"lost_run"}, id="lost event"),
        pytest.param(_DOUBLED, "nothing_wrong", {"doubled_run", "order_run"}, id="doubled event"),
        pytest.param(_DOUBLED, "nothing_lost", set(), id="at least once may double"),
        pytest.param(_LOST, "nothing_lost", {"lost_run"}, id="at least once may not lose"),
        pytest.param(_STALE, "nothing_wrong", {"lost_run"}, id="stale entry"),
        pytest.param(_STALE, "nothing_lost", set(), id="at least once may have stale entries"),
        pytest.param(_DOUBLED, "doubled", set(), id="control doubles"),
        pytest.param(_RIGHT, "doubled", {"control_run"}, id="control that doubles nothing"),
        pytest.param(_LOST, "doubled", {"control_run"}, id="control wrong in another way"),
        pytest.param(_LOST, "lost", set(), id="control loses"),
        pytest.param(_DOUBLED, "lost", {"control_run"}, id="control that loses nothing"),
        pytest.param(_LOST, "lost_or_doubled", set(), id="control may lose"),
        pytest.param(_DOUBLED, "lost_or_doubled", set(), id="control may double"),
        pytest.param(_RIGHT, "lost_or_doubled", {"control_run"}, id="control does neither"),
    ],
)
def test_a_run_is_judged_by_what_was_expected_of_it(
    tmp_path: Path, history: History, expectation: Expectation, failed: set[str]
) -> None:
    assert _failed(tmp_path, history, expectation) == failed
