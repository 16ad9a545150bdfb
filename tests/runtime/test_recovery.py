"""What follows a lost session?"""

import pytest

from consumer.core.process_facts import SourceFailed
from consumer.core.record import TopicPartition
from consumer.core.session_facts import SessionLost, SessionStarted
from tests.builders import event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.process import MemoryProcess
from tests.fakes.requests import Fate
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

FATES = [Fate.ANSWER_LOST, Fate.NEVER_SENT, Fate.PRODUCE_FAILED, Fate.LEFT_OPEN]


def in_memory(process: MemoryProcess) -> dict[str, bytes]:
    """Return the ledger as the session holds it."""
    ledger_in_memory = process.state().ledger
    keys = ledger(process.source._kafka)
    return {key: encoded for key in keys if (encoded := ledger_in_memory.get(key)) is not None}


@pytest.mark.parametrize("fate", FATES)
async def test_lost_commit_is_answered_by_a_new_session_and_nothing_is_lost_or_doubled(
    fate: Fate,
) -> None:
    kafka, stage = a_cluster(), Stage()
    for number in range(3):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, stage.processor) as process:
        kafka.requests.next("commit", fate)
        (await stage.next("1")).succeed()
        await eventually(lambda: process.told.of(SessionLost))
        while not at_rest(kafka):
            for attempt in stage.running:
                attempt.succeed()
            await pass_time(0.05)
        assert in_memory(process).keys() == {"e:0", "e:1", "e:2"}
    assert sorted(answered(kafka)) == [(f"{number}", "success") for number in range(3)]
    assert stage.begun.count("1") == (1 if fate is Fate.ANSWER_LOST else 2)


async def test_only_the_difference_is_restored_by_the_same_process() -> None:
    kafka = a_cluster()
    for number in range(20):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, accept) as process:
        await eventually(lambda: at_rest(kafka))
        kafka.requests.next("commit", Fate.ANSWER_LOST)
        kafka.publish(event_bytes("last"))
        await eventually(lambda: len(process.told.of(SessionStarted)) == 2)
        first, second = process.told.of(SessionStarted)
        assert (first.entries, first.restored_records) == (0, 0)
        assert (second.entries, second.restored_records) == (21, 2), "one entry and progress"
        assert second.rule == "progress"
    async with serving(kafka, accept, name="another") as process:
        assert process.told.of(SessionStarted)[0].entries == 21


async def test_commit_without_an_answer_is_lost_after_its_deadline() -> None:
    kafka = a_cluster(commit={"deadline": 4})
    async with serving(kafka, accept) as process:
        kafka.requests.holds.add("commit")
        kafka.publish(event_bytes("one"))
        await eventually(lambda: process.told.of(SessionLost))
        assert process.told.of(SessionLost)[0].reason == "deadline"
        assert 4 <= kafka.clock.monotonic < 5
        kafka.requests.release("commit")
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "success")]


async def test_attempts_of_a_lost_session_are_cancelled_and_wait_for_nothing() -> None:
    kafka, stage = a_cluster(), Stage()
    kafka.publish(event_bytes("done"), key=b"a")
    kafka.publish(event_bytes("cut off"), key=b"b")
    async with serving(kafka, stage.processor):
        cut_off = await stage.next("cut off")
        kafka.requests.next("commit", Fate.NEVER_SENT)
        (await stage.next("done")).succeed()
        await eventually(cut_off.answer.cancelled)
        (await stage.next("done")).succeed()
        (await stage.next("cut off")).succeed()
        await eventually(lambda: at_rest(kafka))
    assert sorted(answered(kafka)) == [("cut off", "success"), ("done", "success")]


async def test_one_partition_that_cannot_go_on_backs_off_and_the_others_do_not_notice() -> None:
    kafka = a_cluster(partitions=2)
    async with serving(kafka, accept) as process:
        kafka.refuses = lambda role, record: (
            "disk full" if role == "dlq" and record.key == b"bad" else None
        )
        kafka.publish(b"poison", key=b"bad", partition=0)
        for number in range(100):
            kafka.publish(event_bytes(f"{number}"), partition=1)
            await pass_time(1)
            assert at_rest(kafka, 1)
        lost = process.told.of(SessionLost)
        assert {fact.partition for fact in lost} == {0}
        assert 4 <= len(lost) <= 120
        status = {each.partition: each for each in process.supervisor.status().partitions}
        assert status[1].state == "running"


async def test_back_off_grows_and_starts_anew_after_a_steady_session() -> None:
    kafka = a_cluster()
    async with serving(kafka, accept) as process:
        for _ in range(4):
            kafka.requests.next("commit", Fate.NEVER_SENT)
        kafka.publish(event_bytes("one"))
        await eventually(lambda: at_rest(kafka))
        delays = [fact.backoff_seconds for fact in process.told.of(SessionLost)]
        assert delays == [0.25, 0.5, 1.0, 2.0]
        await pass_time(70)
        kafka.requests.next("commit", Fate.NEVER_SENT)
        kafka.publish(event_bytes("two"))
        await eventually(lambda: at_rest(kafka))
        assert process.told.of(SessionLost)[-1].backoff_seconds == 0.25


async def test_fenced_session_fences_again_only_as_a_living_member() -> None:
    kafka = a_cluster()
    async with serving(kafka, accept) as process:
        kafka.fence("everonce:0")
        kafka.group.stable = False
        kafka.publish(event_bytes("one"))
        await eventually(lambda: process.told.of(SessionLost))
        fences = [request for request in kafka.requests.made if request.kind == "fence"]
        await pass_time(60)
        assert [r for r in kafka.requests.made if r.kind == "fence"] == fences
        kafka.group.stable = True
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "success")]
    assert process.told.of(SessionLost)[0].reason == "fenced"


async def test_failing_client_is_sought_back_and_no_record_is_passed_over() -> None:
    kafka = a_cluster(partitions=2)
    async with serving(kafka, accept) as process:
        process.source.failing_polls = 3
        for number in range(6):
            kafka.publish(event_bytes(f"{number}"), partition=number % 2)
        kafka.publish(b"a command", topic="workflow-events-control", partition=1)
        await eventually(lambda: at_rest(kafka, 0) and at_rest(kafka, 1))
        assert [fact.failures for fact in process.told.of(SourceFailed)] == [1, 2, 3]
        control = TopicPartition("workflow-events-control", 1)
        await eventually(lambda: kafka.committed(control) == 1)
    assert sorted(answered(kafka, 0) + answered(kafka, 1)) == [
        (f"{number}", "success") for number in range(6)
    ]


async def test_stale_committed_offset_is_passed_over_by_progress() -> None:
    kafka = a_cluster()
    for number in range(3):
        kafka.publish(event_bytes(f"{number}"))
        async with serving(kafka, accept, name=f"{number}") as process:
            await eventually(lambda: at_rest(kafka))
            kafka.stale_commits = 2
            assert process.told.of(SessionStarted)[0].start == number
    assert len(answered(kafka)) == 3


async def test_set_up_that_fails_is_tried_again() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    kafka.requests.next("fence", Fate.NEVER_SENT, Fate.DONE)
    kafka.requests.next("restore", Fate.NEVER_SENT)
    kafka.requests.next("commit", Fate.NEVER_SENT, Fate.ANSWER_LOST)
    async with serving(kafka, accept) as process:
        await eventually(lambda: at_rest(kafka))
        assert len(process.told.of(SessionLost)) == 4
        assert progress(kafka).epoch == 2, "one of them was visible"
    assert answered(kafka) == [("one", "success")]
    assert committed(kafka) == 1
