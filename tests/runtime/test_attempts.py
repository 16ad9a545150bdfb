"""What does a processor meet, and what becomes of whatever it raises?"""

import asyncio
from typing import Any

import pytest

from consumer.core.facts import AttemptFailed
from processors.contract import Context, WorkflowEvent
from processors.current import current_attempt
from tests.builders import a_processor, event_bytes
from tests.fakes.clock import eventually
from tests.runtime.staging import (
    Stage,
    a_cluster,
    answered,
    at_rest,
    codes,
    letters,
    serving,
)

ONCE = {"default_policy": "no_retry"}
QUICKLY = {
    "policies": {"quick": {"max_attempts": 2, "base_delay": 0.1, "jitter": "none"}},
    "default_policy": "quick",
}


async def test_overdue_attempt_is_cancelled_and_counts_as_a_timeout() -> None:
    kafka, stage = a_cluster(processing={"timeout": 3}, retry=QUICKLY), Stage()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, stage.processor) as process:
        first = await stage.next("one")
        (await stage.next("one", attempt=2)).succeed()
        assert first.answer.cancelled()
        await eventually(lambda: at_rest(kafka))
        (told,) = process.told.of(AttemptFailed)
    assert (told.code, told.failure_class) == ("TIMEOUT", "timeout")
    assert 3 <= told.duration_seconds <= 3.2


@pytest.mark.parametrize(
    ("policy", "processor", "expected"),
    [(None, None, 30.0), (None, 5.0, 5.0), (2.0, 5.0, 2.0)],
)
async def test_shortest_word_on_the_timeout_is_the_policys(
    policy: float | None, processor: float | None, expected: float
) -> None:
    policies = {"own": {"max_attempts": 1, "timeout": policy}}
    kafka, stage = a_cluster(retry={"policies": policies, "default_policy": "own"}), Stage()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, a_processor(stage.processor, timeout=processor)) as process:
        await eventually(lambda: at_rest(kafka))
        (told,) = process.told.of(AttemptFailed)
    assert expected <= told.duration_seconds <= expected + 0.2


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
async def test_attempt_to_end_the_process_is_a_failure_of_the_event(error: BaseException) -> None:
    async def leave(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise error

    kafka = a_cluster(retry=ONCE)
    kafka.publish(event_bytes("one"))
    kafka.publish(event_bytes("two"))
    async with serving(kafka, leave):
        await eventually(lambda: at_rest(kafka))
    assert [letter["error"]["type"] for letter in letters(kafka)] == [type(error).__name__] * 2


async def test_cancellation_of_its_own_is_a_failure_of_the_event_and_the_worker_lives() -> None:
    async def give_up(event: WorkflowEvent[Any], ctx: Context) -> None:
        match event.event_id:
            case "raised":
                raise asyncio.CancelledError
            case "awaited":
                cancelled = asyncio.get_running_loop().create_future()
                cancelled.cancel()
                await cancelled
            case "of its task":
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
                await asyncio.sleep(1)
            case _:
                pass

    kafka = a_cluster(retry=ONCE, processing={"concurrency": 1})
    for event_id in ("raised", "awaited", "of its task", "healthy"):
        kafka.publish(event_bytes(event_id))
    async with serving(kafka, give_up):
        await eventually(lambda: at_rest(kafka))
    assert [status for _, status in answered(kafka)] == ["error"] * 3 + ["success"]
    assert codes(kafka) == ["MAX_RETRIES_EXCEEDED"] * 3


async def test_timeouts_inside_a_processor_mean_what_they_should() -> None:
    async def inner(event: WorkflowEvent[Any], ctx: Context) -> str:
        try:
            async with asyncio.timeout(0.5):
                await asyncio.sleep(100)
        except TimeoutError:
            return "timed out inside"
        return "never"

    kafka = a_cluster(processing={"timeout": 5})
    kafka.publish(event_bytes("one"))
    async with serving(kafka, inner) as process:
        await eventually(lambda: at_rest(kafka))
        assert process.told.of(AttemptFailed) == []


async def test_attempts_see_themselves_and_not_each_other() -> None:
    seen: dict[str, Any] = {}

    async def look(event: WorkflowEvent[Any], ctx: Context) -> None:
        await asyncio.sleep(0.1)
        running = current_attempt.get()
        assert running is ctx
        seen[event.event_id] = running.log_fields()

    kafka = a_cluster()
    for number in range(3):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, look):
        await eventually(lambda: at_rest(kafka))
    assert {event_id: fields["offset"] for event_id, fields in seen.items()} == {
        "0": 0,
        "1": 1,
        "2": 2,
    }
    assert current_attempt.get() is None


async def test_context_names_key_attempt_and_trace() -> None:
    seen: list[Context] = []

    async def look(event: WorkflowEvent[Any], ctx: Context) -> None:
        seen.append(ctx)

    kafka = a_cluster()
    headers = (("traceparent", b"00-1-2-01"), ("retry-count", b"7"))
    kafka.publish(event_bytes("one"), headers=headers)
    async with serving(kafka, look):
        await eventually(lambda: at_rest(kafka))
    (ctx,) = seen
    assert (ctx.idempotency_key, ctx.attempt, ctx.max_attempts) == ("one", 1, 4)
    assert ctx.trace is not None
    assert ctx.trace.traceparent == "00-1-2-01"
