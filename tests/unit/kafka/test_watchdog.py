"""Is a consumer that has died inside told from one that has nothing to do?"""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaError

from consumer.kafka.watchdog import Watchdog


class Clock:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_task(error: Exception | None = None, *, is_done: bool = False) -> "asyncio.Future[None]":
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    if error is not None:
        future.set_exception(error)
    elif is_done:
        future.set_result(None)
    return future


def a_consumer() -> SimpleNamespace:
    """Return as much of the client's consumer as is looked at, alive."""
    return SimpleNamespace(
        _fetcher=SimpleNamespace(_fetch_task=a_task()),
        _coordinator=SimpleNamespace(_coordination_task=a_task(), coordinator_id=1),
        _client=SimpleNamespace(_sync_task=a_task()),
        _subscription=SimpleNamespace(reassignment_in_progress=False),
    )


def a_watchdog(consumer: SimpleNamespace, clock: Clock) -> Watchdog:
    return Watchdog(consumer, rejoin_seconds=60, poll_seconds=30, clock=clock)


async def test_living_consumer_has_no_problems() -> None:
    assert a_watchdog(a_consumer(), Clock()).problems() == []


@pytest.mark.parametrize(
    ("part", "task"),
    [
        ("_fetcher", "_fetch_task"),
        ("_coordinator", "_coordination_task"),
        ("_client", "_sync_task"),
    ],
)
async def test_ended_task_is_a_problem_that_says_why(part: str, task: str) -> None:
    consumer = a_consumer()
    setattr(getattr(consumer, part), task, a_task(KafkaError("no codec")))
    (problem,) = a_watchdog(consumer, Clock()).problems()
    assert "has ended (KafkaError: no codec)" in problem


async def test_task_that_ended_without_an_error_is_a_problem_too() -> None:
    consumer = a_consumer()
    consumer._fetcher._fetch_task = a_task(is_done=True)
    (problem,) = a_watchdog(consumer, Clock()).problems()
    assert "without an error" in problem


async def test_poll_that_does_not_return_is_a_problem_until_one_does() -> None:
    clock = Clock()
    watchdog = a_watchdog(a_consumer(), clock)
    clock.now += 31
    (problem,) = watchdog.problems()
    assert "31 s" in problem
    watchdog.polled()
    assert watchdog.problems() == []


async def test_rebalance_that_does_not_end_is_a_problem() -> None:
    clock, consumer = Clock(), a_consumer()
    watchdog = a_watchdog(consumer, clock)
    consumer._subscription.reassignment_in_progress = True
    for _ in range(3):
        assert watchdog.problems() == []
        watchdog.polled()
        clock.now += 25
    watchdog.polled()
    (problem,) = watchdog.problems()
    assert "75 s" in problem
    consumer._subscription.reassignment_in_progress = False
    assert watchdog.problems() == []


async def test_absent_coordinator_is_no_fault_of_the_client() -> None:
    clock, consumer = Clock(), a_consumer()
    watchdog = a_watchdog(consumer, clock)
    consumer._subscription.reassignment_in_progress = True
    consumer._coordinator.coordinator_id = None
    for _ in range(9):
        watchdog.polled()
        assert watchdog.problems() == []
        clock.now += 25
