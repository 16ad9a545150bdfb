"""Does a restore read everything that is committed, and know when it has?"""

import asyncio
import contextlib

from consumer.ports import CommitBatch, OutputRecord
from tests.contract.adapters import Adapters


async def committed(adapters: Adapters, *values: bytes) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    for value in values:
        await writer.commit(CommitBatch(entries=[OutputRecord(value, value)]))
    await writer.close()


async def restored(adapters: Adapters, start: int, end: int) -> list[bytes | None]:
    values = []
    async with asyncio.timeout(10):
        async for records in adapters.state_log.read(0, start, end):
            values += [record.value for record in records]
    return values


async def test_empty_log_has_nothing_to_read(adapters: Adapters) -> None:
    assert await adapters.state_log.bounds(0) == (0, 0)
    assert await restored(adapters, 0, 0) == []


async def test_read_ends_behind_the_marker_of_the_last_commit(adapters: Adapters) -> None:
    await committed(adapters, b"one", b"two")
    start, end = await adapters.state_log.bounds(0)
    assert (start, end) == (0, 4), "two entries and two markers"
    assert await restored(adapters, start, end) == [b"one", b"two"]


async def test_read_ends_behind_a_trailing_aborted_transaction(adapters: Adapters) -> None:
    await committed(adapters, b"one")
    await adapters.publish_aborted(adapters.settings.topics.state, 0, b"never", b"never")
    start, end = await adapters.state_log.bounds(0)
    assert end == 5
    assert await restored(adapters, start, end) == [b"one"]


async def test_log_with_nothing_but_an_aborted_transaction_is_read_to_its_end(
    adapters: Adapters,
) -> None:
    await adapters.publish_aborted(adapters.settings.topics.state, 0, b"never")
    assert await restored(adapters, 0, 2) == []


async def test_read_passes_over_aborted_records_between_entries(adapters: Adapters) -> None:
    await adapters.publish_aborted(adapters.settings.topics.state, 0, b"never")
    await committed(adapters, b"one")
    await adapters.publish_aborted(adapters.settings.topics.state, 0, b"never")
    await committed(adapters, b"two")
    start, end = await adapters.state_log.bounds(0)
    assert await restored(adapters, start, end) == [b"one", b"two"]


async def test_read_starts_and_ends_where_it_is_told_to(adapters: Adapters) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    entries = [OutputRecord(b"%d" % number, b"%d" % number) for number in range(6)]
    await writer.commit(CommitBatch(entries=entries))
    assert await restored(adapters, 2, 5) == [b"2", b"3", b"4"]


async def test_open_transaction_of_a_stranger_does_not_hide_the_high_watermark(
    adapters: Adapters,
) -> None:
    topic = adapters.settings.topics.state
    async with adapters.open_transaction(topic, 0, b"stranger"):
        await committed(adapters, b"ours")
        assert await adapters.state_log.bounds(0) == (0, 3)


async def test_read_waits_for_what_an_open_transaction_hides(adapters: Adapters) -> None:
    topic = adapters.settings.topics.state
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(adapters.open_transaction(topic, 0, b"stranger"))
        await committed(adapters, b"ours")
        start, end = await adapters.state_log.bounds(0)
        reading = asyncio.ensure_future(restored(adapters, start, end))
        done, _ = await asyncio.wait([reading], timeout=0.5)
        assert not done
        await stack.aclose()
        assert await reading == [b"ours"]


async def test_reading_several_partitions_at_once_keeps_them_apart(adapters: Adapters) -> None:
    writers = [adapters.writer(partition) for partition in (0, 1)]
    for number, writer in enumerate(writers):
        await writer.fence()
        await writer.commit(CommitBatch(entries=[OutputRecord(b"key", b"%d" % number)]))

    async def values(partition: int) -> list[bytes | None]:
        start, end = await adapters.state_log.bounds(partition)
        reading = adapters.state_log.read(partition, start, end)
        return [record.value async for records in reading for record in records]

    first, second = await asyncio.gather(values(0), values(1))
    assert (first, second) == ([b"0"], [b"1"])
