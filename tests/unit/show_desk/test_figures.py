"""What is wrong fails the command; what kills may repeat is only told."""

import pathlib

import pytest

from tests.desk.checker import DeskFindings
from tests.desk.figures import add_findings
from tests.report import Report


@pytest.fixture
def report(tmp_path: pathlib.Path) -> Report:
    return Report("show-desk", directory=tmp_path)


@pytest.mark.parametrize(
    "name", ["lost_events", "doubled_results", "open_letters", "audit_ends", "repeated_effects"]
)
def test_each_kind_of_finding_fails_a_run_without_kills(report: Report, name: str) -> None:
    add_findings(report, "once", DeskFindings({name: ["it is wrong"]}))

    assert [figure.value for figure in report.figures if not figure.ok] == [1]
    assert report.finish() == 1


def test_what_ran_twice_because_of_kills_fails_nothing(report: Report) -> None:
    add_findings(
        report, "killed", DeskFindings({"repeated_effects": ["it ran twice"]}), with_kills=True
    )

    assert report.finish() == 0


def test_nothing_found_fails_nothing(report: Report) -> None:
    add_findings(report, "once", DeskFindings({"lost_events": []}))

    assert report.finish() == 0
