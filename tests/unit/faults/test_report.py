"""A report says what was found, to people and to programs, and fails for correctness only."""

from io import StringIO
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from tests.report import Report, reaches


def _console() -> tuple[Console, StringIO]:
    text = StringIO()
    return Console(file=text, width=120), text


@pytest.mark.parametrize(
    ("value", "goal", "met"),
    [
        (0, "= 0", True),
        (1, "= 0", False),
        (1, "> 0", True),
        (0, "> 0", False),
        (20, ">= 20", True),
        (1.29, ">= 1.3", False),
        (1.0, "<= 1.0", True),
        (1.0, "< 1.0", False),
        (7, None, True),
    ],
)
def test_goal_is_a_comparison_and_a_number(value: float, goal: str | None, met: bool) -> None:
    assert reaches(value, goal) is met


def test_goal_that_is_no_comparison_is_refused() -> None:
    with pytest.raises(ValueError, match="'none' is no comparison"):
        reaches(0, "none")


def test_figures_are_written_for_programs(tmp_path: Path) -> None:
    report = Report("faults", directory=tmp_path / "reports")
    report.prove("lost_events", 0, "events", "= 0")
    report.measure("throughput_ratio", 1.25, "x", ">= 1.3")
    report.measure("seconds", 12, "s")
    console, _ = _console()

    report.finish(console)

    assert orjson.loads((tmp_path / "reports" / "faults.json").read_bytes()) == [
        {"name": "lost_events", "value": 0, "unit": "events", "goal": "= 0", "ok": True},
        {"name": "throughput_ratio", "value": 1.25, "unit": "x", "goal": ">= 1.3", "ok": False},
        {"name": "seconds", "value": 12, "unit": "s", "goal": None, "ok": True},
    ]


def test_missed_speed_goal_is_said_and_fails_nothing(tmp_path: Path) -> None:
    report = Report("bench", directory=tmp_path)
    report.measure("throughput_ratio", 1.25, "x", ">= 1.3")
    console, text = _console()

    assert report.finish(console) == 0
    assert "missed" in text.getvalue()


def test_missed_correctness_goal_fails_and_is_named(tmp_path: Path) -> None:
    report = Report("faults", directory=tmp_path)
    report.prove("lost_events", 3, "events", "= 0")
    report.prove("doubled_results", 0, "events", "= 0")
    console, text = _console()

    assert report.finish(console) == 1
    assert "faults failed: lost_events\n" in text.getvalue()


def test_notes_are_shown_below_as_they_are(tmp_path: Path) -> None:
    report = Report("faults", directory=tmp_path)
    report.note("key b'[red]k': result of (0, 1) follows that of (0, 2)")
    console, text = _console()

    report.finish(console)

    assert "key b'[red]k': result" in text.getvalue()


def test_a_name_is_used_once(tmp_path: Path) -> None:
    report = Report("faults", directory=tmp_path)
    report.prove("lost_events", 0, "events", "= 0")

    with pytest.raises(ValueError, match="'lost_events' is there already"):
        report.measure("lost_events", 0, "events")
