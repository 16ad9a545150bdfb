"""The ledger forgets what is out of its window or over its bound, by tombstone; never sooner."""

import pytest

from consumer.core.session_facts import LedgerTrimmed
from tests.faults.history import read_topic
from tests.integration.app.stage import Stage
from tests.integration.app.work import Work, event

pytestmark = pytest.mark.broker

OFTEN_TRIMMED = 40
"""Seconds: a window far above the test, whose 200th part is how often the bound is looked at."""


async def test_duplicate_is_dropped_within_the_window_and_forgotten_after_it(
    stage: Stage, work: Work
) -> None:
    settings = stage.settings(dedup={"window": 3})
    async with stage.running(work.registry(), settings) as app:
        await stage.publish(event("a"), event("b"))
        await stage.caught_up(app)
        await stage.publish(event("a"))
        await stage.caught_up(app)
        assert work.runs.count("a") == 1
        assert app.status().partitions[0].ledger_entries == 2
        await app.until(lambda: app.status().partitions[0].ledger_entries == 0)
        await stage.publish(event("a"))
        await stage.caught_up(app)

    assert sorted(work.runs) == ["a", "a", "b"]
    assert sum(fact.expired for fact in app.told.of(LedgerTrimmed)) >= 2
    written = await read_topic(stage.servers, stage.topics.state)
    assert {each.key for each in written if each.value is None} >= {b"e:a", b"e:b"}


async def test_entry_with_a_letter_outlives_the_window(stage: Stage, work: Work) -> None:
    settings = stage.settings(dedup={"window": 1})
    work.broken.add("p")
    async with stage.running(work.registry(), settings) as app:
        await stage.publish(event("p"), event("a"))
        await stage.caught_up(app)
        await app.until(lambda: app.status().partitions[0].ledger_entries == 1)

    assert (await stage.entries()).keys() == {"e:p"}


async def test_oldest_entries_go_where_the_ledger_is_over_its_bound(
    stage: Stage, work: Work
) -> None:
    settings = stage.settings(dedup={"max_entries": 5, "window": OFTEN_TRIMMED})
    async with stage.running(work.registry(), settings) as app:
        for number in range(8):
            await stage.publish(event(f"e-{number}"))
            await stage.caught_up(app)
        await app.until(lambda: app.status().partitions[0].ledger_entries == 5)
    async with stage.running(work.registry(), settings) as app:
        await stage.publish(event("e-0"), event("e-7"))
        await stage.caught_up(app)

    assert (work.runs.count("e-0"), work.runs.count("e-7")) == (2, 1)
