"""How does an owner end: by a stop, by a revocation, with work in its hands?"""

import asyncio

from consumer.core.session_facts import SessionClosed, SessionStarted
from processors.contract import TransientError
from tests.builders import a_registry, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.process import MemoryProcess
from tests.runtime.staging import (
    Stage,
    a_cluster,
    accept,
    answered,
    at_rest,
    ledger,
    progress,
    serving,
)


async def test_stop_lets_what_is_in_flight_finish_and_says_that_it_ended_cleanly() -> None:
    kafka, stage = a_cluster(), Stage()
    for event_id, key in (("a", b"1"), ("behind a", b"1"), ("b", b"2")):
        kafka.publish(event_bytes(event_id), key=key)
    async with serving(kafka, stage.processor) as process:
        running = [await stage.next("a"), await stage.next("b")]
        process.stop.set()
        await pass_time(5)
        kafka.publish(event_bytes("too late"), key=b"3")
        for attempt in running:
            attempt.succeed()
        (await stage.next("behind a")).succeed()
    assert [event_id for event_id, _ in answered(kafka)] == ["a", "b", "behind a"]
    assert progress(kafka).clean
    assert progress(kafka).gap_free
    assert process.told.of(SessionClosed)[0].clean


async def test_stop_cuts_off_what_does_not_finish_in_time_and_says_so() -> None:
    kafka, stage = a_cluster(processing={"drain_timeout": 10}), Stage()
    for event_id, key in (("done", b"1"), ("endless", b"2"), ("behind", b"2")):
        kafka.publish(event_bytes(event_id), key=key)
    async with serving(kafka, stage.processor) as process:
        endless = await stage.next("endless")
        (await stage.next("done")).succeed()
        began = kafka.clock.monotonic
        process.stop.set()
    assert 10 <= kafka.clock.monotonic - began < 11
    assert endless.answer.cancelled()
    assert not progress(kafka).clean
    assert not process.told.of(SessionClosed)[0].clean
    assert answered(kafka) == [("done", "success")]
    assert stage.begun.count("behind") == 0
    async with serving(kafka, accept, name="next"):
        await eventually(lambda: at_rest(kafka))
    assert sorted(answered(kafka)) == [
        ("behind", "success"),
        ("done", "success"),
        ("endless", "success"),
    ]


async def test_stop_does_not_wait_for_retries_but_remembers_their_attempts() -> None:
    slow = {"policies": {"slow": {"base_delay": 50, "jitter": "none"}}, "default_policy": "slow"}
    kafka, stage = a_cluster(retry=slow), Stage()
    kafka.publish(event_bytes("flaky"))
    async with serving(kafka, stage.processor):
        (await stage.next("flaky")).fail(TransientError("busy"))
        await eventually(lambda: stage.running == [])
    assert kafka.clock.monotonic < 2
    history = ledger(kafka)["e:flaky"].history
    assert history is not None
    assert [attempt.message for attempt in history.attempts] == ["busy"]
    assert progress(kafka).clean


async def test_stop_during_the_set_up_ends_at_once() -> None:
    kafka = a_cluster()
    kafka.requests.holds.add("fence")
    process = MemoryProcess(kafka, a_registry(accept))
    async with process.running():
        await eventually(lambda: kafka.requests.held)
        process.stop.set()
        await pass_time(1)
        kafka.requests.release("fence")
    assert kafka.clock.monotonic < 3
    assert kafka.visible("results") == []


async def test_stop_while_nothing_was_ever_assigned_ends_at_once() -> None:
    kafka = a_cluster()
    kafka.group.stable = False
    async with MemoryProcess(kafka, a_registry(accept)).running():
        await pass_time(1)


async def test_partition_moves_with_everything_settled_and_its_ledger_stays() -> None:
    kafka, stage = a_cluster(partitions=2), Stage()
    for partition in (0, 1):
        kafka.publish(event_bytes(f"{partition}"), partition=partition)
    async with serving(kafka, stage.processor, name="first") as first:
        joining = MemoryProcess(kafka, a_registry(accept), name="second")
        async with joining.running() as second:
            await pass_time(1)
            assert first.supervisor.status().partitions[0].state == "draining"
            for event_id in ("0", "1"):
                (await stage.next(event_id)).succeed()
            await eventually(lambda: first.reads(0) and second.reads(1))
            assert first.session(1) is None
            kafka.publish(event_bytes("1"), partition=1)
            kafka.publish(event_bytes("new"), partition=1)
            await eventually(lambda: at_rest(kafka, 1))
            second.stop.set()
            await eventually(lambda: first.reads(1))
        last = first.told.of(SessionStarted)[-1]
        assert (last.partition, last.entries) == (1, 2)
        assert last.restored_records < 8, "only what the other owner has written"
    assert answered(kafka, 1) == [("1", "success"), ("new", "success")]
    assert answered(kafka, 0) == [("0", "success")]


async def test_revocation_is_bounded_and_what_was_not_done_is_done_by_the_next_owner() -> None:
    quick = {"rebalance_timeout": 20, "session_timeout": 10, "heartbeat_interval": 1}
    kafka = a_cluster(kafka=quick, processing={"drain_timeout": 9})
    stage = Stage()
    kafka.publish(event_bytes("stuck"))
    async with serving(kafka, stage.processor, name="first"):
        await stage.next("stuck")
        async with MemoryProcess(kafka, a_registry(accept), name="second").running() as second:
            await eventually(lambda: kafka.group.knows(second.source))
            began = kafka.clock.monotonic
            kafka.group.move_to(second.source)
            await eventually(lambda: at_rest(kafka))
            assert kafka.clock.monotonic - began < 20
    assert answered(kafka) == [("stuck", "success")]
    assert second.told.of(SessionStarted)


async def test_assignment_while_the_last_tenure_still_ends_waits_for_it() -> None:
    kafka, stage = a_cluster(), Stage()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, stage.processor) as process:
        first = await stage.next("one")
        supervisor = process.supervisor
        revoking = asyncio.ensure_future(supervisor.revoked(frozenset({0})))
        await pass_time(1)
        supervisor.assigned(frozenset({0}))
        await pass_time(1)
        assert stage.begun == ["one"]
        first.succeed()
        await revoking
        await eventually(lambda: at_rest(kafka))
        await eventually(process.reads)
    assert answered(kafka) == [("one", "success")]
