"""Partitions move between two applications while events run: each event once, in key order."""

import pytest

from consumer.core.session_facts import SessionLost, SessionStarted
from tests.faults.checker import check
from tests.faults.history import read_history
from tests.integration.app.stage import Running, Stage
from tests.integration.app.work import Work, event

pytestmark = pytest.mark.broker

PARTITIONS = 4
KEYS = 5
HASTY = {"heartbeat_interval": 0.3}
"""Seconds after which a member hears that another has come."""


async def test_each_event_has_one_result_while_one_joins_and_one_leaves(
    stage: Stage, work: Work
) -> None:
    await stage.widen(PARTITIONS)
    registry, settings = work.registry(), stage.settings(kafka=HASTY)
    async with stage.running(registry, settings) as first:
        await publish(stage, "one")
        await first.until(lambda: len(work.runs) > 20)
        async with stage.running(registry, settings) as second:
            await publish(stage, "two")
            await second.until(lambda: reads(second) == reads(first) == PARTITIONS / 2)
            await publish(stage, "three")
            await second.until(lambda: len(work.runs) > 100)
            await first.end()
            await publish(stage, "four")
            await stage.caught_up(second)
    history = await read_history(stage.servers, stage.topics)

    findings = check(history)
    assert findings.lost_count == findings.doubled_count == findings.order_count == 0, findings
    assert len(history.results) == 4 * PARTITIONS * KEYS * 3
    assert first.told.of(SessionLost) == second.told.of(SessionLost) == []
    assert {each.partition for each in second.told.of(SessionStarted)} == set(range(PARTITIONS))
    assert [(await stage.progress(each)).clean for each in range(PARTITIONS)] == [True] * PARTITIONS


async def test_duplicates_are_known_where_the_partition_has_moved(stage: Stage, work: Work) -> None:
    registry = work.registry()
    async with stage.running(registry) as first:
        await stage.publish(event("a"), event("b"))
        await stage.caught_up(first)
        async with stage.running(registry) as second:
            await first.end()
            await stage.publish(event("b"), event("a"), event("c"))
            await stage.caught_up(second)

    assert sorted(work.runs) == ["a", "b", "c"]
    assert second.told.duplicates() == {"dropped": 2}


async def publish(stage: Stage, wave: str) -> None:
    """Publish three events of each key to each partition."""
    for partition in range(PARTITIONS):
        names = [(f"{partition}-{key}", number) for number in range(3) for key in range(KEYS)]
        events = (event(f"{wave}-{key}-{number}", "slow", key=key) for key, number in names)
        await stage.publish(*events, partition=partition)


def reads(app: Running) -> int:
    """Return how many partitions *app* reads."""
    return sum(each.state == "running" for each in app.status().partitions)
