"""Is a commit all or nothing, and known to be?"""

import pytest

from consumer.core.record import TopicPartition
from consumer.ports import (
    CommitBatch,
    OutputRecord,
    ProducerFencedError,
    RefusedError,
    SessionLostError,
)
from tests.contract.adapters import Adapters


def a_batch(adapters: Adapters, *, name: bytes = b"one", offset: int = 1) -> CommitBatch:
    topics = adapters.settings.topics
    return CommitBatch(
        results=[OutputRecord(b"key", b"result " + name)],
        letters=[OutputRecord(b"key", b"letter " + name, [("everonce-dlq-code", b"TIMEOUT")])],
        entries=[OutputRecord(name, b"entry " + name), OutputRecord(b"progress", b"{}")],
        audits=[OutputRecord(b"act", b"audit " + name)],
        homeward=[(1, OutputRecord(None, b"home " + name, [("everonce-act", b"{}")]))],
        offsets={TopicPartition(topics.input, 0): offset, TopicPartition(topics.control, 0): 0},
    )


async def nothing_is_visible(adapters: Adapters) -> bool:
    seen = [*await adapters.visible("results", 0), *await adapters.visible("state", 0)]
    seen += [*await adapters.visible("audit", 0), *await adapters.visible("control", 1)]
    offset = await adapters.committed(TopicPartition(adapters.settings.topics.input, 0))
    return not seen and offset is None


async def test_commit_makes_results_letters_entries_and_offsets_visible(adapters: Adapters) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    await writer.commit(a_batch(adapters, offset=7))
    assert await adapters.visible("results", 0) == [b"result one"]
    assert await adapters.visible("dlq", 0) == [b"letter one"]
    assert await adapters.visible("state", 0) == [b"entry one", b"{}"]
    assert await adapters.committed(TopicPartition(adapters.settings.topics.input, 0)) == 7
    assert await adapters.committed(TopicPartition(adapters.settings.topics.control, 0)) == 0
    assert await adapters.visible("results", 1) == []


async def test_commit_makes_audits_and_what_goes_to_other_partitions_visible_too(
    adapters: Adapters,
) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    await writer.commit(a_batch(adapters))
    batch = a_batch(adapters, name=b"two")
    batch.homeward += [(0, OutputRecord(b"k", b"own")), (1, OutputRecord(b"k", b"third"))]
    await writer.commit(batch)
    assert await adapters.visible("audit", 0) == [b"audit one", b"audit two"]
    assert await adapters.visible("control", 0) == [b"own"]
    assert await adapters.visible("control", 1) == [b"home one", b"home two", b"third"]


async def test_receipt_names_the_offset_after_the_last_entry(adapters: Adapters) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    first = await writer.commit(a_batch(adapters))
    second = await writer.commit(a_batch(adapters, name=b"two"))
    start, end = await adapters.state_log.bounds(0)
    assert first.state_offset == 2
    assert second.state_offset == end - 1, "the marker of the commit follows"
    assert start == 0


async def test_commit_without_entries_has_no_state_offset(adapters: Adapters) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    receipt = await writer.commit(CommitBatch(results=[OutputRecord(None, b"alone")]))
    assert receipt.state_offset is None
    assert await adapters.visible("results", 0) == [b"alone"]


async def test_commit_larger_than_one_batch_arrives_whole_and_in_order(adapters: Adapters) -> None:
    values = [b"%05d" % number + b"x" * 1000 for number in range(1500)]
    writer = adapters.writer(1)
    await writer.fence()
    receipt = await writer.commit(
        CommitBatch(
            results=[OutputRecord(b"key", value) for value in values],
            entries=[OutputRecord(value[:5], value) for value in values],
        )
    )
    assert await adapters.visible("results", 1) == values
    assert await adapters.visible("state", 1) == values
    assert receipt.state_offset == len(values)


async def test_record_that_is_too_large_is_refused_and_nothing_is_visible(
    adapters: Adapters,
) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    batch = a_batch(adapters)
    batch.letters.append(OutputRecord(b"key", b"x" * 40_000_000))
    with pytest.raises(RefusedError, match=r"40000\d+ bytes.*max.message.bytes") as refusal:
        await writer.commit(batch)
    assert refusal.value.role == "dlq"
    assert await nothing_is_visible(adapters)


async def test_record_that_the_broker_refuses_makes_nothing_visible(adapters: Adapters) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    batch = a_batch(adapters)
    batch.entries.append(OutputRecord(None, b"without a key, to a compacted topic"))
    with pytest.raises(RefusedError) as refusal:
        await writer.commit(batch)
    assert refusal.value.role == "state"
    assert await nothing_is_visible(adapters)


async def test_writer_is_spent_after_an_error(adapters: Adapters) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    with pytest.raises(RefusedError):
        await writer.commit(CommitBatch(entries=[OutputRecord(None, b"no key")]))
    with pytest.raises(SessionLostError, match="spent"):
        await writer.commit(a_batch(adapters))
    assert await nothing_is_visible(adapters)


async def test_next_writer_goes_on_after_a_refusal(adapters: Adapters) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    with pytest.raises(RefusedError):
        await writer.commit(CommitBatch(entries=[OutputRecord(None, b"no key")]))
    await writer.close()
    successor = adapters.writer(0)
    await successor.fence()
    await successor.commit(a_batch(adapters))
    assert await adapters.visible("state", 0) == [b"entry one", b"{}"]


async def test_fenced_writer_makes_nothing_visible(adapters: Adapters) -> None:
    zombie, owner = adapters.writer(0), adapters.writer(0)
    await zombie.fence()
    await owner.fence()
    with pytest.raises(ProducerFencedError):
        await zombie.commit(a_batch(adapters, offset=9))
    assert await nothing_is_visible(adapters)
    await owner.commit(a_batch(adapters, name=b"owner", offset=3))
    assert await adapters.visible("results", 0) == [b"result owner"]
    assert await adapters.committed(TopicPartition(adapters.settings.topics.input, 0)) == 3


async def test_writers_of_other_partitions_are_not_fenced(adapters: Adapters) -> None:
    first, second = adapters.writer(0), adapters.writer(1)
    await first.fence()
    await second.fence()
    await first.commit(a_batch(adapters))
    assert await adapters.visible("results", 0) == [b"result one"]


async def test_closing_twice_or_unstarted_is_quiet(adapters: Adapters) -> None:
    writer = adapters.writer(0)
    await writer.close()
    await writer.close()
    with pytest.raises(SessionLostError, match="closed"):
        await writer.commit(a_batch(adapters))
