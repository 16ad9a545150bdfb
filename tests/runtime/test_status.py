"""What does a process say of itself, and when does it give up?"""

import asyncio

import pytest

from consumer.core.facts import BatchCommitted
from consumer.core.output import OutputRecord, TopicRole
from consumer.core.process_facts import AssignmentChanged
from consumer.core.session_facts import RecordsConsumed, SessionLost
from consumer.runtime.vitality import DEAD_SECONDS, NothingWorksError
from processors.contract import TransientError
from tests.builders import a_registry, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.process import MemoryProcess
from tests.fakes.requests import Fate
from tests.runtime.staging import Stage, a_cluster, accept, at_rest, is_passed, serving


async def test_status_tells_lag_position_and_what_is_in_flight() -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor) as process:
        for number in range(3):
            kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
        (await stage.next("1")).succeed()
        await eventually(lambda: len(process.state().ledger) == 1)
        await pass_time(7)
        status = process.supervisor.status()
        (partition,) = status.partitions
        assert (partition.state, partition.committable, partition.position) == ("running", 0, 3)
        assert (partition.lag_records, partition.in_flight_events) == (3, 2)
        assert partition.ledger_entries == 1
        assert partition.progress_age_seconds > 5
        assert (status.in_flight_events, status.running_attempts) == (2, 2)
        assert status.in_flight_bytes == 2 * len(event_bytes("0")) + 2
        assert status.problems == []
        for event_id in ("0", "2"):
            (await stage.next(event_id)).succeed()
        await eventually(lambda: at_rest(kafka))
        assert process.supervisor.status().partitions[0].progress_age_seconds == 0


async def test_status_tells_what_is_parked_by_policy_and_since_when() -> None:
    retry = {
        "policies": {"slow": {"max_attempts": 3, "base_delay": 10, "jitter": "none"}},
        "default_policy": "slow",
    }
    kafka, stage = a_cluster(retry=retry), Stage()
    for event_id in ("first", "second"):
        kafka.publish(event_bytes(event_id), key=b"k")
    async with serving(kafka, stage.processor) as process:
        (await stage.next("first")).fail(TransientError("busy"))
        await eventually(lambda: is_passed(kafka))
        await pass_time(4)
        (partition,) = process.supervisor.status().partitions
        assert partition.parked_events == {"slow": 2}
        assert 4 <= partition.parked_oldest_age_seconds < 5
    async with serving(kafka, stage.processor) as process:
        (partition,) = process.supervisor.status().partitions
        assert partition.parked_events == {"slow": 2}
        again = await stage.next("first", attempt=2)
        (partition,) = process.supervisor.status().partitions
        assert partition.parked_events == {"slow": 1}
        again.fail(TransientError("busy"))
        await eventually(
            lambda: process.supervisor.status().partitions[0].parked_events["slow"] > 1
        )
        (await stage.next("first", attempt=3)).succeed()
        (await stage.next("second")).succeed()
        await eventually(lambda: at_rest(kafka))
        (partition,) = process.supervisor.status().partitions
        assert partition.parked_events == {"slow": 0}
        assert partition.parked_oldest_age_seconds == 0
        tallies = [each.tally for each in process.told.of(BatchCommitted)]
        assert sum(each.parked.get("slow", 0) for each in tallies) == 1
        assert sum(len(each.released) for each in tallies) == 3


async def test_partition_that_is_set_up_or_lost_says_so() -> None:
    kafka = a_cluster()
    kafka.requests.holds.add("fence")
    async with MemoryProcess(kafka, a_registry(accept)).running() as process:
        await eventually(lambda: kafka.requests.held)
        assert [each.state for each in process.supervisor.status().partitions] == ["starting"]
        kafka.requests.next("fence", *[Fate.NEVER_SENT] * 3)
        kafka.requests.let_through(kafka.requests.held[0], Fate.NEVER_SENT)
        await eventually(lambda: process.told.of(SessionLost))
        status = process.supervisor.status()
        assert status.partitions[0].state == "lost"
        assert status.problems == ["partition 0 is lost"]
        kafka.requests.release("fence")
        await eventually(process.reads)
        assert process.supervisor.status().problems == []


async def test_what_the_client_complains_of_is_a_problem() -> None:
    async with serving(a_cluster(), accept) as process:
        process.source.complaints = ["nobody has fetched for 200 s"]
        assert process.supervisor.status().problems == ["nobody has fetched for 200 s"]


async def test_process_gives_up_when_every_session_is_dead_for_long() -> None:
    kafka = a_cluster(partitions=2)
    kafka.requests.next("fence", *[Fate.NEVER_SENT] * 1000)
    process = MemoryProcess(kafka, a_registry(accept))
    with pytest.raises(ExceptionGroup) as group:
        await process.run()
    (error,) = group.value.exceptions
    assert isinstance(error, NothingWorksError)
    assert "every session is lost" in str(error)
    assert DEAD_SECONDS <= kafka.clock.monotonic < DEAD_SECONDS + 40


async def test_process_gives_up_when_its_client_is_dead_for_long() -> None:
    kafka = a_cluster()
    process = MemoryProcess(kafka, a_registry(accept))
    running = asyncio.ensure_future(process.run())
    await eventually(process.reads)
    process.source.complaints = ["the fetcher has ended"]
    with pytest.raises(ExceptionGroup) as group:
        await running
    assert "the fetcher has ended" in str(group.value.exceptions[0])


def no_letters(role: TopicRole, record: OutputRecord) -> str | None:
    """Refuse every letter."""
    return "no" if role == "dlq" else None


async def test_process_with_one_living_session_goes_on() -> None:
    kafka = a_cluster(partitions=2)
    async with serving(kafka, accept) as process:
        kafka.refuses = no_letters
        kafka.publish(b"poison", partition=0)
        await pass_time(2 * DEAD_SECONDS)
        kafka.publish(event_bytes("one"), partition=1)
        await eventually(lambda: at_rest(kafka, 1))
        assert [each.state for each in process.supervisor.status().partitions][1] == "running"
        kafka.refuses = lambda _role, _record: None
        await eventually(lambda: at_rest(kafka, 0))


async def test_what_is_read_and_what_is_owned_is_told() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"), key=b"12")
    async with serving(kafka, accept) as process:
        await eventually(lambda: at_rest(kafka))
    (assigned, *_) = process.told.of(AssignmentChanged)
    assert (assigned.assigned, assigned.revoked, assigned.owned) == ([0], [], [0])
    (read,) = process.told.of(RecordsConsumed)
    assert (read.records, read.bytes) == (1, len(event_bytes("one")) + 2)
