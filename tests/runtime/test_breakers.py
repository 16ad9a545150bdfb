"""What do events do while a breaker is open, and when do they go on?"""

from typing import Any

import pytest

from consumer.core.facts import AttemptFailed
from processors.contract import Context, PermanentError, TransientError, WorkflowEvent
from tests.builders import a_processor, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.runtime.outage import BRISK, LOST, PATIENT, Dependency, changes, is_open, publish
from tests.runtime.staging import (
    Stage,
    a_cluster,
    answered,
    at_rest,
    codes,
    ledger,
    letters,
    serving,
)


async def test_events_wait_while_it_is_open_and_run_in_order_when_it_has_closed() -> None:
    kafka, payments = a_cluster(breakers=BRISK, retry=PATIENT), Dependency()
    publish(kafka, "a", "b", "c")
    async with serving(kafka, payments.call) as process:
        await is_open(process)
        opened, later = kafka.clock.monotonic, [f"{number}" for number in range(20)]
        publish(kafka, *later)
        await pass_time(15)
        assert len(payments.calls) == 3, "no attempt is spent"
        assert process.pool.running() == 0, "no worker is held"
        assert process.env.gates.held == 23
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert codes(kafka) == []
    assert len(payments.calls) == 26
    assert payments.between(opened + 20, opened + 20.05) == later[:2], "they have failed least"
    assert payments.between(opened + 20.05, opened + 30) == [*later[2:], *"abc"]
    name = process.env.registry.processors[0].name
    assert changes(process) == [(name, "open"), (name, "half_open"), (name, "closed")]


async def test_probe_that_fails_opens_it_again_and_no_more_run_than_it_permits() -> None:
    kafka, payments = a_cluster(breakers=BRISK, retry=PATIENT), Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *"abc")
        await is_open(process)
        publish(kafka, *"defghijkl")
        payments.most_at_once = 0
        await pass_time(100)
        assert payments.most_at_once <= 2
        assert len(payments.calls) - 3 <= 2 * 5
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert codes(kafka) == []
    assert len(answered(kafka)) == 12
    assert kafka.clock.monotonic < 130


async def test_long_outage_uses_up_nobodys_attempts_while_new_events_come() -> None:
    frugal = {"max_attempts": 3, "base_delay": 1, "jitter": "none"}
    retry = {"policies": {"frugal": frugal}, "default_policy": "frugal"}
    kafka, payments = a_cluster(breakers=BRISK | {"open_time": 5}, retry=retry), Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *"abc")
        await is_open(process)
        for second in range(120):
            publish(kafka, f"{second}")
            await pass_time(1)
        assert len(payments.calls) > 3 + 20, "it was probed all the time"
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert codes(kafka) == []
    assert len(answered(kafka)) == 123


async def test_lane_of_a_held_event_waits_with_it() -> None:
    kafka, payments = a_cluster(breakers=BRISK, retry=PATIENT), Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *"abc")
        await is_open(process)
        for event_id in ("first", "second", "third"):
            kafka.publish(event_bytes(event_id), key=b"same")
        await pass_time(5)
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    of_key = [event_id for event_id, _ in answered(kafka) if len(event_id) > 1]
    assert of_key == ["first", "second", "third"]


