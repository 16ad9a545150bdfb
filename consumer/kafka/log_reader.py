"""Where does a log start and end, when was a record written, and how many partitions are there?

Asked without a group and read_uncommitted: the end is the high watermark.  The read_committed end
may lie before our own committed records, where another producer's transaction is open.
"""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import aclosing
from typing import Self

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition as ClientPartition

from config.settings import KafkaSettings
from consumer.core.record import TopicPartition
from consumer.kafka.connection import reader_settings, started
from consumer.kafka.ending import end_consumer
from consumer.kafka.errors import CLIENT_ERRORS, session_lost
from consumer.kafka.portions import Stretch, portions
from consumer.ports import LogBounds

_END_SECONDS = 2.0
_ONE_RECORD_BYTES = 64 * 1024  # a larger batch comes whole all the same


class LogReader:
    """Questions about logs, on one connection per broker.

    Args:
        kafka: Where the brokers are, and how long they may take to answer.
        topics: The topics whose partitions are counted.
    """

    def __init__(self, kafka: KafkaSettings, topics: Collection[str]) -> None:
        self._kafka = kafka
        self._topics = tuple(topics)
        self._consumer: AIOKafkaConsumer | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Connect.

        Raises:
            ConnectionError: Kafka did not answer within kafka.connect_timeout.
        """
        consumer = AIOKafkaConsumer(**reader_settings(self._kafka, "read_uncommitted"))
        try:
            await started(consumer.start, self._kafka)
            async with asyncio.timeout(self._kafka.connect_timeout):
                await consumer._client.set_topics(self._topics)  # noqa: SLF001
        except BaseException:
            await end_consumer(consumer, _END_SECONDS)
            raise
        self._consumer = consumer

    async def stop(self) -> None:
        """Let go of every connection; never raises."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await end_consumer(consumer, _END_SECONDS)

    async def bounds(self, place: TopicPartition) -> LogBounds:
        """Return the log's start and its high watermark.

        Raises:
            SessionLostError: No answer within the request timeout.
        """
        there = ClientPartition(*place)
        try:
            async with asyncio.timeout(self._kafka.request_timeout):
                start = (await self._open().beginning_offsets([there]))[there]
                end = (await self._open().end_offsets([there]))[there]
        except CLIENT_ERRORS as error:
            raise session_lost(
                error, "setup_failed", f"asking for the bounds of {place}"
            ) from error
        return LogBounds(start, end)

    async def high_watermarks(
        self, places: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]:
        """Return the end of every log; waits for leaders that are being elected.

        Raises:
            SessionLostError: No answer within the request timeout.
        """
        there = [ClientPartition(*place) for place in places]
        try:
            async with asyncio.timeout(self._kafka.request_timeout):
                ends = await self._open().end_offsets(there)
        except CLIENT_ERRORS as error:
            raise session_lost(error, "setup_failed", "asking for high watermarks") from error
        return {place: ends[place] for place in places}

    async def timestamp_of(self, place: TopicPartition, offset: int) -> int | None:
        """Return the timestamp of the record at exactly *offset*, None where there is none.

        Raises:
            SessionLostError: No answer within the request timeout.
        """
        bounds = await self.bounds(place)
        if not bounds.start <= offset < bounds.end:
            return None
        seconds = self._kafka.request_timeout
        reading = portions(
            self._kafka,
            Stretch(place, offset, offset + 1, _ONE_RECORD_BYTES),
            isolation_level="read_uncommitted",
            stuck_seconds=seconds,
        )
        try:
            async with asyncio.timeout(seconds), aclosing(reading):
                async for records in reading:
                    return next((each.timestamp for each in records if each.offset == offset), None)
        except TimeoutError as error:
            raise session_lost(error, "setup_failed", f"looking up {place}/{offset}") from error
        return None

    def partition_counts(self) -> Mapping[str, int | None]:
        """Return how many partitions each topic has as of the last metadata, at most 60 s old.

        None where a topic is not there, or we may not see it.
        """
        if self._consumer is None:
            return dict.fromkeys(self._topics)
        counts = {topic: self._consumer.partitions_for_topic(topic) for topic in self._topics}
        return {topic: len(each) if each else None for topic, each in counts.items()}

    def _open(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            raise RuntimeError("the log reader is not started: call start() first")
        return self._consumer
