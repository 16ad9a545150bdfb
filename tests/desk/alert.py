"""Do the alerts fire when they should, and does every panel of the dashboard show something?

The judges are Prometheus's own: ``promtool`` for rules and alerts, and a Prometheus that watches a
worker while events complete, fail, are parked, retried and redriven.
"""

import asyncio
import os
import tempfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path

import yaml

from consumer.embedded import EmbeddedKafka
from consumer.embedded.ports import free_addresses
from tests.desk.events import records_of
from tests.desk.operator import Operator
from tests.desk.stage import Stage
from tests.faults.driver import Tell
from tests.monitoring.alert_case import alert_rules, rule_groups, unit_test
from tests.monitoring.binaries import NoPrometheusError, bring
from tests.monitoring.failure_cases import FAILURE_CASES
from tests.monitoring.flow_cases import FLOW_CASES
from tests.monitoring.letter_cases import LETTER_CASES
from tests.monitoring.process_cases import PROCESS_CASES
from tests.monitoring.prometheus import Prometheus, prometheus_of
from tests.monitoring.promtool import RULES, Promtool
from tests.monitoring.queries import panel_queries
from tests.report import Report

_CASES = (*PROCESS_CASES, *FLOW_CASES, *FAILURE_CASES, *LETTER_CASES)
_SETTINGS = {
    # One token for retries, so that of several at once some wait for the budget.
    "EVERONCE_RETRY__BUDGET_FLOOR": "2",
    "EVERONCE_RETRY__BUDGET_WINDOW": "1",
    "EVERONCE_BREAKERS__ENABLED": "true",
    "EVERONCE_BREAKERS__FAILURES": "1000",
    "EVERONCE_GUARD__ENABLED": "true",
    "EVERONCE_GUARD__SHARE": "1",
}
_TURN_SECONDS = 0.2
_GRACE_SECONDS = 30.0
_KINDS = ("plain", "plain", "flaky", "flaky", "flaky", "soon", "permanent")


def add_alert(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Ask Prometheus, and add the figures."""
    try:
        promtool = Promtool(bring())
    except NoPrometheusError as error:
        if os.environ.get("CI"):
            raise
        report.note(f"alert: nothing was asked: {error}")
        return
    _ask_promtool(report, promtool)
    asyncio.run(_play(report, Stage("alert", kafka, tell, _SETTINGS)))


def _ask_promtool(report: Report, promtool: Promtool) -> None:
    content, said = promtool.says("check", "rules", *RULES)
    report.prove("alert_rules_wrong", int(not content), "files", "= 0")
    failed = []
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "case.yml"
        for case in _CASES:
            file.write_text(yaml.safe_dump(unit_test(case)))
            if not promtool.says("test", "rules", file)[0]:
                failed.append(str(case))
    fired = {case.alert for case in _CASES if case.fires}
    report.prove("alert_alerts", len(alert_rules()), "alerts", "> 0")
    report.prove("alert_untested", len(alert_rules().keys() - fired), "alerts", "= 0")
    report.measure("alert_cases", len(_CASES), "cases")
    report.prove("alert_cases_failed", len(failed), "cases", "= 0")
    for sentence in (() if content else (said,)) + tuple(failed):
        report.note(f"alert: {sentence}")


async def _play(report: Report, stage: Stage) -> None:
    (address,) = free_addresses(1)
    port = address.broker
    async with stage:
        watched = stage.fleet("half", {"EVERONCE_HTTP__PORT": str(port)})
        await stage.started(watched, 1)
        publishing = asyncio.create_task(_keep_publishing(stage))
        try:
            async with prometheus_of(port, stage.directory) as prometheus:
                operator = Operator(stage)
                await operator.act("dlq", "redrive", "--canary", "2", "--yes", "--wait", "5")
                # Another worker takes partitions away, and gives them back: that is a restore,
                # and a rate has to know how many there were before.
                await prometheus.unanswered({"before": "everonce_restore_seconds_count"})
                other = stage.fleet("half")
                await stage.started(other, 1)
                await other.finish(_GRACE_SECONDS)
                await _judge(report, prometheus)
        finally:
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
        await watched.finish(_GRACE_SECONDS)


async def _judge(report: Report, prometheus: Prometheus) -> None:
    recordings = {
        rule["record"]: rule["record"]
        for group in rule_groups()
        for rule in group["rules"]
        if "record" in rule
    }
    queries = panel_queries()
    silent = await prometheus.unanswered({**recordings, **queries})
    rules = await prometheus.rules()
    unhealthy = [rule["name"] for rule in rules if rule["health"] != "ok"]
    report.measure("alert_panel_queries", len(queries), "queries")
    report.prove("alert_panels_silent", len(silent.keys() & queries.keys()), "queries", "= 0")
    report.prove("alert_recordings_silent", len(silent.keys() & recordings.keys()), "rules", "= 0")
    report.prove("alert_rules_unhealthy", len(unhealthy), "rules", "= 0")
    _name(report, silent, unhealthy)


def _name(report: Report, silent: Mapping[str, str], unhealthy: list[str]) -> None:
    for name, query in silent.items():
        report.note(f"alert: {name} has no data: {query}")
    for name in unhealthy:
        report.note(f"alert: rule {name} is not evaluated")


async def _keep_publishing(stage: Stage) -> None:
    """Publish some of each kind again and again, with a duplicate, until cancelled."""
    numbers = count()
    while True:
        records = [each for kind in _KINDS for each in records_of(kind, next(numbers))]
        await stage.publish([*records, records[0]])
        await asyncio.sleep(_TURN_SECONDS)
