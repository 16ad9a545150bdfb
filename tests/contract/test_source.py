"""Does a source give what was asked for, from where, and only while it is ours?"""

import asyncio

import pytest

from consumer.core.record import TopicPartition
from consumer.ports import LogBounds, Source
from tests.contract.adapters import Adapters
from tests.contract.listening import PATIENCE_SECONDS, Listener, read


async def joined(adapters: Adapters) -> tuple[Source, Listener]:
    """Return a source that owns both input partitions."""
    source, listener = adapters.source(), Listener()
    await source.start(listener)
    await listener.until(lambda: listener.owned == {0, 1})
    return source, listener


@pytest.fixture
def place(adapters: Adapters) -> TopicPartition:
    return TopicPartition(adapters.settings.topics.input, 0)


async def test_input_and_control_partitions_are_owned_and_well(adapters: Adapters) -> None:
    source, _ = await joined(adapters)
    topics = adapters.settings.topics
    assert source.owned() == {
        TopicPartition(topic, number)
        for topic in (topics.input, topics.control)
        for number in (0, 1)
    }
    assert source.problems() == []


async def test_nothing_is_read_before_it_is_resumed(
    adapters: Adapters, place: TopicPartition
) -> None:
    await adapters.publish(0, b"one", b"two")
    source, _ = await joined(adapters)
    assert await source.poll([place], max_records=10, timeout_seconds=0.4) == {}
    source.seek(place, 1)
    source.resume(place)
    assert await read(source, place, 1) == [b"two"]


async def test_unwanted_partition_keeps_its_records(
    adapters: Adapters, place: TopicPartition
) -> None:
    other = TopicPartition(place.topic, 1)
    await adapters.publish(0, b"zero")
    await adapters.publish(1, b"one")
    source, _ = await joined(adapters)
    for each in (place, other):
        source.seek(each, 0)
        source.resume(each)
    assert await read(source, other, 1) == [b"one"]
    assert source.position(place) == 0
    assert await source.poll([], max_records=10, timeout_seconds=0) == {}
    assert await read(source, place, 1) == [b"zero"]


async def test_poll_gives_no_more_than_it_was_asked_for(
    adapters: Adapters, place: TopicPartition
) -> None:
    await adapters.publish(0, *(b"%d" % number for number in range(5)))
    source, _ = await joined(adapters)
    source.seek(place, 0)
    source.resume(place)
    values: list[bytes | None] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(values) < 5:
            records = await source.poll([place], max_records=2, timeout_seconds=0.5)
            assert len(records.get(place, ())) <= 2
            values += [record.value for record in records.get(place, ())]
    assert values == [b"0", b"1", b"2", b"3", b"4"]


async def test_seek_back_reads_again(adapters: Adapters, place: TopicPartition) -> None:
    await adapters.publish(0, b"one", b"two")
    source, _ = await joined(adapters)
    source.seek(place, 0)
    source.resume(place)
    assert await read(source, place, 2) == [b"one", b"two"]
    source.seek(place, 0)
    assert source.position(place) == 0
    assert await read(source, place, 2) == [b"one", b"two"]


async def test_wake_ends_a_poll_that_waits(adapters: Adapters, place: TopicPartition) -> None:
    source, _ = await joined(adapters)
    polling = asyncio.ensure_future(source.poll([place], max_records=10, timeout_seconds=60))
    done, _ = await asyncio.wait([polling], timeout=0.2)
    assert not done
    source.wake()
    async with asyncio.timeout(2):
        assert await polling == {}


async def test_wake_before_a_poll_is_not_lost(adapters: Adapters) -> None:
    source, _ = await joined(adapters)
    source.wake()
    async with asyncio.timeout(2):
        assert await source.poll([], max_records=10, timeout_seconds=60) == {}


async def test_arriving_record_ends_a_poll_that_waits(
    adapters: Adapters, place: TopicPartition
) -> None:
    source, _ = await joined(adapters)
    source.seek(place, 0)
    source.resume(place)
    polling = asyncio.ensure_future(source.poll([place], max_records=10, timeout_seconds=60))
    await adapters.publish(0, b"late")
    async with asyncio.timeout(5):
        assert [record.value for record in (await polling)[place]] == [b"late"]


async def test_position_passes_markers_and_aborted_records(
    adapters: Adapters, place: TopicPartition
) -> None:
    await adapters.publish(0, b"one")
    await adapters.publish_aborted(place.topic, 0, b"never", b"never")
    source, _ = await joined(adapters)
    source.seek(place, 0)
    source.resume(place)
    values: list[bytes | None] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while source.position(place) != 4:
            records = await source.poll([place], max_records=10, timeout_seconds=0.2)
            values += [record.value for record in records.get(place, ())]
    assert values == [b"one"]
    assert source.high_watermark(place) == 4


async def test_bounds_committed_and_timestamp_are_answered(
    adapters: Adapters, place: TopicPartition
) -> None:
    await adapters.publish(0, b"one", b"two")
    source, _ = await joined(adapters)
    source.seek(place, 1)
    source.resume(place)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (records := await source.poll([place], max_records=1, timeout_seconds=1)):
            pass
    assert await source.timestamp_of(place, 1) == records[place][0].timestamp
    assert await source.timestamp_of(place, 2) is None
    assert await source.bounds(place) == LogBounds(0, 2)
    assert await source.committed(place) is None


async def test_bounds_see_past_an_open_transaction(
    adapters: Adapters, place: TopicPartition
) -> None:
    source, _ = await joined(adapters)
    async with adapters.open_transaction(place.topic, 0, b"open"):
        assert await source.bounds(place) == LogBounds(0, 1)


async def test_timestamp_at_a_marker_is_none(adapters: Adapters, place: TopicPartition) -> None:
    await adapters.publish_aborted(place.topic, 0, b"never")
    source, _ = await joined(adapters)
    assert await source.bounds(place) == LogBounds(0, 2)
    assert await source.timestamp_of(place, 1) is None


async def test_living_member_is_confirmed_and_a_partition_of_nobody_is_not(
    adapters: Adapters,
) -> None:
    source, _ = await joined(adapters)
    assert await source.confirm_membership(0, timeout_seconds=5)
    assert not await source.confirm_membership(99, timeout_seconds=5)


async def test_second_member_shares_the_partitions(adapters: Adapters) -> None:
    first, first_listener = await joined(adapters)
    second, second_listener = adapters.source(), Listener()
    await second.start(second_listener)
    await second_listener.until(lambda: len(second_listener.owned) == 1)
    await first_listener.until(lambda: len(first_listener.owned) == 1)
    assert first_listener.owned | second_listener.owned == {0, 1}
    assert first_listener.revoked_sets == [{0, 1}]
    topics = adapters.settings.topics
    for source, listener in ((first, first_listener), (second, second_listener)):
        assert source.owned() == {
            TopicPartition(topic, number)
            for topic in (topics.input, topics.control)
            for number in listener.owned
        }
    await second.stop()
    await first_listener.until(lambda: first_listener.owned == {0, 1})
