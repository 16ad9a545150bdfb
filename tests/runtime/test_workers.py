"""Do workers run what can be run, and nothing twice at a time?"""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from consumer.core.facts import AttemptFailed, SessionLost
from consumer.ports import StragglerError
from processors.contract import Context, WorkflowEvent
from processors.current import current_attempt
from tests.builders import a_processor, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.runtime.staging import (
    Stage,
    a_cluster,
    accept,
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


async def test_worker_that_may_suspend_has_woken_the_next_one() -> None:
    kafka, stage = a_cluster(), Stage()
    for number in range(40):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, stage.processor) as process:
        await eventually(lambda: len(stage.running) == 40)
        assert process.pool.running() == 40
        for attempt in stage.running:
            attempt.succeed()
        await eventually(lambda: at_rest(kafka))


async def test_no_more_attempts_run_at_a_time_than_there_are_workers() -> None:
    kafka, stage = a_cluster(processing={"concurrency": 3}), Stage()
    for number in range(9):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, stage.processor):
        while not at_rest(kafka):
            await pass_time(0.1)
            assert len(stage.running) <= 3
            for attempt in stage.running:
                attempt.succeed()
    assert len(answered(kafka)) == 9


async def test_processors_that_never_suspend_let_others_run() -> None:
    seen_by_others = []
    done: list[str] = []

    async def quick(event: WorkflowEvent[Any], ctx: Context) -> None:
        done.append(event.event_id)

    kafka = a_cluster()
    for number in range(500):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)

    async def look_on() -> None:
        while len(done) < 500:
            seen_by_others.append(len(done))
            await asyncio.sleep(0)

    watching = asyncio.ensure_future(look_on())
    async with serving(kafka, quick):
        await eventually(lambda: at_rest(kafka))
    await watching
    steps = [after - before for before, after in pairwise([*seen_by_others, 500])]
    assert max(steps) <= 100, "a few milliseconds of work, not all of it"


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


async def test_key_waits_for_a_coroutine_that_swallows_its_cancellation() -> None:
    ended = asyncio.Event()

    async def stubborn(event: WorkflowEvent[Any], ctx: Context) -> str:
        if event.event_id == "next":
            return "its turn"
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            await ended.wait()
        return "done after all"

    kafka = a_cluster(processing={"timeout": 1, "straggler_timeout": 20})
    for event_id in ("stubborn", "next"):
        kafka.publish(event_bytes(event_id))
    async with serving(kafka, stubborn) as process:
        await pass_time(15)
        assert answered(kafka) == []
        ended.set()
        await eventually(lambda: at_rest(kafka))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await process.pool.straggler()
    assert answered(kafka) == [("stubborn", "success"), ("next", "success")]


async def test_attempt_that_never_ends_is_reported_as_a_straggler() -> None:
    release = asyncio.Event()

    async def endless(event: WorkflowEvent[Any], ctx: Context) -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    kafka = a_cluster(processing={"timeout": 1, "straggler_timeout": 4}, retry=ONCE)
    kafka.publish(event_bytes("endless"))
    async with serving(kafka, endless) as process:
        with pytest.raises(StragglerError, match=r"event endless \(timeout\) goes on 4 s") as said:
            await process.pool.straggler()
        assert 5 <= kafka.clock.monotonic < 6
        assert "processing.straggler_timeout" in str(said.value)
        release.set()


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


async def test_wake_after_the_pool_has_stopped_is_harmless() -> None:
    kafka = a_cluster()
    async with serving(kafka, accept) as process:
        pass
    process.pool.ready.append(None)  # type: ignore[arg-type]
    process.pool.wake()


async def test_processor_with_a_limit_of_its_own_keeps_to_it_and_lets_others_pass() -> None:
    kafka, limited, free = a_cluster(), Stage(), Stage()
    for number in range(6):
        kafka.publish(event_bytes(f"l{number}", event_type="limited"), key=b"%d" % number)
    kafka.publish(event_bytes("free"), key=b"free")
    two = a_processor(limited.processor, "limited", concurrency=2)
    async with serving(kafka, two, a_processor(free.processor, "order.*")):
        (await free.next("free")).succeed()
        begun = 0
        while not at_rest(kafka):
            assert len(limited.running) <= 2
            begun = max(begun, len(limited.running))
            for attempt in limited.running:
                attempt.succeed()
            await pass_time(0.05)
    assert begun == 2
    assert limited.begun == [f"l{number}" for number in range(6)]


async def test_events_that_waited_for_a_slot_of_a_lost_session_are_not_run_for_it() -> None:
    kafka, stage = a_cluster(), Stage()
    for number in range(4):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, a_processor(stage.processor, concurrency=1)) as process:
        await stage.next("0")
        kafka.fence("everonce:0")
        kafka.publish(b"poison")
        await eventually(lambda: process.told.of(SessionLost))
        while not at_rest(kafka):
            for attempt in stage.running:
                attempt.succeed()
            await pass_time(0.05)
    assert stage.begun == ["0", "0", "1", "2", "3"]
