"""While the consumer runs, metrics and health answer, with the names of docs/metrics.md."""

import re

import httpx
import pytest

from consumer.core.session_facts import PartitionRefused
from tests.integration.app.stage import Running, Stage
from tests.integration.app.work import Work, event
from tests.integration.commands.conftest import ROOT

pytestmark = pytest.mark.broker

_EXPOSED = re.compile(r"^# TYPE (everonce_\S+) (\S+)$", re.MULTILINE)


async def test_metrics_and_health_tell_of_a_run(stage: Stage, work: Work) -> None:
    work.broken.add("p")
    async with stage.running(work.registry()) as app:
        await stage.publish(event("a"), event("a"), event("f", "flaky"), event("p"))
        await stage.caught_up(app)
        # Counted once a fetch has told the high watermark.
        await app.until(lambda: app.status().partitions[0].lag_records == 0)
        metrics = (await page(app, "/metrics")).text
        healths = {
            name: await page(app, f"/health/{name}") for name in ("live", "ready", "started")
        }

    for health in healths.values():
        assert health.json() == {"ok": True, "problems": []}
    for line in (
        'everonce_events_settled_total{outcome="completed"} 2.0',
        'everonce_events_settled_total{outcome="dead_lettered"} 1.0',
        'everonce_events_settled_total{outcome="duplicate"} 1.0',
        'everonce_duplicates_total{kind="dropped"} 1.0',
        'everonce_retries_total{code="NETWORK_ERROR",policy="fast"} 1.0',
        'everonce_dead_letters_total{code="INVALID_INPUT",disposition="permanent"} 1.0',
        'everonce_lag_records{partition="0"} 0.0',
        'everonce_ledger_entries{partition="0"} 3.0',
        "everonce_in_flight_events 0.0",
        f'everonce_records_consumed_total{{partition="0",topic="{stage.topics.input}"}} 4.0',
    ):
        assert line in metrics.splitlines(), line


async def test_every_metric_that_is_told_is_described_and_the_other_way_round(
    stage: Stage, work: Work
) -> None:
    async with stage.running(work.registry()) as app:
        await stage.publish(event("a"))
        await stage.caught_up(app)
        metrics = (await page(app, "/metrics")).text
    described = set(
        re.findall(r"^\| `(everonce_\w+)`", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE)
    )

    assert {name for name, _ in _EXPOSED.findall(metrics)} == described


async def test_partition_that_is_refused_makes_the_process_not_ready(
    stage: Stage, work: Work
) -> None:
    async with stage.running(work.registry()) as app:
        await stage.publish(event("a"))
        await stage.caught_up(app)
    await stage.recreate(stage.topics.state)

    async with stage.running(work.registry()) as app:
        await app.until(lambda: bool(app.told.of(PartitionRefused)))
        ready, live = await page(app, "/health/ready"), await page(app, "/health/live")
        metrics = (await page(app, "/metrics")).text

    assert ready.status_code == 503
    assert "is refused" in ready.text
    assert live.status_code == 200
    assert "everonce_refused_partitions 1.0" in metrics


async def page(app: Running, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(f"http://127.0.0.1:{app.process.http.port}{path}")
