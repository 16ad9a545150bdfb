"""What happens when retention, or somebody, has removed what a ledger rests on?"""

import pytest

from consumer.core.progress import encode_progress
from consumer.core.session_facts import PartitionRefused, SessionLost, SessionStarted
from consumer.ports import CommitBatch, OutputRecord
from tests.builders import a_progress, a_registry, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.process import MemoryProcess
from tests.fakes.requests import Fate
from tests.fakes.writer import MemoryWriter
from tests.runtime.staging import Stage, a_cluster, accept, answered, at_rest, progress, serving


async def test_gap_before_the_start_is_refused() -> None:
    kafka = a_cluster()
    for number in range(4):
        kafka.publish(event_bytes(f"{number}"))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    for number in range(4):
        kafka.publish(event_bytes(f"late {number}"))
    kafka.input().expire(6)
    async with MemoryProcess(kafka, a_registry(accept)).running() as process:
        await eventually(lambda: process.told.of(PartitionRefused))
    assert process.told.of(PartitionRefused)[0].rule == "retention_gap"


async def test_gap_before_the_start_is_skipped_and_counted_where_settings_say_so() -> None:
    kafka = a_cluster(kafka={"retention_gap": "skip"})
    kafka.publish(event_bytes("read"))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    for number in range(4):
        kafka.publish(event_bytes(f"{number}"))
    kafka.input().expire(3)
    async with serving(kafka, accept) as process:
        await eventually(lambda: at_rest(kafka))
        (started,) = process.told.of(SessionStarted)
        assert (started.start, started.skipped, started.rule) == (3, 2, "retention_gap")
        assert started.note is not None
    assert [event_id for event_id, _ in answered(kafka)] == ["read", "2", "3"]
    assert progress(kafka).next_input == 5


@pytest.mark.parametrize("on_gap", ["refuse", "skip"])
async def test_retention_that_overtakes_a_session_ends_it_and_the_next_start_decides(
    on_gap: str,
) -> None:
    bounds = {"max_in_flight_records": 1, "timeout": 10_000}
    kafka = a_cluster(2, kafka={"retention_gap": on_gap}, processing=bounds)
    stage = Stage()
    for number in range(5):
        kafka.publish(event_bytes(f"{number}"))
    async with serving(kafka, stage.processor) as process:
        first = await stage.next("0")
        kafka.input().expire(3)
        first.succeed()
        await eventually(lambda: process.told.of(SessionLost))
        assert process.told.of(SessionLost)[0].reason == "retention_gap"
        kafka.publish(event_bytes("elsewhere"), partition=1)
        while not at_rest(kafka, 1):
            for attempt in stage.running:
                attempt.succeed()
            await pass_time(0.1)
        if on_gap == "refuse":
            assert process.told.of(PartitionRefused)[0].rule == "retention_gap"
            return
        while not at_rest(kafka):
            for attempt in stage.running:
                attempt.succeed()
            await pass_time(0.1)
    assert [event_id for event_id, _ in answered(kafka)] == ["0", "3", "4"]


async def test_kept_ledger_of_a_state_topic_that_was_made_anew_is_dropped() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, accept) as process:
        await eventually(lambda: at_rest(kafka))
        kafka.requests.next("commit", Fate.NEVER_SENT)
        kafka.requests.holds.add("fence")
        kafka.publish(event_bytes("two"))
        await eventually(lambda: kafka.requests.held)
        kafka.output("state").truncate()
        fence = kafka.requests.held[0]
        kafka.requests.holds.clear()
        adopted = a_progress(lineage="another", next_input=1, last_offset=None)
        entry = OutputRecord(b"progress", encode_progress(adopted))
        writer = MemoryWriter(kafka, 0)
        await writer.fence()
        await writer.commit(CommitBatch(entries=[entry] * 10))
        kafka.requests.let_through(fence)
        await eventually(lambda: at_rest(kafka))
        assert process.told.of(SessionStarted)[-1].entries == 0
        assert process.state().ledger.get("e:one") is None
        assert process.state().progress.lineage == "another"


async def test_restore_that_another_transaction_blocks_waits_and_then_reads_everything() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    foreign = kafka.transaction("workflow-events-state", 0, b"foreign")
    kafka.publish(event_bytes("one"))
    async with MemoryProcess(kafka, a_registry(accept)).running() as process:
        await pass_time(20)
        assert not process.reads(), "stuck is not ready"
        foreign.end("aborted")
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "success")]


async def test_restore_that_stays_blocked_is_a_lost_session_and_never_a_fresh_start() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    kafka.transaction("workflow-events-state", 0, b"foreign")
    async with MemoryProcess(kafka, a_registry(accept)).running() as process:
        await eventually(lambda: process.told.of(SessionLost))
        assert process.told.of(SessionLost)[0].reason == "restore_stuck"
        assert process.told.of(SessionStarted) == []


async def test_compacted_ledger_is_restored_as_it_was() -> None:
    kafka = a_cluster()
    for number in range(20):
        kafka.publish(event_bytes(f"{number % 7}"), key=b"%d" % number)
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    kafka.output("state").compact()
    for number in range(7):
        kafka.publish(event_bytes(f"{number}"))
    async with serving(kafka, accept) as process:
        await eventually(lambda: at_rest(kafka))
        assert process.told.of(SessionStarted)[0].entries == 7
    assert len(answered(kafka)) == 7


async def test_control_records_that_retention_removed_unread_are_told_of() -> None:
    kafka = a_cluster()
    async with serving(kafka, accept):
        pass
    control = kafka.settings.topics.control
    for number in range(3):
        kafka.publish(b"%d" % number, topic=control)
    kafka.log(control).expire(2)
    async with serving(kafka, accept, name="two") as process:
        started = process.told.of(SessionStarted)[0]
        assert started.skipped == 2
        assert started.note is not None
        assert "2 offsets of the control log" in started.note
