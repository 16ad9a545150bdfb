"""Does at_least_once write in its order, and refuse a member that is none?"""

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
from aiokafka.errors import CommitFailedError

from consumer.core.record import TopicPartition
from consumer.kafka.batches import Outputs
from consumer.kafka.idempotent import IdempotentWriter
from consumer.kafka.source import KafkaSource
from consumer.ports import CommitBatch, OutputRecord, ProducerFencedError, RefusedError
from tests.contract.kafka_adapters import KafkaAdapters
from tests.contract.listening import Listener
from tests.integration.kafka.group import forgotten

pytestmark = pytest.mark.broker


@pytest.fixture
async def source(adapters: KafkaAdapters) -> KafkaSource:
    source, listener = adapters.source(), Listener()
    assert isinstance(source, KafkaSource)
    await source.start(listener)
    await listener.until(lambda: listener.owned == {0, 1})
    return source


@pytest.fixture
async def writer(adapters: KafkaAdapters, source: KafkaSource) -> AsyncIterator[IdempotentWriter]:
    outputs = Outputs.of(adapters.settings.topics, {}, "none")
    writer = IdempotentWriter(adapters.settings, outputs, 0, source.commit_offsets)
    await writer.fence()
    yield writer
    await writer.close()


def a_batch(adapters: KafkaAdapters) -> CommitBatch:
    return CommitBatch(
        results=[OutputRecord(b"k", b"result")],
        letters=[OutputRecord(b"k", b"letter")],
        entries=[OutputRecord(b"k", b"entry")],
        offsets={TopicPartition(adapters.settings.topics.input, 0): 4},
    )


async def test_commit_writes_everything_and_the_offset(
    adapters: KafkaAdapters, writer: IdempotentWriter
) -> None:
    receipt = await writer.commit(a_batch(adapters))
    assert receipt.state_offset == 1
    assert await adapters.visible("results", 0) == [b"result"]
    assert await adapters.visible("dlq", 0) == [b"letter"]
    assert await adapters.visible("state", 0) == [b"entry"]
    assert await adapters.committed(TopicPartition(adapters.settings.topics.input, 0)) == 4


async def test_offset_is_committed_after_the_entries_are_there(adapters: KafkaAdapters) -> None:
    seen = []

    async def look(_: Mapping[TopicPartition, int]) -> None:
        seen.append(list(await adapters.visible("state", 0)))

    outputs = Outputs.of(adapters.settings.topics, {}, "none")
    writer = IdempotentWriter(adapters.settings, outputs, 0, look)
    try:
        await writer.fence()
        await writer.commit(a_batch(adapters))
    finally:
        await writer.close()
    assert seen == [[b"entry"]]


async def test_refused_letter_keeps_entries_and_offset_back(
    adapters: KafkaAdapters, writer: IdempotentWriter
) -> None:
    batch = a_batch(adapters)
    batch.letters.append(OutputRecord(b"k", b"x" * 20_000_000))
    with pytest.raises(RefusedError) as refusal:
        await writer.commit(batch)
    assert refusal.value.role == "dlq"
    assert await adapters.visible("state", 0) == []
    assert await adapters.committed(TopicPartition(adapters.settings.topics.input, 0)) is None


async def test_whoever_is_forgotten_cannot_commit_to_the_group_that_is_empty_now(
    adapters: KafkaAdapters,
) -> None:
    class Staying(Listener):
        leave = asyncio.Event()

        async def revoked(self, partitions: frozenset[int]) -> None:
            await super().revoked(partitions)
            await self.leave.wait()

    source, listener = adapters.source(), Staying()
    assert isinstance(source, KafkaSource)
    await source.start(listener)
    await listener.until(lambda: listener.owned == {0, 1})
    await forgotten(source, adapters)
    await listener.until(lambda: listener.revoked_sets == [{0, 1}])
    place = TopicPartition(adapters.settings.topics.input, 0)
    with pytest.raises(CommitFailedError):
        await source.commit_offsets({place: 4})
    assert await adapters.committed(place) is None
    listener.leave.set()


async def test_whoever_left_the_group_cannot_commit(
    adapters: KafkaAdapters, source: KafkaSource, writer: IdempotentWriter
) -> None:
    await source.stop()
    with pytest.raises(ProducerFencedError):
        async with asyncio.timeout(5):
            await writer.commit(a_batch(adapters))
    assert await adapters.committed(TopicPartition(adapters.settings.topics.input, 0)) is None
