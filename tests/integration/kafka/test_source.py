"""Does the member of the group behave where the client does not?"""

import asyncio
import time

import pytest
from aiokafka import AIOKafkaConsumer

from consumer.core.record import TopicPartition
from consumer.kafka.connection import consumer_settings
from consumer.kafka.log_reader import LogReader
from consumer.kafka.membership import GroupAssignor, Membership
from consumer.kafka.source import KafkaSource
from consumer.ports import SourceError
from tests.contract.kafka_adapters import KafkaAdapters, settings_for
from tests.contract.listening import Listener, read
from tests.integration.kafka.group import forgotten

pytestmark = pytest.mark.broker


async def joined(adapters: KafkaAdapters) -> tuple[KafkaSource, Listener]:
    source, listener = adapters.source(), Listener()
    assert isinstance(source, KafkaSource)
    await source.start(listener)
    await listener.until(lambda: listener.owned == {0, 1})
    return source, listener


async def test_start_without_kafka_names_the_address_within_its_time() -> None:
    settings = settings_for("127.0.0.1:1", connect_timeout=0.5)
    source = KafkaSource(settings, LogReader(settings.kafka, []))
    with pytest.raises(ConnectionError, match=r"127\.0\.0\.1:1 did not answer within 0\.5 s"):
        await source.start(Listener())
    await source.stop()


async def test_offset_out_of_range_fails_the_poll_and_a_seek_mends_it(
    adapters: KafkaAdapters,
) -> None:
    await adapters.publish(0, b"one")
    source, _ = await joined(adapters)
    place = TopicPartition(adapters.settings.topics.input, 0)
    source.seek(place, 99)
    source.resume(place)
    with pytest.raises(SourceError, match="OffsetOutOfRange"):
        async with asyncio.timeout(5):
            await source.poll([place], max_records=10, timeout_seconds=5)
    source.seek(place, 0)
    assert await read(source, place, 1) == [b"one"]
    assert source._member is not None
    assert source._member.consumer._subscription._fetch_count == 0, (
        "else the poll interval is not kept"
    )


async def test_position_is_unknown_until_it_is_the_runtimes(adapters: KafkaAdapters) -> None:
    """A session of the assignment before must not take the place-holder for its own position."""
    source, listener = await joined(adapters)
    place = TopicPartition(adapters.settings.topics.input, 0)
    assert source.position(place) is None
    source.seek(place, 7)
    assert source.position(place) == 7
    second = adapters.source()
    await second.start(Listener())
    await listener.until(lambda: len(listener.owned) == 1)
    assert [source.position(each) for each in source.owned()] == [None, None]


async def test_source_that_is_not_started_owns_nothing_and_has_no_problems() -> None:
    settings = settings_for("127.0.0.1:1")
    source = KafkaSource(settings, LogReader(settings.kafka, []))
    source.wake()
    assert source.owned() == frozenset()
    assert source.problems() == []
    assert source.position(TopicPartition("t", 0)) is None
    await source.stop()


async def test_poll_keeps_its_time_while_a_rebalance_goes_on(adapters: KafkaAdapters) -> None:
    class Slow(Listener):
        async def revoked(self, partitions: frozenset[int]) -> None:
            await asyncio.sleep(1)
            await super().revoked(partitions)

    first, listener = adapters.source(), Slow()
    await first.start(listener)
    await listener.until(lambda: listener.owned == {0, 1})
    second = adapters.source()
    await second.start(Listener())
    place, longest = TopicPartition(adapters.settings.topics.input, 0), 0.0
    async with asyncio.timeout(10):
        while len(listener.owned) != 1:
            began = time.monotonic()
            await first.poll([place], max_records=10, timeout_seconds=0.2)
            longest = max(longest, time.monotonic() - began)
    assert longest < 0.8


