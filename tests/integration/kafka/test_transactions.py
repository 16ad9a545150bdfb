"""Is a group commit one transaction, whatever happens in the middle of it?"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import pytest

from config.settings import Settings
from consumer.core.record import TopicPartition
from consumer.kafka.batches import Outputs
from consumer.kafka.transactions import TransactionalWriter, transactional_id
from consumer.ports import (
    CommitBatch,
    OutputRecord,
    ProducerFencedError,
    RefusedError,
    SessionLostError,
)
from tests.contract.kafka_adapters import KafkaAdapters

pytestmark = pytest.mark.broker

Deed = Callable[[], Awaitable[object]]
Writer = TypeVar("Writer", bound=TransactionalWriter)


class SteppedWriter(TransactionalWriter):
    """Does something of the test's before its commit ends."""

    before_end: Deed | None = None

    async def _end(self) -> None:
        if self.before_end is not None:
            await self.before_end()
        await super()._end()


@contextlib.asynccontextmanager
async def fenced(kind: type[Writer], adapters: KafkaAdapters) -> AsyncIterator[Writer]:
    settings = adapters.settings
    writer = kind(settings, Outputs.of(settings.topics, {}, "none"), 0)
    try:
        await writer.fence()
        yield writer
    finally:
        await writer.close()


def a_batch(adapters: KafkaAdapters, *, offset: int = 5) -> CommitBatch:
    return CommitBatch(
        results=[OutputRecord(b"k", b"result")],
        letters=[OutputRecord(b"k", b"letter")],
        entries=[OutputRecord(b"k", b"entry")],
        offsets={TopicPartition(adapters.settings.topics.input, 0): offset},
    )


async def visible(adapters: KafkaAdapters) -> tuple[int, int, int, int | None]:
    """Return how many results, letters and entries can be read, and the group's offset."""
    return (
        len(await adapters.visible("results", 0)),
        len(await adapters.visible("dlq", 0)),
        len(await adapters.visible("state", 0)),
        await adapters.committed(TopicPartition(adapters.settings.topics.input, 0)),
    )


def test_transactional_id_never_changes() -> None:
    """Another id would fence nobody: the owners before us could still commit."""
    assert transactional_id(Settings(), "3") == "everonce:everonce:workflow-events:3"


async def test_nothing_is_visible_before_the_end_and_all_of_it_after(
    adapters: KafkaAdapters,
) -> None:
    seen = []

    async def look() -> None:
        seen.append(await visible(adapters))

    async with fenced(SteppedWriter, adapters) as writer:
        writer.before_end = look
        await writer.commit(a_batch(adapters))
    assert seen == [(0, 0, 0, None)]
    assert await visible(adapters) == (1, 1, 1, 5)


async def test_batch_that_the_broker_refuses_never_commits_the_rest(
    adapters: KafkaAdapters,
) -> None:
    ends = []

    async def note() -> None:
        ends.append(True)

    batch = a_batch(adapters)
    batch.letters.append(OutputRecord(b"k", b"x" * 20_000_000))
    async with fenced(SteppedWriter, adapters) as writer:
        writer.before_end = note
        with pytest.raises(RefusedError) as refusal:
            await writer.commit(batch)
    assert refusal.value.role == "dlq"
    assert ends == []
    assert await visible(adapters) == (0, 0, 0, None)


async def test_owner_that_loses_its_place_before_the_end_commits_nothing(
    adapters: KafkaAdapters,
) -> None:
    async with (
        fenced(SteppedWriter, adapters) as zombie,
        contextlib.AsyncExitStack() as stack,
    ):

        async def take_over() -> None:
            await stack.enter_async_context(fenced(TransactionalWriter, adapters))

        zombie.before_end = take_over
        with pytest.raises(ProducerFencedError):
            await zombie.commit(a_batch(adapters))
        assert await visible(adapters) == (0, 0, 0, None)


async def test_cancelled_commit_leaves_nothing_running(adapters: KafkaAdapters) -> None:
    reached = asyncio.Event()

    async def stay() -> None:
        reached.set()
        await asyncio.Event().wait()

    async with fenced(SteppedWriter, adapters) as writer:
        writer.before_end = stay
        committing = asyncio.ensure_future(writer.commit(a_batch(adapters)))
        await reached.wait()
        committing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await committing
        with pytest.raises(SessionLostError, match="spent"):
            await writer.commit(a_batch(adapters))
    async with fenced(TransactionalWriter, adapters):
        assert await visible(adapters) == (0, 0, 0, None)


async def test_writers_of_all_partitions_commit_at_the_same_time(adapters: KafkaAdapters) -> None:
    writers = [adapters.writer(partition) for partition in (0, 1)]
    await asyncio.gather(*(writer.fence() for writer in writers))

    async def commit(number: int) -> None:
        for each in range(10):
            entry = OutputRecord(b"%d" % each, b"%d" % each)
            await writers[number].commit(CommitBatch(entries=[entry]))

    await asyncio.gather(commit(0), commit(1))
    expected = [b"%d" % each for each in range(10)]
    assert await adapters.visible("state", 0) == expected
    assert await adapters.visible("state", 1) == expected