async def test_permanent_failures_leave_it_closed() -> None:
    async def refuse(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise PermanentError("no such customer")

    kafka = a_cluster(breakers=BRISK)
    publish(kafka, *"abcdefgh")
    async with serving(kafka, refuse) as process:
        await eventually(lambda: at_rest(kafka))
    assert changes(process) == []
    assert len(letters(kafka)) == 8


async def test_timeouts_open_it_too() -> None:
    kafka, stage = a_cluster(breakers=BRISK, retry=PATIENT, processing={"timeout": 2}), Stage()
    publish(kafka, *"abcd")
    async with serving(kafka, stage.processor) as process:
        await is_open(process)
        assert {fact.code for fact in process.told.of(AttemptFailed)} == {"TIMEOUT"}


async def test_processors_that_name_one_dependency_share_its_breaker() -> None:
    kafka = a_cluster(breakers=BRISK, retry=PATIENT)
    payments, orders, stock = Dependency(), Dependency(), Dependency()
    orders.is_down = stock.is_down = False

    async def pay(event: WorkflowEvent[Any], ctx: Context) -> Any:
        return await payments.call(event, ctx)

    async def order(event: WorkflowEvent[Any], ctx: Context) -> Any:
        return await orders.call(event, ctx)

    async def count(event: WorkflowEvent[Any], ctx: Context) -> Any:
        return await stock.call(event, ctx)

    processors = (
        a_processor(pay, "pay", dependency="payments"),
        a_processor(order, "order", dependency=("stock", "payments")),
        a_processor(count, "count", dependency="stock"),
    )
    async with serving(kafka, *processors) as process:
        publish(kafka, *"abc", event_type="pay")
        await is_open(process)
        publish(kafka, "ordered", event_type="order")
        publish(kafka, "counted", event_type="count")
        await pass_time(10)
        assert answered(kafka) == [("counted", "success")]
        assert orders.calls == []
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert len(orders.calls) == 1
    assert {name for name, _ in changes(process)} == {"payments", processors[0].name}


async def test_time_behind_an_open_breaker_is_no_part_of_an_events_age() -> None:
    dying = {"max_attempts": 50, "base_delay": 1, "jitter": "none", "deadline": 10}
    retry = {"policies": {"dying": dying}, "default_policy": "dying", "budget": None}
    kafka, payments = a_cluster(breakers=BRISK, retry=retry), Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *"abc")
        await is_open(process)
        # 20 s open, a probe that fails, 20 s open again: four times the deadline.
        await pass_time(30)
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert codes(kafka) == []
    assert [status for _, status in answered(kafka)] == ["success"] * 3


async def test_time_behind_an_open_breaker_is_remembered_by_who_is_parked() -> None:
    dying = {"max_attempts": 50, "base_delay": 5, "multiplier": 1, "jitter": "none", "deadline": 20}
    retry = {"policies": {"dying": dying}, "default_policy": "dying", "budget": None}
    kafka, payments = a_cluster(breakers=BRISK, retry=retry), Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *"abc")
        await is_open(process)

        def held() -> list[float]:
            histories = [each.history for each in ledger(kafka).values()]
            return [each.held_seconds for each in histories if each and each.count == 2]

        await eventually(lambda: len(held()) == 2, "two probes that have failed")
        assert min(held()) > 10
    payments.is_down = False
    async with serving(kafka, payments.call, name="two"):
        await eventually(lambda: at_rest(kafka))
    assert codes(kafka) == [], "none is older than its deadline, the outage aside"
    assert [status for _, status in answered(kafka)] == ["success"] * 3


@pytest.mark.parametrize("breakers", [{"enabled": False}, {"failures": 1000}])
async def test_nothing_is_held_where_no_breaker_opens(breakers: dict[str, Any]) -> None:
    kafka, payments = a_cluster(breakers=breakers, retry=PATIENT), Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *"abcdef")
        await pass_time(5)
        assert process.env.gates.held == 0
        assert len(payments.calls) > 20
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert changes(process) == []


async def test_full_window_of_held_events_stops_the_reading() -> None:
    kafka = a_cluster(breakers=BRISK, retry=PATIENT, processing={"max_in_flight_records": 8})
    payments = Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *"abc")
        await is_open(process)
        publish(kafka, *(f"{number}" for number in range(30)))
        await pass_time(5)
        assert process.env.bounds.records == 8
        assert process.env.gates.held == 8
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert len(answered(kafka)) == 33


async def test_cancelled_probe_gives_its_permit_back() -> None:
    kafka, stage = a_cluster(breakers={**BRISK, "probes": 1}, retry=PATIENT, partitions=2), Stage()
    async with serving(kafka, stage.processor) as process:
        for event_id in "abc":
            kafka.publish(event_bytes(event_id), key=event_id.encode(), partition=0)
        for event_id in "abc":
            (await stage.next(event_id)).fail(TransientError("away"))
        await is_open(process)
        kafka.publish(event_bytes("other"), key=b"other", partition=1)
        await eventually(lambda: process.env.gates.held == 4)
        await eventually(lambda: stage.running)
        assert stage.ids == ["other"]
        lost_at = kafka.clock.monotonic
        process.state(1).lose(LOST)
        await eventually(lambda: stage.running and stage.ids != ["other"])
        assert kafka.clock.monotonic - lost_at < 2, "long before it is overdue"
        while not (at_rest(kafka, 0) and at_rest(kafka, 1)):
            for running in stage.running:
                running.succeed("well")
            await pass_time(0.1)
    assert changes(process)[-1][1] == "closed"
    assert ledger(kafka)["e:a"].status == "completed"
