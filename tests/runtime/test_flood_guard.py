"""Does a partition stop before an outage has emptied it into the dead-letter topic?"""

from typing import Any

from consumer.core.outage_facts import GuardChanged
from consumer.core.session_facts import SessionLost
from processors.contract import Context, PermanentError, TransientError, WorkflowEvent
from tests.builders import event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.process import MemoryProcess
from tests.runtime.outage import LOST, Dependency, publish
from tests.runtime.staging import a_cluster, accept, answered, at_rest, letters, progress, serving

ONCE = {"default_policy": "no_retry"}
OFF = {"enabled": False}
WATCHFUL: dict[str, Any] = {"min_events": 10, "pause": 20, "probes": 4}
NARROW = {"max_in_flight_records": 20, "concurrency": 4}


def states(process: MemoryProcess) -> list[str]:
    """Return the states the guard went into."""
    return [each.after for each in process.told.of(GuardChanged)]


def numbered(count: int, prefix: str = "") -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


async def test_outage_stops_the_partition_and_its_end_lets_it_go_on() -> None:
    kafka = a_cluster(guard=WATCHFUL, breakers=OFF, retry=ONCE, processing=NARROW)
    payments = Dependency()
    publish(kafka, *numbered(200))
    async with serving(kafka, payments.call) as process:
        await pass_time(15)
        at_first = len(letters(kafka))
        assert 10 <= at_first <= 10 + 4, "those that were under way at that moment end too"
        assert process.state().offsets.next <= 40, "nothing more is read"
        assert process.pool.running() == 0
        assert process.supervisor.status().partitions[0].guard == "paused"
        assert process.supervisor.status().partitions[0].held_events > 0
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
        assert process.supervisor.status().partitions[0].guard == "passing"
    assert len(letters(kafka)) == at_first
    assert len(answered(kafka)) == 200
    assert states(process) == ["paused", "probing", "passing"]


async def test_outage_that_goes_on_costs_a_few_letters_per_pause() -> None:
    kafka = a_cluster(guard=WATCHFUL, breakers=OFF, retry=ONCE, processing=NARROW)
    payments = Dependency()
    publish(kafka, *numbered(300))
    async with serving(kafka, payments.call) as process:
        await pass_time(210)
        assert len(letters(kafka)) <= 14 + 10 * 4
        assert states(process).count("paused") >= 8
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert len(answered(kafka)) == 300


async def test_events_to_let_through_are_read_where_none_is_left() -> None:
    kafka = a_cluster(guard=WATCHFUL, breakers=OFF, retry=ONCE)
    payments = Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *numbered(10))
        await eventually(lambda: states(process) == ["paused"])
        payments.is_down = False
        # A poll that was under way still brings what it asked for.
        await pass_time(1)
        publish(kafka, *numbered(100, "later "))
        await pass_time(15)
        assert process.state().offsets.next == 10
        await eventually(lambda: at_rest(kafka))
    assert len(letters(kafka)) == 10
    assert len(answered(kafka)) == 110


async def test_other_partitions_go_on() -> None:
    kafka = a_cluster(guard=WATCHFUL, breakers=OFF, retry=ONCE, partitions=2)

    async def fail_for_some(event: WorkflowEvent[Any], ctx: Context) -> None:
        if event.event_id.startswith("bad"):
            raise TransientError("busy")

    async with serving(kafka, fail_for_some) as process:
        for event_id in numbered(30, "bad "):
            kafka.publish(event_bytes(event_id), key=event_id.encode(), partition=0)
        await eventually(lambda: states(process) == ["paused"])
        for event_id in numbered(30):
            kafka.publish(event_bytes(event_id), key=event_id.encode(), partition=1)
        await eventually(lambda: at_rest(kafka, 1))
        assert kafka.clock.monotonic < 10
        assert {each.partition for each in process.told.of(GuardChanged)} == {0}


async def test_many_that_complete_outweigh_a_few_that_fail() -> None:
    kafka = a_cluster(guard=WATCHFUL, breakers=OFF, retry=ONCE)

    async def fail_for_some(event: WorkflowEvent[Any], ctx: Context) -> None:
        if event.event_id.endswith("0"):
            raise TransientError("busy")

    async with serving(kafka, fail_for_some) as process:
        publish(kafka, *numbered(400, "x"))
        await eventually(lambda: at_rest(kafka))
    assert len(letters(kafka)) == 40
    assert states(process) == []


