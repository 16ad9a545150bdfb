"""Does each alert fire when it should, with what it should say, and not before?"""

from pathlib import Path

import pytest
import yaml

from tests.monitoring.alert_case import Case, alert_rules, unit_test
from tests.monitoring.failure_cases import FAILURE_CASES
from tests.monitoring.flow_cases import FLOW_CASES
from tests.monitoring.letter_cases import LETTER_CASES
from tests.monitoring.process_cases import PROCESS_CASES
from tests.monitoring.promtool import Promtool

CASES = (*PROCESS_CASES, *FLOW_CASES, *FAILURE_CASES, *LETTER_CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_alert(case: Case, promtool: Promtool, tmp_path: Path) -> None:
    file = tmp_path / "case.yml"
    file.write_text(yaml.safe_dump(unit_test(case)))

    content, said = promtool.says("test", "rules", file)

    assert content, said


@pytest.mark.parametrize("alert", alert_rules())
def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(alert: str) -> None:
    fires = {bool(case.fires) for case in CASES if case.alert == alert}

    assert fires == {True, False}


def test_promtool_notices_an_alert_that_does_not_fire(promtool: Promtool, tmp_path: Path) -> None:
    (case, *_) = (each for each in CASES if each.fires)
    file = tmp_path / "case.yml"
    file.write_text(yaml.safe_dump(unit_test(Case(case.alert, case.when, {}, "0m", case.fires))))

    content, said = promtool.says("test", "rules", file)

    assert not content
    assert "FAILED" in said
