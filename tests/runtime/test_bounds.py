"""How much is held in memory, and what happens at the bound?"""

import pytest

from consumer.core.process_facts import IntakeChanged
from consumer.core.record import TopicPartition
from consumer.core.session_facts import ControlRefused, SessionLost
from processors.contract import TransientError
from tests.builders import event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.runtime.staging import Stage, a_cluster, accept, answered, at_rest, serving


async def test_records_in_flight_never_exceed_their_bound_and_reading_goes_on_at_once() -> None:
    bounds = {"max_in_flight_records": 4, "concurrency": 4}
    kafka, stage = a_cluster(processing=bounds), Stage()
    for number in range(12):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, stage.processor) as process:
        for _ in range(3):
            await eventually(lambda: len(stage.running) == 4)
            await pass_time(1)
            assert process.env.bounds.records == 4
            began = kafka.clock.monotonic
            for attempt in stage.running:
                attempt.succeed()
            await eventually(lambda: process.env.bounds.records != 4 or not stage.running)
            await eventually(lambda: len(stage.running) == 4 or at_rest(kafka))
            assert kafka.clock.monotonic - began < 0.2, "it is woken, not polled for"
        await eventually(lambda: at_rest(kafka))
        assert process.env.bounds.records == process.env.bounds.bytes == 0
        told = [(fact.paused, fact.bound) for fact in process.told.of(IntakeChanged)]
    assert told[:2] == [(True, "records"), (False, "records")]
    assert len(answered(kafka)) == 12


async def test_bytes_in_flight_stop_the_intake() -> None:
    kafka, stage = a_cluster(processing={"max_in_flight_bytes": 1000}), Stage()
    for number in range(8):
        kafka.publish(event_bytes(f"{number}", payload={"x": "x" * 900}), key=b"%d" % number)
        kafka.told()
    async with serving(kafka, stage.processor) as process:
        await eventually(lambda: stage.running)
        await pass_time(3)
        held = process.env.bounds.bytes
        assert held >= 1000
        seen = len(stage.begun)
        await pass_time(3)
        assert len(stage.begun) == seen
        while not at_rest(kafka):
            for attempt in stage.running:
                attempt.succeed()
            await pass_time(0.1)
    assert len(answered(kafka)) == 8


async def test_retries_that_wait_stop_the_intake() -> None:
    policies = {"slow": {"base_delay": 20, "jitter": "none"}}
    kafka = a_cluster(
        retry={
            "max_waiting": 2,
            "in_memory_max": 60,
            "policies": policies,
            "default_policy": "slow",
        }
    )
    stage = Stage()
    for number in range(2):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, stage.processor) as process:
        for number in range(2):
            (await stage.next(f"{number}")).fail(TransientError("busy"))
        await eventually(lambda: process.env.bounds.reached() == "waiting")
        # The poll that waits was begun before.
        await pass_time(0.3)
        kafka.publish(event_bytes("new"), key=b"n")
        await pass_time(5)
        assert "new" not in stage.begun
        while not at_rest(kafka):
            for attempt in stage.running:
                attempt.succeed()
            await pass_time(0.05)
    assert len(answered(kafka)) == 3


async def test_window_bounds_what_a_crash_would_read_again() -> None:
    kafka, stage = a_cluster(processing={"max_window": 5}), Stage()
    kafka.publish(event_bytes("slow"), key=b"slow")
    async with serving(kafka, stage.processor) as process:
        slow = await stage.next("slow")
        for number in range(30):
            kafka.publish(event_bytes(f"{number}"), key=b"k")
            await pass_time(0.5)
            for attempt in [each for each in stage.running if each is not slow]:
                attempt.succeed()
        assert process.state().offsets.window <= 6
        slow.succeed()
        while not at_rest(kafka):
            for attempt in stage.running:
                attempt.succeed()
            await pass_time(0.05)
    assert len(answered(kafka)) == 31


async def test_partition_with_a_backlog_leaves_room_for_the_others() -> None:
    kafka = a_cluster(partitions=2, processing={"max_in_flight_records": 10})
    stage = Stage()
    for number in range(50):
        kafka.publish(event_bytes(f"{number}"), partition=0, key=b"%d" % number)
    async with serving(kafka, stage.processor) as process:
        await eventually(lambda: len(stage.running) == 5)
        kafka.publish(event_bytes("other"), partition=1)
        await stage.next("other")
        assert process.state(0).held_records == 5
        while not (at_rest(kafka, 0) and at_rest(kafka, 1)):
            for attempt in stage.running:
                attempt.succeed()
            await pass_time(0.05)


async def test_bounds_are_free_again_when_a_session_with_everything_in_flight_is_lost() -> None:
    kafka, stage = a_cluster(dedup={"on_duplicate": "answer"}), Stage()
    for event_id in ("one", "two", "two", "three"):
        kafka.publish(event_bytes(event_id), key=event_id.encode())
    kafka.publish(b"poison")
    async with serving(kafka, stage.processor) as process:
        (await stage.next("three")).fail(TransientError("busy"))
        (await stage.next("one")).succeed()
        kafka.fence("everonce:0")
        kafka.group.stable = False
        await eventually(lambda: process.told.of(SessionLost))
        bounds = process.env.bounds
        assert (bounds.records, bounds.bytes, bounds.waiting) == (0, 0, 0)
        kafka.group.stable = True
        while not at_rest(kafka):
            for attempt in stage.running:
                attempt.succeed()
            await pass_time(0.05)
        assert (bounds.records, bounds.bytes, bounds.waiting) == (0, 0, 0)


@pytest.mark.parametrize("partitions", [1, 3])
async def test_control_records_are_refused_counted_and_passed_at_any_bound(
    partitions: int,
) -> None:
    kafka = a_cluster(partitions, processing={"max_in_flight_records": 1})
    stage = Stage()
    kafka.publish(event_bytes("one"))
    last = partitions - 1
    async with serving(kafka, stage.processor) as process:
        one = await stage.next("one")
        for _ in range(3):
            kafka.publish(b"redrive!", topic="workflow-events-control", partition=last)
        place = TopicPartition("workflow-events-control", last)
        await eventually(lambda: kafka.committed(place) == 3)
        refused = process.told.of(ControlRefused)
        assert [(fact.partition, fact.offset) for fact in refused] == [
            (last, offset) for offset in range(3)
        ]
        one.succeed()
    async with serving(kafka, accept, name="next") as process:
        await pass_time(2)
        assert process.told.of(ControlRefused) == [], "passed once"
