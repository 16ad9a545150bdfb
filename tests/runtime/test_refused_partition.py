"""What happens to a partition that must not be read before an operator says so?"""

from dataclasses import replace

from consumer.core.progress import encode_progress
from consumer.core.record import TopicPartition
from consumer.core.session_facts import PartitionRefused
from consumer.ports import CommitBatch, OutputRecord
from tests.builders import a_progress, a_registry, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.kafka import MemoryKafka
from tests.fakes.process import MemoryProcess
from tests.fakes.writer import MemoryWriter
from tests.runtime.staging import a_cluster, accept, answered, at_rest, serving

INPUT = TopicPartition("workflow-events", 0)


async def write_state(kafka: MemoryKafka, key: bytes, value: bytes) -> None:
    """Do what a command does: fence, and write one record of the state topic."""
    writer = MemoryWriter(kafka, 0)
    await writer.fence()
    await writer.commit(CommitBatch(entries=[OutputRecord(key, value)]))


async def test_refusal_is_said_once_with_its_command_and_the_others_go_on() -> None:
    kafka = a_cluster(partitions=2)
    kafka.set_committed(INPUT, 1)
    for partition in (0, 1):
        kafka.publish(event_bytes(f"{partition}"), partition=partition)
    async with MemoryProcess(kafka, a_registry(accept)).running() as process:
        await eventually(lambda: at_rest(kafka, 1))
        await pass_time(100)
        (refused,) = process.told.of(PartitionRefused)
        assert refused.rule == "ledger_missing"
        assert refused.command == "everonce ledger adopt --partition 0"
        status = process.supervisor.status()
        assert status.partitions[0].state == "refused"
        assert any("workflow-events/0 is refused" in problem for problem in status.problems)
    assert answered(kafka, 0) == []


async def test_accepted_partition_is_read_without_a_restart_and_is_no_problem_any_more() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("settled elsewhere"))
    kafka.publish(event_bytes("one"))
    kafka.set_committed(INPUT, 1)
    async with MemoryProcess(kafka, a_registry(accept)).running() as process:
        await eventually(lambda: process.told.of(PartitionRefused))
        adopted = a_progress(next_input=1, last_offset=None, last_timestamp=None)
        await write_state(kafka, b"progress", encode_progress(adopted))
        await eventually(lambda: at_rest(kafka))
        assert process.supervisor.status().problems == []
    assert answered(kafka) == [("one", "success")]


async def test_recreated_input_topic_is_refused() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    kafka.input().truncate()
    kafka.set_committed(INPUT, None)
    kafka.clock.skew = 3600
    kafka.publish(event_bytes("another log"))
    async with MemoryProcess(kafka, a_registry(accept)).running() as process:
        await eventually(lambda: process.told.of(PartitionRefused))
    assert process.told.of(PartitionRefused)[0].rule == "topic_recreated"


async def test_expired_group_offsets_are_replaced_by_progress() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    kafka.set_committed(INPUT, None)
    kafka.publish(event_bytes("two"))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    assert [event_id for event_id, _ in answered(kafka)] == ["one", "two"]


async def test_newer_ledger_is_not_touched() -> None:
    kafka = a_cluster()
    await write_state(kafka, b"e:one", b'{"v": 99}')
    before = kafka.output("state").end
    async with MemoryProcess(kafka, a_registry(accept)).running() as process:
        await eventually(lambda: process.told.of(PartitionRefused))
        await pass_time(100)
    assert process.told.of(PartitionRefused)[0].rule == "newer_ledger"
    assert kafka.output("state").end == before


async def test_newer_progress_is_not_touched() -> None:
    kafka = a_cluster()
    newer = encode_progress(replace(a_progress(), epoch=7)).replace(
        b'"min_reader":1', b'"min_reader":9'
    )
    await write_state(kafka, b"progress", newer)
    async with MemoryProcess(kafka, a_registry(accept)).running() as process:
        await eventually(lambda: process.told.of(PartitionRefused))
    assert "version 9" in process.told.of(PartitionRefused)[0].message
