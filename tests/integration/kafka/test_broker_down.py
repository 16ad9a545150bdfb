"""Is every wait bounded when the broker is silent or gone, and is nothing left behind?

A stopped process is the hard case: its connections stay open and nothing answers.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consumer.core.record import TopicPartition
from consumer.embedded import EmbeddedKafka
from consumer.ports import CommitBatch, OutputRecord, SessionLostError
from tests.contract.kafka_adapters import KafkaAdapters, settings_for
from tests.contract.listening import Listener

pytestmark = pytest.mark.broker

DEADLINE_SECONDS = 1.0


@pytest.fixture
async def adapters(
    guarded: EmbeddedKafka, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[KafkaAdapters]:
    monkeypatch.setattr("consumer.kafka.source._STOP_SECONDS", 1.0)
    settings = settings_for(guarded.bootstrap_servers, connect_timeout=4, request_timeout=4)
    settings = settings.model_copy(
        update={"commit": settings.commit.model_copy(update={"deadline": DEADLINE_SECONDS})}
    )
    async with KafkaAdapters.over(settings) as made:
        yield made


@pytest.fixture
async def silence(guarded: EmbeddedKafka, adapters: KafkaAdapters) -> AsyncIterator["Silence"]:
    silence = Silence(guarded)
    yield silence
    silence.end()


class Silence:
    """A broker that takes connections and answers nothing."""

    def __init__(self, kafka: EmbeddedKafka) -> None:
        self._pid = kafka.node_pid(0)

    def begin(self) -> None:
        """Return when none of its threads runs any more: the signal only asks for it."""
        os.kill(self._pid, signal.SIGSTOP)
        ends_at = time.monotonic() + 5
        while any(state != "T" for state in self._states()):
            assert time.monotonic() < ends_at
            time.sleep(0.001)

    def end(self) -> None:
        os.kill(self._pid, signal.SIGCONT)

    def _states(self) -> list[str]:
        threads = Path(f"/proc/{self._pid}/task").glob("*/stat")
        return [each.read_text().rpartition(")")[2].split()[0] for each in threads]


def a_batch(adapters: KafkaAdapters) -> CommitBatch:
    entries = [OutputRecord(b"%d" % number, b"x" * 1000) for number in range(1000)]
    place = TopicPartition(adapters.settings.topics.input, 0)
    return CommitBatch(entries=entries, results=entries, offsets={place: 1})


async def test_commit_ends_at_its_deadline_and_the_writer_is_closed_at_once(
    adapters: KafkaAdapters, silence: Silence
) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    await writer.commit(a_batch(adapters))
    silence.begin()
    began = time.monotonic()
    with pytest.raises(SessionLostError) as lost:
        await writer.commit(a_batch(adapters))
    assert lost.value.reason == "deadline"
    assert time.monotonic() - began < DEADLINE_SECONDS + 1
    began = time.monotonic()
    await writer.close()
    assert time.monotonic() - began < 3


async def test_successor_of_a_silent_time_finds_out_what_was_committed(
    adapters: KafkaAdapters, silence: Silence
) -> None:
    writer = adapters.writer(0)
    await writer.fence()
    silence.begin()
    with pytest.raises(SessionLostError):
        await writer.commit(a_batch(adapters))
    await writer.close()
    silence.end()
    successor = adapters.writer(0)
    await successor.fence()
    entries = await adapters.visible("state", 0)
    assert len(entries) in (0, 1000), "all or nothing"
    assert len(await adapters.visible("results", 0)) == len(entries)
    offset = await adapters.committed(TopicPartition(adapters.settings.topics.input, 0))
    assert offset == (1 if entries else None)


async def test_member_of_a_silent_group_stops_within_its_bound(
    adapters: KafkaAdapters, silence: Silence
) -> None:
    source, listener = adapters.source(), Listener()
    await source.start(listener)
    await listener.until(lambda: listener.owned == {0, 1})
    silence.begin()
    assert not await source.confirm_membership(0, timeout_seconds=0.5)
    polled = await source.poll([], max_records=1, timeout_seconds=0.1)
    assert polled == {}
    began = time.monotonic()
    await source.stop()
    assert time.monotonic() - began < 5


async def test_questions_to_a_silent_broker_are_bounded(
    adapters: KafkaAdapters, silence: Silence
) -> None:
    place = TopicPartition(adapters.settings.topics.input, 0)
    source, listener = adapters.source(), Listener()
    await source.start(listener)
    await listener.until(lambda: listener.owned == {0, 1})
    silence.begin()
    async with asyncio.timeout(6):
        answers = await asyncio.gather(
            source.bounds(place),
            source.committed(place),
            source.timestamp_of(place, 0),
            adapters.state_log.bounds(0),
            return_exceptions=True,
        )
    assert [type(answer) for answer in answers] == [SessionLostError] * 4


async def test_fence_without_a_broker_is_given_up_in_time_and_works_when_it_is_back(
    adapters: KafkaAdapters, guarded: EmbeddedKafka
) -> None:
    idle, writer = adapters.writer(0), adapters.writer(1)
    await idle.fence()
    await idle.commit(a_batch(adapters))
    await asyncio.to_thread(guarded.kill_node, 0)
    try:
        began = time.monotonic()
        with pytest.raises(SessionLostError) as lost:
            await writer.fence()
        assert lost.value.reason == "setup_failed"
        assert 3 < time.monotonic() - began < 6
        with pytest.raises(SessionLostError):
            await idle.commit(a_batch(adapters))
        for each in (idle, writer):
            began = time.monotonic()
            await each.close()
            assert time.monotonic() - began < 2
    finally:
        await asyncio.to_thread(guarded.start_node, 0)
    successor = adapters.writer(1)
    await successor.fence()
    await successor.commit(CommitBatch(results=[OutputRecord(b"k", b"back")]))
    assert await adapters.visible("results", 1) == [b"back"]
