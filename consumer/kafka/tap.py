"""What is in a topic, read from outside the group?

For the command line: no membership, no commit, ``read_committed``, so that what a tap shows is
what any downstream consumer sees.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from config.settings import KafkaSettings
from consumer.core.record import Record
from consumer.kafka.connection import client_settings, reader_settings, started
from consumer.kafka.ending import end_consumer
from consumer.kafka.errors import described
from consumer.ports import LogBounds

PATIENCE_SECONDS = 5.0
"""How long a command for people waits for Kafka, where kafka.connect_timeout is longer."""

_ANSWER_SECONDS = 15.0
_STOP_SECONDS = 3.0
_POLL_MILLISECONDS = 200
_MOST_RECORDS = 1000

KAFKA_ERRORS: tuple[type[Exception], ...] = (KafkaError,)
"""What the brokers say against a request, for commands that ask them through this package."""


class TopicMissingError(LookupError):
    """The topic is not there: create it, or name another."""


class TapError(Exception):
    """The log cannot be read any further; the message says where."""


def impatient(kafka: KafkaSettings) -> KafkaSettings:
    """Return *kafka* with a connect_timeout that a person at a terminal will sit out."""
    patience = min(kafka.connect_timeout, PATIENCE_SECONDS)
    return kafka.model_copy(update={"connect_timeout": patience})


class Tap:
    """A reader of whole topics, for people and checks."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = impatient(kafka)
        self._consumer: Any = None

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            ConnectionError: No broker answered in time.
        """
        try:
            await started(self._start, self._kafka)
        except KafkaError as error:
            raise ConnectionError(described(error)) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        await end_consumer(self._consumer, _STOP_SECONDS)

    async def _start(self) -> None:
        self._consumer = AIOKafkaConsumer(**reader_settings(self._kafka, "read_committed"))
        try:
            await self._consumer.start()
        except BaseException:
            await end_consumer(self._consumer, 0)
            raise

    async def partitions(self, topic: str) -> Sequence[int]:
        """Return the numbers of the partitions of *topic*.

        Raises:
            TopicMissingError: There is no such topic.
            ConnectionError: No answer in time.
        """
        # All topics, because to ask for one would create it where brokers do so.
        known = await self._answer(self._consumer._client.fetch_all_metadata())  # noqa: SLF001
        if topic not in known.topics():
            raise TopicMissingError(topic)
        return sorted(known.partitions_for_topic(topic) or ())

    async def bounds(self, topic: str) -> Mapping[int, LogBounds]:
        """Return where each partition starts, and where what is committed ends.

        Raises:
            TopicMissingError: There is no such topic.
            ConnectionError: No answer in time.
        """
        places = [TopicPartition(topic, number) for number in await self.partitions(topic)]
        starts = await self._answer(self._consumer.beginning_offsets(places))
        ends = await self._answer(self._consumer.end_offsets(places))
        return {place.partition: LogBounds(starts[place], ends[place]) for place in places}

    async def since(self, topic: str, moment: float) -> Mapping[int, LogBounds]:
        """Return the same bounds, each partition starting with what was written from *moment* on.

        Args:
            topic: The topic.
            moment: Seconds since the epoch, by the clock that gave the records their timestamps.

        Raises:
            TopicMissingError: There is no such topic.
            ConnectionError: No answer in time.
        """
        bounds = await self.bounds(topic)
        wanted = {TopicPartition(topic, number): max(0, int(moment * 1000)) for number in bounds}
        found = await self._answer(self._consumer.offsets_for_times(wanted)) if wanted else {}
        starts = {place.partition: known.offset for place, known in found.items() if known}
        return {
            number: LogBounds(min(starts.get(number, span.end), span.end), span.end)
            for number, span in bounds.items()
        }

    async def read(
        self, topic: str, spans: Mapping[int, LogBounds], *, follow: bool = False
    ) -> AsyncGenerator[Sequence[Record], None]:
        """Yield the committed records of *spans*, by partition, in portions as they arrive.

        Ends when every partition has been read to its end, transaction markers and aborted
        records included; with *follow* never.

        Raises:
            TapError: A partition cannot be read on.
        """
        ends = {TopicPartition(topic, number): span.end for number, span in spans.items()}
        self._consumer.assign(list(ends))
        for number, span in spans.items():
            self._consumer.seek(TopicPartition(topic, number), span.start)
        while ends:
            for place, records in (await self._poll(topic)).items():
                # A partition that has reached its end may still deliver what came since.
                end = ends.get(place, 0)
                wanted = records if follow else [each for each in records if each.offset < end]
                if wanted:
                    yield wanted
            if not follow:
                for place in await self._finished(ends):
                    del ends[place]
                    self._consumer.pause(place)

    async def _finished(self, ends: Mapping[Any, int]) -> list[Any]:
        return [place for place, end in ends.items() if await self._consumer.position(place) >= end]

    async def _poll(self, topic: str) -> Mapping[Any, Sequence[Any]]:
        try:
            found: Mapping[Any, Sequence[Any]] = await self._consumer.getmany(
                timeout_ms=_POLL_MILLISECONDS, max_records=_MOST_RECORDS
            )
        except KafkaError as error:
            # What another partition had delivered in this poll is lost with it: no going on.
            raise TapError(f"{topic} cannot be read on: {described(error)}") from error
        return found

    async def _answer(self, question: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await question
        except (KafkaError, TimeoutError) as error:
            raise ConnectionError(described(error)) from error


async def committed_offsets(kafka: KafkaSettings, group: str, topic: str) -> Mapping[int, int]:
    """Return what *group* has committed of *topic*, by partition; what it never did is missing.

    Raises:
        ConnectionError: No answer in time.
    """
    client = AIOKafkaAdminClient(**client_settings(impatient(kafka)))
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            await client.start()
            found = await client.list_consumer_group_offsets(group)
    except (KafkaError, TimeoutError) as error:
        raise ConnectionError(described(error)) from error
    finally:
        await client.close()
    return {
        place.partition: known.offset
        for place, known in found.items()
        if place.topic == topic and known.offset >= 0
    }
