"""What else than waiting may events do while a breaker is open?"""

from typing import Any

from consumer.core.outage_facts import FallbackFailed
from processors.contract import Context, WorkflowEvent
from tests.builders import a_processor
from tests.fakes.clock import eventually, pass_time
from tests.runtime.outage import BRISK, PATIENT, Dependency, changes, is_open, publish
from tests.runtime.staging import (
    a_cluster,
    answered,
    at_rest,
    codes,
    letters,
    results,
    serving,
)


async def test_reject_makes_a_dead_letter_without_an_attempt() -> None:
    kafka = a_cluster(breakers={**BRISK, "on_open": "reject"}, retry=PATIENT)
    payments = Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *"abc")
        await is_open(process)
        calls = len(payments.calls)
        publish(kafka, "late")
        await eventually(lambda: len(letters(kafka)) == 4)
        assert len(payments.calls) == calls
        payments.is_down = False
        await pass_time(20)
        publish(kafka, "probe", "second probe")
        await eventually(lambda: at_rest(kafka))
    assert codes(kafka) == ["CIRCUIT_BREAKER_OPEN"] * 4
    late = next(letter for letter in letters(kafka) if not letter["attempts"])
    assert late["disposition"] == "exhausted"
    assert late["context"]["event_id"] == "late"
    assert [each for each in answered(kafka) if each[1] == "success"] == [
        ("probe", "success"),
        ("second probe", "success"),
    ]
    assert changes(process)[-1][1] == "closed"


async def test_own_fallback_answers_and_the_result_names_it() -> None:
    async def later(event: WorkflowEvent[Any], ctx: Context) -> dict[str, str]:
        return {"charged": "later"}

    kafka = a_cluster(breakers={**BRISK, "on_open": "fallback"}, retry=PATIENT)
    payments = Dependency()

    async def charge(event: WorkflowEvent[Any], ctx: Context) -> Any:
        return await payments.call(event, ctx)

    async with serving(kafka, a_processor(charge, fallback=later, concurrency=2)) as process:
        publish(kafka, *"abc")
        await is_open(process)
        publish(kafka, "late")
        await eventually(lambda: at_rest(kafka))
    assert len(payments.calls) == 3
    assert {r["result"]["charged"] for r in results(kafka)} == {"later"}
    assert {r["processor"] for r in results(kafka)} == {f"{__name__}.{later.__qualname__}"}
    assert len(results(kafka)) == 4


async def test_event_waits_where_its_fallback_fails() -> None:
    async def broken(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise RuntimeError("no way round it")

    kafka = a_cluster(breakers={**BRISK, "on_open": "fallback"}, retry=PATIENT)
    payments = Dependency()

    async def charge(event: WorkflowEvent[Any], ctx: Context) -> Any:
        return await payments.call(event, ctx)

    async with serving(kafka, a_processor(charge, fallback=broken)) as process:
        publish(kafka, *"abc")
        await is_open(process)
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert {r["processor"] for r in results(kafka)} == {f"{__name__}.{charge.__qualname__}"}
    assert [r["attempts"] for r in results(kafka)] == [2, 2, 2], "a fallback spends no attempt"
    failed = process.told.of(FallbackFailed)
    assert len(failed) >= 3


async def test_cache_answers_what_was_answered_before_and_the_rest_waits() -> None:
    kafka = a_cluster(breakers={**BRISK, "on_open": "fallback"}, retry=PATIENT)
    payments = Dependency()

    async def price(event: WorkflowEvent[Any], ctx: Context) -> Any:
        return {"price": len(payments.calls), "was": await payments.call(event, ctx)}

    async with serving(kafka, a_processor(price, fallback="cache")) as process:
        payments.is_down = False
        publish(kafka, "known", payload={"of": "tea"})
        await eventually(lambda: at_rest(kafka))
        payments.is_down = True
        publish(kafka, *"abc", payload={"of": "coffee"})
        await is_open(process)
        publish(kafka, "again", payload={"of": "tea"})
        await eventually(lambda: len(results(kafka)) == 2)
        known, again = results(kafka)
        assert again["result"] == known["result"]
        assert again["processor"] == f"{known['processor']}:cache"
        await pass_time(5)
        assert len(results(kafka)) == 2
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert codes(kafka) == []
