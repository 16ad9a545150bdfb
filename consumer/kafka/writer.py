"""How does one session write, whatever it promises?

What both guarantees share: build, send, check, one deadline around it, and one answer to every
failure, after which the writer is spent.  ``transactions`` and ``idempotent`` differ in the order.
"""

import abc
import asyncio
import time
from collections.abc import Mapping, Sequence

from consumer.core.record import TopicPartition
from consumer.kafka.batches import Batch, Outputs, batches
from consumer.kafka.errors import session_lost
from consumer.kafka.producer import SessionProducer
from consumer.kafka.sends import Send, end_of, forget
from consumer.ports import CommitBatch, CommitReceipt, SessionLostError


class SessionWriter(abc.ABC):
    """The producer of one session; never reused after an error.

    Args:
        producer: Its own, not started.
        outputs: The topics it writes to.
        partition: The session's, in every topic.
        deadline_seconds: Bound of one commit.
    """

    def __init__(
        self, producer: SessionProducer, outputs: Outputs, partition: int, deadline_seconds: float
    ) -> None:
        self._producer = producer
        self._outputs = outputs
        self._partition = partition
        self._deadline_seconds = deadline_seconds
        self._doing = f"committing partition {partition}"
        self._sends: list[Send] = []
        """The batches of the running commit that are on their way."""
        self._spent: str | None = None

    async def fence(self) -> None:
        """Take the partition's place; when this returns nothing of an earlier owner is pending.

        Raises:
            SessionLostError: Not within kafka.connect_timeout.
        """
        await self._producer.start(tuple(self._outputs.topics.values()), self._partition)

    async def commit(self, batch: CommitBatch) -> CommitReceipt:
        """Make *batch* visible; return once all of it is.

        Raises:
            ProducerFencedError: Another owner has the partition.
            RefusedError: A record was refused, by us before anything was sent, or by the broker.
            SessionLostError: Anything else, the unknown outcome after the deadline included.
        """
        if self._spent is not None:
            raise SessionLostError(
                "commit_failed",
                f"{self._doing}: this writer is spent ({self._spent}); make another",
            )
        # Until the end is known to be good.  A cancelled commit stays spent: nobody knows of it.
        self._spent = "a commit was begun and did not end"
        try:
            receipt = await self._within_deadline(batch)
        except SessionLostError as error:
            self._spent = str(error)
            raise
        finally:
            forget(self._sends)
            self._sends = []
        self._spent = None
        return receipt

    async def close(self) -> None:
        """Let go of every connection within a bounded time; never raises."""
        self._spent = "closed"
        await self._producer.close()

    @abc.abstractmethod
    async def _write(self, built: Sequence[Batch], offsets: Mapping[TopicPartition, int]) -> None:
        """Make everything visible, in the order that the guarantee asks for."""

    @abc.abstractmethod
    async def _abandon(self, error: SessionLostError) -> None:
        """Clean up after *error*; bounded, never raises."""

    async def _send(self, built: Sequence[Batch]) -> None:
        """Put *built* on its way."""
        client, partition = self._producer.client, self._partition
        for batch in built:
            home = partition if batch.partition is None else batch.partition
            future = await client.send_batch(batch.builder, batch.topic, partition=home)
            self._sends.append(Send(batch.role, batch.topic, batch.records, future))

    async def _within_deadline(self, batch: CommitBatch) -> CommitReceipt:
        create = self._producer.client.create_batch
        built = batches(batch, self._outputs, create, time.time_ns() // 1_000_000)
        try:
            async with asyncio.timeout(self._deadline_seconds):
                await self._write(built, batch.offsets)
        except Exception as error:  # Whatever it was, the outcome is unknown.
            lost = session_lost(error, "commit_failed", self._doing)
            await self._abandon(lost)
            if lost is error:
                raise
            raise lost from error
        return CommitReceipt(end_of(self._sends, "state"))
