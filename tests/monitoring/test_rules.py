"""Are the rules what Prometheus takes, of metrics that there are, each with its page?"""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.monitoring.alert_case import alert_rules, rule_groups
from tests.monitoring.names import asked_for, there_are
from tests.monitoring.promtool import DEPLOYED, ROOT, RULES, Promtool

ALL = [rule for group in rule_groups() for rule in group["rules"]]
OPERATIONS = ROOT / "docs" / "operations.md"


def rule_id(rule: dict[str, Any]) -> str:
    return str(rule.get("alert") or rule["record"])


def anchors(page: str) -> set[str]:
    """Return what the headings of a page can be linked to by."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_promtool_takes_rules_and_settings(promtool: Promtool) -> None:
    asked: list[tuple[str | Path, ...]] = [
        ("rules", *RULES),
        ("config", DEPLOYED / "prometheus.yml"),
    ]
    for words in asked:
        content, said = promtool.says("check", *words)
        assert content, said


@pytest.mark.parametrize("rule", ALL, ids=rule_id)
def test_rule_asks_for_metrics_that_there_are(rule: dict[str, Any]) -> None:
    assert asked_for(rule["expr"])
    assert asked_for(rule["expr"]) <= there_are()


def test_a_metric_that_there_is_not_would_be_noticed() -> None:
    assert asked_for('sum by (job) (rate(everonce_gone_total{le="+Inf"}[5m])) > 1 and up') == {
        "everonce_gone_total",
        "up",
    }
    assert "everonce_gone_total" not in there_are()


@pytest.mark.parametrize("alert", alert_rules())
def test_alert_says_what_to_do_and_where_to_read_on(alert: str) -> None:
    rule = alert_rules()[alert]
    page, anchor = rule["annotations"]["runbook"].split("#")

    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert {*rule["annotations"]} == {"summary", "description", "runbook"}
    assert ROOT / page == OPERATIONS
    assert anchor == alert.lower()
    assert anchor in anchors(OPERATIONS.read_text())
