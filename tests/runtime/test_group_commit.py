"""When does what was settled become visible, and with what?"""

import asyncio
from typing import Any

from consumer.core.facts import BatchCommitted
from processors import Context, RetryAfter, WorkflowEvent
from tests.builders import event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.kafka import MemoryKafka
from tests.runtime.staging import (
    Stage,
    a_cluster,
    accept,
    answered,
    at_rest,
    committed,
    ledger,
    progress,
    serving,
)


def commits_of_events(kafka: MemoryKafka) -> list[int]:
    """Return how many results each commit that had some made visible."""
    batches = [request.batch for request in kafka.requests.made if request.batch is not None]
    return [len(batch.results) for batch in batches if batch.results]


async def test_nothing_is_visible_before_the_commit_arrives_and_then_all_of_it_is() -> None:
    kafka = a_cluster()
    async with serving(kafka, accept) as process:
        kafka.requests.holds.add("commit")
        for number in range(3):
            kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
        await eventually(lambda: kafka.requests.held)
        await pass_time(5)
        assert answered(kafka) == []
        assert ledger(kafka) == {}
        assert committed(kafka) == 0
        assert len(process.state().ledger) == 0, "memory follows what is visible"
        kafka.requests.release("commit")
        await eventually(lambda: len(process.state().ledger) == 3)
        assert len(answered(kafka)) == 3
        assert committed(kafka) == 3


async def test_there_is_one_commit_at_a_time_and_work_goes_on_meanwhile() -> None:
    kafka = a_cluster()
    async with serving(kafka, accept) as process:
        kafka.requests.holds.add("commit")
        kafka.publish(event_bytes("first"))
        await eventually(lambda: kafka.requests.held)
        for number in range(5):
            kafka.publish(event_bytes(f"{number}"))
        await eventually(lambda: len(process.state().pending.settled) == 5)
        await pass_time(5)
        assert len(kafka.requests.held) == 1
        kafka.requests.release("commit")
        await eventually(lambda: at_rest(kafka))
    assert commits_of_events(kafka) == [1, 5]


async def test_every_commit_carries_the_progress_that_fits_it() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
        batches = [request.batch for request in kafka.requests.made if request.batch is not None]
        assert all(batch.entries[-1].key == b"progress" for batch in batches)
        assert max(batches[-1].offsets.values()) == progress(kafka).next_input == 1
        assert (progress(kafka).last_offset, progress(kafka).gap_free) == (0, True)


async def test_lone_event_is_visible_at_once_and_company_is_waited_for_under_load() -> None:
    kafka, stage = a_cluster(commit={"linger": 0.1, "linger_max": 0.1}), Stage()
    async with serving(kafka, stage.processor):
        await pass_time(1)
        for number in range(3):
            kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
        began = kafka.clock.monotonic
        (await stage.next("0")).succeed()
        await eventually(lambda: len(answered(kafka)) == 1)
        assert kafka.clock.monotonic - began < 0.05
        for event_id in ("1", "2"):
            (await stage.next(event_id)).succeed()
            await pass_time(0.02)
        await eventually(lambda: len(answered(kafka)) == 3)
    assert commits_of_events(kafka) == [1, 2]


async def test_event_that_is_being_parked_is_no_company_to_wait_for() -> None:
    async def refuse_bad(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
        if event.event_id == "bad":
            raise RetryAfter(100)
        return {}

    kafka = a_cluster(commit={"linger": 0.01, "linger_max": 1000})
    async with serving(kafka, refuse_bad):
        await pass_time(1)
        for number in range(30):
            kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
        await eventually(lambda: at_rest(kafka))
        began = kafka.clock.monotonic
        kafka.publish(event_bytes("bad"), key=b"b")
        kafka.publish(event_bytes("good"), key=b"g")
        await eventually(lambda: ("good", "success") in answered(kafka))
        assert kafka.clock.monotonic - began < 1


async def test_event_that_parks_as_the_last_one_ends_the_wait_for_company() -> None:
    failing = asyncio.Event()

    async def fail_bad_later(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
        if event.event_id == "bad":
            await failing.wait()
            raise RetryAfter(100)
        return {}

    kafka = a_cluster(commit={"linger": 0.01, "linger_max": 1000})
    async with serving(kafka, fail_bad_later):
        await pass_time(1)
        for number in range(30):
            kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
        await eventually(lambda: at_rest(kafka))
        kafka.publish(event_bytes("bad"), key=b"b")
        kafka.publish(event_bytes("good"), key=b"g")
        await pass_time(5)
        assert ("good", "success") not in answered(kafka), "it waits for company"
        began = kafka.clock.monotonic
        failing.set()
        await eventually(lambda: ("good", "success") in answered(kafka))
        assert kafka.clock.monotonic - began < 1


async def test_full_batch_waits_for_no_company_and_holds_no_more() -> None:
    lazy = {"linger": 50, "linger_max": 50, "max_events": 4}
    kafka = a_cluster(commit=lazy)
    async with serving(kafka, accept):
        began = kafka.clock.monotonic
        for number in range(9):
            kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
        await eventually(lambda: len(answered(kafka)) == 8)
        assert kafka.clock.monotonic - began < 1
    assert commits_of_events(kafka) == [4, 4, 1]


async def test_drain_waits_for_no_company() -> None:
    kafka = a_cluster(commit={"linger": 50, "linger_max": 50})
    async with serving(kafka, accept) as process:
        kafka.publish(event_bytes("one"))
        await eventually(lambda: process.state().pending.settled)
        began = kafka.clock.monotonic
    assert kafka.clock.monotonic - began < 1
    assert answered(kafka) == [("one", "success")]


async def test_partition_at_rest_commits_nothing() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, accept) as process:
        await eventually(lambda: at_rest(kafka))
        before = len(kafka.requests.made)
        await pass_time(100)
        assert len(kafka.requests.made) == before
        told = process.told.of(BatchCommitted)
        assert sum(fact.tally.outcomes.get("completed", 0) for fact in told) == 1


async def test_sessions_of_one_process_share_the_rate_of_transactions() -> None:
    kafka = a_cluster(partitions=4, commit={"max_rate": 2})
    async with serving(kafka, accept):
        before, began = len(kafka.requests.made), kafka.clock.monotonic
        for number in range(200):
            kafka.publish(event_bytes(f"{number}"), partition=number % 4)
            await pass_time(0.1)
        seconds = kafka.clock.monotonic - began
        made = len(kafka.requests.made) - before
    assert made <= 2 * seconds + 8
