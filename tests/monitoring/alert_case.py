"""How is said when an alert fires, and when it does not?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tests.monitoring.promtool import RULES

Series = Mapping[str, str]
"""Series to its values, as promtool has them: ``0+3x10`` is 0, 3, 6 … 30, one each minute."""

JOB = '{job="everonce"}'


@dataclass(frozen=True)
class Case:
    """Some series, and what an alert makes of them."""

    alert: str
    when: str
    """What is the case, for people."""
    series: Series
    at: str
    """When Prometheus is asked: 20m."""
    fires: Sequence[tuple[Mapping[str, str], str]] = ()
    """Labels beside severity, and the summary, of each that fires; none where it is quiet."""

    def __str__(self) -> str:
        return f"{self.alert} {'fires' if self.fires else 'is quiet'} when {self.when}"


def rule_groups() -> list[dict[str, Any]]:
    """Return all groups of rules: those that record first, as alerts ask for what they record."""
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]
    return sorted(groups, key=lambda group: "alert" in group["rules"][0])


def alert_rules() -> dict[str, dict[str, Any]]:
    """Return the alerts by name."""
    rules = [rule for group in rule_groups() for rule in group["rules"]]
    return {rule["alert"]: rule for rule in rules if "alert" in rule}


def unit_test(case: Case) -> dict[str, Any]:
    """Return *case* as a file for ``promtool test rules``."""
    rule = alert_rules()[case.alert]
    expected = [
        {
            "exp_labels": {**labels, **rule["labels"]},
            "exp_annotations": {**rule["annotations"], "summary": summary},
        }
        for labels, summary in case.fires
    ]
    asked = {"eval_time": case.at, "alertname": case.alert, "exp_alerts": expected}
    return {
        "rule_files": [str(path) for path in RULES],
        "group_eval_order": [group["name"] for group in rule_groups()],
        "evaluation_interval": "1m",
        "tests": [
            {
                "name": str(case),
                "interval": "1m",
                "input_series": [
                    {"series": series, "values": values} for series, values in case.series.items()
                ],
                "alert_rule_test": [asked],
            }
        ],
    }
