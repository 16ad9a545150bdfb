"""How do records get onto a topic from the command line, each delivery confirmed?

An idempotent producer: what it retries by itself appears once.  After a delivery that failed the
client numbers its batches wrongly for ever, so the first failure ends the publishing.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from config.settings import KafkaSettings
from consumer.core.output import OutputRecord
from consumer.kafka.connection import client_settings, started
from consumer.kafka.ending import end_client, end_tasks
from consumer.kafka.errors import described
from consumer.kafka.tap import TopicMissingError, impatient

Confirmed = Callable[[int, int], None]
"""Told the partition and the offset that a record was given."""

_BATCH_BYTES = 256 * 1024
_DEFAULT_BYTES = 1024 * 1024
_LINGER_MILLISECONDS = 5
_REQUEST_SECONDS = 30.0
_STOP_SECONDS = 5.0


class RecordRefusedError(Exception):
    """This one record cannot be published, and would not be if tried again."""


class PublishError(Exception):
    """A delivery was not confirmed: it, and what followed it, may or may not be in the topic."""


class Publisher:
    """A producer of one topic.

    Args:
        kafka: How the brokers are reached.
        topic: Where the records go, by the hash of their key as every Kafka client does it unless
            a partition is given.
        max_bytes: Most that a record may take; for topics that take more than Kafka's default.
    """

    def __init__(self, kafka: KafkaSettings, topic: str, max_bytes: int = _DEFAULT_BYTES) -> None:
        self._kafka = impatient(kafka)
        self._topic = topic
        self._max_bytes = max_bytes
        self._producer: Any = None
        self._error: BaseException | None = None
        self.published = 0
        """Records handed over."""
        self.confirmed = 0
        """Records that every in-sync replica has."""

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            ConnectionError: No broker answered in time.
            TopicMissingError: There is no such topic; it is not created by asking.
        """
        try:
            await started(self._start, self._kafka)
            async with asyncio.timeout(_REQUEST_SECONDS):
                topics = (await self._producer.client.fetch_all_metadata()).topics()
        except (KafkaError, TimeoutError) as error:
            await self._end()
            raise ConnectionError(described(error)) from error
        if self._topic not in topics:
            await self._end()
            raise TopicMissingError(self._topic)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end()

    async def _start(self) -> None:
        compression = self._kafka.compression
        self._producer = AIOKafkaProducer(
            **client_settings(self._kafka)
            | {
                "enable_idempotence": True,
                "linger_ms": _LINGER_MILLISECONDS,
                "max_batch_size": _BATCH_BYTES,
                "max_request_size": self._max_bytes,
                "request_timeout_ms": int(_REQUEST_SECONDS * 1000),
                "compression_type": None if compression == "none" else compression,
            }
        )
        try:
            await self._producer.start()
        except BaseException:
            await self._end()
            raise

    async def _end(self) -> None:
        """Let go of the client, whose own stop waits for a broker that may be gone."""
        if self._producer is None:
            return
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_STOP_SECONDS):
                await self._producer.stop()
                return
        await end_tasks([self._producer._sender.sender_task])  # noqa: SLF001
        await end_client(self._producer.client)

    async def publish(
        self,
        record: OutputRecord,
        confirmed: Confirmed | None = None,
        *,
        partition: int | None = None,
    ) -> None:
        """Hand *record* over; return when there is room for the next, not when it is confirmed.

        Args:
            record: What is published.
            confirmed: Told where it stands, once every in-sync replica has it.
            partition: Where it goes; without it where the hash of its key says.

        Raises:
            RecordRefusedError: It is larger than a request may be, or has neither key nor value.
            PublishError: This or an earlier delivery failed.
        """
        if self._error is not None:
            raise self._failed(self._error)
        if record.key is None and record.value is None:
            raise RecordRefusedError("a record without key and value says nothing: give it a key")
        try:
            future = await self._producer.send(
                self._topic,
                value=record.value,
                key=record.key,
                partition=partition,
                headers=list(record.headers),
            )
        except MessageSizeTooLargeError as error:
            raise RecordRefusedError(str(error)) from error
        except KafkaError as error:
            raise self._failed(error) from error
        self.published += 1

        def note(done: asyncio.Future[Any]) -> None:
            if done.cancelled() or (error := done.exception()) is not None:
                self._error = self._error or (None if done.cancelled() else error)
                return
            self.confirmed += 1
            if confirmed is not None:
                answer = done.result()
                confirmed(answer.partition, answer.offset)

        future.add_done_callback(note)

    async def flush(self) -> None:
        """Return when everything handed over is confirmed.

        Raises:
            PublishError: A delivery failed, or was not confirmed within 30 s.
        """
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                await self._producer.flush()
                # A future is done before its callbacks ran: they are the loop's next round.
                await asyncio.sleep(0)
        except (KafkaError, TimeoutError) as error:
            raise self._failed(error) from error
        if self._error is not None:
            raise self._failed(self._error)
        if self.confirmed != self.published:
            raise self._failed(TimeoutError("deliveries without an answer"))

    def _failed(self, error: BaseException) -> PublishError:
        return PublishError(
            f"a delivery to {self._topic} failed after {self.confirmed} of {self.published} were "
            f"confirmed: {described(error)}"
        )
