"""Do workers run what can be run, and nothing twice at a time?"""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from consumer.core.session_facts import SessionLost
from consumer.ports import StragglerError
from processors.contract import Context, WorkflowEvent
from tests.builders import a_processor, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.runtime.staging import (
    Stage,
    a_cluster,
    accept,
    answered,
    at_rest,
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
