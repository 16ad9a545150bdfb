"""A real Prometheus, with the rules that are deployed, watches a real run."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from processors import Context, PermanentError, TransientError, WorkflowEvent
from processors.registry import Registry
from tests.builders import a_processor, a_registry
from tests.integration.app.stage import Running, Stage
from tests.integration.app.work import event
from tests.monitoring.alert_case import rule_groups
from tests.monitoring.prometheus import Prometheus, prometheus_of
from tests.monitoring.queries import panel_queries

pytestmark = pytest.mark.broker

# One token for retries, so that of several at once some wait for the budget; and what waits 0.3 s
# is parked.
RETRY: dict[str, Any] = {
    "policies": {"soon": {"max_attempts": 3, "base_delay": 0.3, "jitter": "none"}},
    "default_policy": "soon",
    "in_memory_max": 0.1,
    "budget_floor": 2,
    "budget_window": 1,
}


def _registry() -> Registry:
    async def ok(event: WorkflowEvent[Any], ctx: Context) -> str:
        await asyncio.sleep(0.001)
        return event.event_id

    async def flaky(event: WorkflowEvent[Any], ctx: Context) -> int:
        if ctx.attempt == 1:
            raise TransientError("not yet", code="NETWORK_ERROR")
        return ctx.attempt

    async def later(event: WorkflowEvent[Any], ctx: Context) -> int:
        if ctx.attempt == 1:
            raise TransientError("busy", code="SERVICE_UNAVAILABLE")
        return ctx.attempt

    async def broken(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise PermanentError("no such customer", code="INVALID_INPUT")

    return a_registry(
        a_processor(ok, "work.ok"),
        a_processor(flaky, "work.flaky", policy="fast"),
        a_processor(later, "work.later"),
        a_processor(broken, "work.broken"),
    )


async def _keep_publishing(stage: Stage) -> None:
    """Publish some of each kind again and again, with a duplicate, until cancelled."""
    for turn in range(10_000):
        kinds = ("ok", "ok", "ok", "flaky", "flaky", "flaky", "later", "broken")
        events = [event(f"{kind}-{turn}-{n}", kind) for n, kind in enumerate(kinds)]
        await stage.publish(*events, events[0])
        await asyncio.sleep(0.2)


@asynccontextmanager
async def _watched(stage: Stage, directory: Path) -> AsyncIterator[tuple[Running, Prometheus]]:
    settings: Settings = stage.settings(retry=RETRY, breakers={"failures": 1_000})
    async with stage.running(_registry(), settings) as app:
        await app.until(lambda: app.status().state == "running" and app.process.http.port > 0)
        publishing = asyncio.create_task(_keep_publishing(stage))
        try:
            async with prometheus_of(app.process.http.port, directory) as prometheus:
                yield app, prometheus
        finally:
            publishing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await publishing


async def test_rules_load_and_each_recording_and_panel_has_data(
    stage: Stage, tmp_path: Path
) -> None:
    recordings = {
        rule["record"]: rule["record"]
        for group in rule_groups()
        for rule in group["rules"]
        if "record" in rule
    }
    async with _watched(stage, tmp_path) as (app, prometheus):
        await app.until(lambda: sum(each.open_letters for each in app.status().partitions) > 2)
        # The only restore of this run was over before Prometheus first asked.
        queries = {name: query for name, query in panel_queries().items() if "Restores" not in name}
        silent = await prometheus.unanswered({**recordings, **queries})
        rules = await prometheus.rules()
        open_letters = await prometheus.asked("job:everonce_dead_letters_open:sum")

    assert silent == {}
    assert {rule["name"] for rule in rules if rule["health"] != "ok"} == set()
    assert len(rules) == sum(len(group["rules"]) for group in rule_groups())
    assert float(open_letters[0]["value"][1]) > 2
