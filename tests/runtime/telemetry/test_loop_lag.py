"""What blocks the event loop is noticed."""

import asyncio
import time
from collections.abc import Iterable

import pytest

from consumer.core.facts import Fact
from consumer.core.process_facts import LoopLagged
from consumer.telemetry.loop_lag import INTERVAL_SECONDS, REMEMBERED_SECONDS, LoopWatch


class Facts:
    """An observer that remembers."""

    wants_each_event = False

    def __init__(self) -> None:
        self.stated: list[Fact] = []

    def observe(self, fact: Fact) -> None:
        self.stated.append(fact)


class LateLoop:
    """A clock and a sleep that wakes up late by what the test says, then no more."""

    def __init__(self, lags: Iterable[float]) -> None:
        self._lags = iter(lags)
        self.seconds = 1000.0
        self.used_up = asyncio.Event()

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        lag = next(self._lags, None)
        if lag is None:
            self.used_up.set()
            await asyncio.Event().wait()
            return
        self.seconds += seconds + lag


async def watched(lags: Iterable[float]) -> tuple[LoopWatch, Facts]:
    """Return a watch that has seen *lags*, stopped, and what it stated."""
    facts, loop = Facts(), LateLoop(lags)
    watch = LoopWatch(facts, loop.now, loop.sleep)
    watch.start()
    await loop.used_up.wait()
    await watch.stop()
    return watch, facts


async def test_a_lag_above_a_second_is_stated() -> None:
    _, facts = await watched([0.0, 1.0, 1.5, 0.2])

    (lagged,) = facts.stated
    assert isinstance(lagged, LoopLagged)
    assert lagged.seconds == pytest.approx(1.5)


async def test_the_worst_of_the_last_minute_is_kept() -> None:
    watch, _ = await watched([0.1, 3.0, 0.2])

    assert watch.worst_seconds() == pytest.approx(3.0)


async def test_what_is_longer_ago_is_forgotten() -> None:
    minute = int(REMEMBERED_SECONDS / INTERVAL_SECONDS)

    watch, _ = await watched([3.0, *[0.1] * minute])

    assert watch.worst_seconds() == pytest.approx(0.1)


async def test_a_timer_that_fires_early_is_no_lag() -> None:
    watch, _ = await watched([-0.01])

    assert watch.worst_seconds() == 0.0


async def test_a_blocked_loop_is_measured() -> None:
    watch = LoopWatch(Facts(), time.monotonic)
    watch.start()
    await asyncio.sleep(0)

    time.sleep(INTERVAL_SECONDS + 0.2)  # noqa: ASYNC251 - the very thing that is looked for
    async with asyncio.timeout(5):
        while watch.worst_seconds() < 0.15:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)

    await watch.stop()


async def test_a_stop_may_be_repeated_and_may_come_before_the_start() -> None:
    watch = LoopWatch(Facts(), time.monotonic)

    await watch.stop()
    watch.start()
    await watch.stop()
    await watch.stop()

    assert [each for each in asyncio.all_tasks() if each.get_name() == "loop-watch"] == []
