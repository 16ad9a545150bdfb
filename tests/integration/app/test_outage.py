"""A dependency is down for some seconds: what does it cost, and how fast does all go on?"""

import asyncio
from typing import Any

import pytest

from consumer.core.facts import AttemptFailed
from consumer.core.outage_facts import BreakerChanged
from processors import Context, TransientError, WorkflowEvent
from tests.builders import a_processor, a_registry
from tests.integration.app.stage import Stage
from tests.integration.app.work import event

pytestmark = pytest.mark.broker

OUTAGE_SECONDS = 3.0
EVENTS_PER_TICK, TICK_SECONDS = 10, 0.05
OPEN_SECONDS, FAILURES, PROBES = 0.5, 5, 3


class Payments:
    """A dependency that is down when the test says so."""

    def __init__(self) -> None:
        self.is_down = False
        self.running = 0
        self.most_running = 0

    async def charge(self) -> str:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        await asyncio.sleep(0.01)
        self.running -= 1
        if self.is_down:
            raise TransientError("no answer")
        return "charged"


async def _publish(stage: Stage, seconds: float, name: str) -> int:
    """Publish at a steady rate; return how many."""
    loop, published = asyncio.get_running_loop(), 0
    end = loop.time() + seconds
    while loop.time() < end:
        ids = [f"{name}-{published + number}" for number in range(EVENTS_PER_TICK)]
        await stage.publish(*(event(each) for each in ids))
        published += EVENTS_PER_TICK
        await asyncio.sleep(TICK_SECONDS)
    return published


async def test_outage_costs_no_letter_few_attempts_and_is_made_up_for_soon(stage: Stage) -> None:
    payments = Payments()

    async def charge(event: WorkflowEvent[Any], ctx: Context) -> str:
        return await payments.charge()

    breakers = {"failures": FAILURES, "open_time": OPEN_SECONDS, "probes": PROBES}
    registry = a_registry(a_processor(charge, dependency="payments"))
    # Without a budget: what failed before the breaker opened would keep to it, not to the outage.
    settings = stage.settings(breakers=breakers, retry={"budget": None})
    async with stage.running(registry, settings) as app:
        published = await _publish(stage, 1.0, "before")
        payments.is_down = True
        published += await _publish(stage, OUTAGE_SECONDS, "during")
        before = app.status().held_events
        payments.is_down = False
        loop = asyncio.get_running_loop()
        back = loop.time()
        await stage.caught_up(app)
        caught_up_seconds = loop.time() - back
    assert before > 0, "events were held"
    assert await stage.letters() == []
    results = await stage.results()
    assert len(results) == len({each["event_id"] for each in results}) == published
    assert {each["status"] for each in results} == {"success"}
    openings = sum(fact.after == "open" for fact in app.told.of(BreakerChanged)) // 2
    assert openings <= OUTAGE_SECONDS / OPEN_SECONDS + 1
    # Until it opens, half of the newest hundred calls may have to fail.
    failed = len(app.told.of(AttemptFailed))
    assert failed <= 100 + payments.most_running + openings * PROBES
    assert caught_up_seconds < 5
    assert [fact.after for fact in app.told.of(BreakerChanged)][-1] == "closed"