async def test_poison_and_permanent_letters_stop_nothing_unless_settings_say_so() -> None:
    async def refuse(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise PermanentError("no such customer")

    kafka = a_cluster(guard=WATCHFUL, breakers=OFF)
    async with serving(kafka, refuse) as process:
        publish(kafka, *numbered(50))
        for _ in range(50):
            kafka.publish(b"not JSON")
        await eventually(lambda: at_rest(kafka))
    assert states(process) == []
    strict = a_cluster(guard={**WATCHFUL, "permanent_letters": 20}, breakers=OFF)
    async with serving(strict, refuse) as process:
        publish(strict, *numbered(50))
        await pass_time(10)
        assert states(process) == ["paused"]
        assert 20 <= len(letters(strict)) < 50


async def test_guard_that_is_off_lets_everything_through() -> None:
    kafka = a_cluster(guard={**WATCHFUL, "enabled": False}, breakers=OFF, retry=ONCE)
    payments = Dependency()
    publish(kafka, *numbered(50))
    async with serving(kafka, payments.call):
        await eventually(lambda: at_rest(kafka))
    assert len(letters(kafka)) == 50


async def test_breakers_that_reject_trip_the_guard() -> None:
    brisk = {"failures": 3, "min_calls": 3, "on_open": "reject"}
    kafka = a_cluster(guard=WATCHFUL, breakers=brisk, retry=ONCE, processing=NARROW)
    payments = Dependency()
    publish(kafka, *numbered(300))
    async with serving(kafka, payments.call) as process:
        await pass_time(10)
        assert states(process) == ["paused"]
        assert len(letters(kafka)) <= 20
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert len(answered(kafka)) == 300


async def test_event_that_was_let_through_and_then_held_by_a_breaker_is_not_asked_again() -> None:
    brisk = {"failures": 3, "min_calls": 3, "open_time": 25, "probes": 2}
    kafka = a_cluster(guard={**WATCHFUL, "min_events": 3}, breakers=brisk, retry=ONCE)
    payments = Dependency()
    async with serving(kafka, payments.call) as process:
        publish(kafka, *numbered(3))
        await eventually(lambda: states(process) == ["paused"])
        payments.is_down = False
        await pass_time(1)
        publish(kafka, *numbered(4, "later "))
        await eventually(lambda: process.env.gates.held == 4)
        assert 20 <= kafka.clock.monotonic < 22
        await eventually(lambda: at_rest(kafka))
        assert 25 <= kafka.clock.monotonic < 28, "not only after another pause"


async def test_paused_partition_drains_at_once_and_leaves_the_rest_to_the_next_owner() -> None:
    kafka = a_cluster(guard=WATCHFUL, breakers=OFF, retry=ONCE, processing=NARROW)
    payments = Dependency()
    publish(kafka, *numbered(60))
    async with serving(kafka, payments.call) as process:
        await eventually(lambda: states(process) == ["paused"])
        await pass_time(2)
        stopped = kafka.clock.monotonic
    assert kafka.clock.monotonic - stopped < 2
    assert progress(kafka).clean
    async with serving(kafka, accept, name="next"):
        await eventually(lambda: at_rest(kafka))
    assert len(answered(kafka)) == 60


async def test_lost_session_of_a_paused_partition_runs_nothing_twice() -> None:
    kafka = a_cluster(guard=WATCHFUL, breakers=OFF, retry=ONCE, processing=NARROW)
    payments = Dependency()
    publish(kafka, *numbered(60))
    async with serving(kafka, payments.call) as process:
        await eventually(lambda: states(process) == ["paused"])
        await pass_time(2)
        session = process.session()
        assert session is not None
        assert session.settling is not None
        assert session.settling.guard.held > 0
        process.state().lose(LOST)
        await eventually(lambda: process.told.of(SessionLost))
        assert session.settling.guard.held == 0
        payments.is_down = False
        await eventually(lambda: at_rest(kafka))
    assert len(answered(kafka)) == 60
    assert len(payments.calls) == 60