async def test_member_that_the_group_has_forgotten_is_not_confirmed(
    adapters: KafkaAdapters,
) -> None:
    source, listener = await joined(adapters)
    await forgotten(source, adapters)
    assert not await source.confirm_membership(0, timeout_seconds=5)
    await listener.until(lambda: listener.revoked_sets == [{0, 1}])
    await listener.until(lambda: listener.owned == {0, 1})
    assert await source.confirm_membership(0, timeout_seconds=5)


async def test_member_that_is_told_to_rejoin_is_not_confirmed(adapters: KafkaAdapters) -> None:
    class Staying(Listener):
        leave = asyncio.Event()

        async def revoked(self, partitions: frozenset[int]) -> None:
            await super().revoked(partitions)
            await self.leave.wait()

    source, listener = adapters.source(), Staying()
    await source.start(listener)
    await listener.until(lambda: listener.owned == {0, 1})
    await adapters.source().start(Listener())
    await listener.until(lambda: listener.revoked_sets == [{0, 1}])
    assert not await source.confirm_membership(0, timeout_seconds=1)
    listener.leave.set()
    await listener.until(lambda: len(listener.owned) == 1)
    (partition,) = listener.owned
    assert await source.confirm_membership(partition, timeout_seconds=5)


async def test_control_partitions_are_read_by_someone_while_versions_are_mixed(
    adapters: KafkaAdapters,
) -> None:
    topics = adapters.settings.topics
    old = AIOKafkaConsumer(
        **consumer_settings(adapters.settings.kafka),
        partition_assignment_strategy=(GroupAssignor(topics.input),),
    )
    try:
        await old.start()
        olds = Listener()
        old.subscribe([topics.input], listener=Membership(old, olds, topics.input, 5))
        await olds.until(lambda: olds.owned == {0, 1})
        source, listener = adapters.source(), Listener()
        await source.start(listener)
        await listener.until(lambda: len(listener.owned) == 1)
        await olds.until(lambda: len(olds.owned) == 1)
        mine = source.owned()
        assert {place for place in mine if place.topic == topics.control} == {
            TopicPartition(topics.control, 0),
            TopicPartition(topics.control, 1),
        }
        inputs = {tuple(place) for place in (*mine, *old.assignment())}
        assert {(topics.input, 0), (topics.input, 1)} <= inputs
    finally:
        await old.stop()


async def test_static_member_comes_back_without_a_rebalance(broker: str) -> None:
    settings = settings_for(broker)
    async with KafkaAdapters.over(settings) as adapters:
        other, others = adapters.source(), Listener()
        await other.start(others)
        await others.until(lambda: others.owned == {0, 1})
        kafka = settings.kafka.model_copy(update={"static_member_id": "pod-1"})
        adapters.settings = settings.model_copy(update={"kafka": kafka})
        before, listener = adapters.source(), Listener()
        await before.start(listener)
        await others.until(lambda: len(others.owned) == 1)
        await listener.until(lambda: len(listener.owned) == 1)
        owned, rebalances = before.owned(), len(others.revoked_sets)
        await before.stop()
        after, listener = adapters.source(), Listener()
        await after.start(listener)
        await listener.until(lambda: len(listener.owned) == 1)
        assert after.owned() == owned
        assert len(others.revoked_sets) == rebalances


async def test_listener_that_fails_is_a_problem(
    adapters: KafkaAdapters, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Listener):
        def assigned(self, partitions: frozenset[int]) -> None:
            super().assigned(partitions)
            raise ZeroDivisionError("planted")

    source, listener = adapters.source(), Failing()
    await source.start(listener)
    await listener.until(lambda: listener.owned == {0, 1})
    (problem,) = source.problems()
    assert "ZeroDivisionError: planted" in problem


async def test_partition_counts_are_of_all_topics_asked_for(adapters: KafkaAdapters) -> None:
    topics = adapters.settings.topics
    async with LogReader(adapters.settings.kafka, [topics.input, "nobody-made-this"]) as reader:
        assert reader.partition_counts() == {topics.input: 2, "nobody-made-this": None}
