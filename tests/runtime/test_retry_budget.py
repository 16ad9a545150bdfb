"""Do retries stay within their share of first attempts?"""

from typing import Any

from consumer.core.facts import AttemptFailed
from consumer.core.outage_facts import RetryDelayed
from processors.contract import Context, TransientError, WorkflowEvent
from tests.builders import a_processor, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.runtime.outage import Dependency, publish
from tests.runtime.staging import a_cluster, answered, at_rest, serving

EAGER: dict[str, Any] = {
    "policies": {
        "eager": {"max_attempts": 1000, "base_delay": 1, "max_delay": 1, "jitter": "none"},
    },
    "default_policy": "eager",
    "budget_floor": 20,
    "budget_window": 10,
}
"""Every failing event every second, if there were no budget."""
OFF = {"enabled": False}


async def test_retries_beyond_the_budget_wait_longer_and_none_is_lost() -> None:
    kafka, payments = a_cluster(retry=EAGER, breakers=OFF), Dependency()
    ids = [f"{number}" for number in range(100)]
    async with serving(kafka, payments.call) as process:
        publish(kafka, *ids)
        await pass_time(10)
        retries = len(payments.calls) - 100
        assert 15 <= retries <= 0.2 * 100 + 20
        assert process.env.bounds.waiting + process.pool.running() == 100
        assert process.told.of(RetryDelayed)
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert sorted(answered(kafka)) == sorted((each, "success") for each in ids)


async def test_first_attempts_earn_retries() -> None:
    kafka = a_cluster(retry=EAGER, breakers=OFF)

    async def fail_for_some(event: WorkflowEvent[Any], ctx: Context) -> None:
        if event.event_id.startswith("bad"):
            raise TransientError("busy")

    async with serving(kafka, fail_for_some) as process:
        publish(kafka, *(f"bad {number}" for number in range(100)))
        for second in range(10):
            publish(kafka, *(f"{second} {number}" for number in range(100)))
            await pass_time(1)
        failed = len(process.told.of(AttemptFailed))
    retries = failed - 100
    assert 50 < retries <= 0.2 * 1100 + 20, "a floor of 20 alone allows far less"


async def test_retries_that_were_told_to_wait_long_go_on_when_there_is_traffic_again() -> None:
    kafka, payments = a_cluster(retry=EAGER, breakers=OFF), Dependency()
    async with serving(kafka, payments.call):
        publish(kafka, *(f"{number}" for number in range(100)))
        await pass_time(30)
        payments.is_down = False
        for tick in range(100):
            publish(kafka, *(f"{tick} {number}" for number in range(10)))
            await pass_time(0.1)
        assert len(answered(kafka)) > 1090


async def test_each_processor_has_a_budget_of_its_own() -> None:
    kafka, payments, stock = a_cluster(retry=EAGER, breakers=OFF), Dependency(), Dependency()

    async def count(event: WorkflowEvent[Any], ctx: Context) -> Any:
        return await stock.call(event, ctx)

    processors = (a_processor(payments.call, "pay"), a_processor(count, "count"))
    async with serving(kafka, *processors) as process:
        publish(kafka, *(f"{number}" for number in range(100)), event_type="pay")
        kafka.publish(event_bytes("lone", event_type="count"))
        await pass_time(10.5)
        assert len(stock.calls) == 11, "once a second"
        assert len(payments.calls) < 150
        assert process.told.of(RetryDelayed)


async def test_without_a_budget_every_retry_is_made_when_it_is_due() -> None:
    kafka = a_cluster(retry={**EAGER, "budget": None}, breakers=OFF)
    payments = Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *(f"{number}" for number in range(50)))
        await pass_time(9.9)
        assert len(payments.calls) >= 50 * 9
        assert process.told.of(RetryDelayed) == []
        assert process.env.gates.by_pattern == {}, "nothing to do on the hot path"


async def test_retry_that_waits_for_its_budget_is_not_waited_for_by_a_drain() -> None:
    kafka, payments = a_cluster(retry=EAGER, breakers=OFF), Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *(f"{number}" for number in range(100)))
        await eventually(lambda: process.told.of(RetryDelayed))
        stopped = kafka.clock.monotonic
    assert kafka.clock.monotonic - stopped < 2
    assert process.env.bounds.waiting == 0
