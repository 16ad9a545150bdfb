"""How is a group commit made visible exactly once?

One transaction under a transactional id that is the partition's for ever, so that whoever takes
the partition over cuts off everybody before.  The transaction is open only for the burst itself.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from aiokafka.structs import TopicPartition as ClientPartition

from config.settings import Settings
from consumer.core.record import TopicPartition
from consumer.kafka.batches import Batch, Outputs
from consumer.kafka.producer import SessionProducer
from consumer.kafka.sends import acknowledged
from consumer.kafka.writer import SessionWriter
from consumer.ports import ProducerFencedError, SessionLostError

_ABORT_SECONDS = 1.0


def transactional_id(settings: Settings, name: str) -> str:
    """Return the id of the input's partition *name*; it must never change between versions.

    A part of another sort than a number (``check``) is no partition's and shares the prefix that
    an operator grants rights for.
    """
    return f"everonce:{settings.kafka.group_id}:{settings.topics.input}:{name}"


class TransactionalWriter(SessionWriter):
    """Results, letters, entries and offsets in one transaction.

    The steps are methods of their own; whoever wants to die between two of them overrides one.
    """

    def __init__(self, settings: Settings, outputs: Outputs, partition: int) -> None:
        name = transactional_id(settings, str(partition))
        producer = SessionProducer(settings, outputs.max_batch_bytes, name)
        super().__init__(producer, outputs, partition, settings.commit.deadline)
        self._group_id = settings.kafka.group_id
        self._doing = f"committing {name}"

    async def _write(self, built: Sequence[Batch], offsets: Mapping[TopicPartition, int]) -> None:
        await self._begin()
        # One after the other, although neither needs the other.  While the coordinator takes note
        # of the offsets, a broker that asks it whether a produce is part of the transaction is
        # told to come again (KIP-890), which the client is told as NotEnoughReplicas: a tenth to
        # a half of all commits then took 50 ms more (Kafka 4.3.1).
        await self._send_offsets(offsets)
        await self._deliver(built)
        await self._end()

    async def _begin(self) -> None:
        """Begin; no request is made."""
        await self._producer.begin()

    async def _deliver(self, built: Sequence[Batch]) -> None:
        """Send and wait until every batch is acknowledged: without that, a commit loses data."""
        await self._send(built)
        await acknowledged(self._sends)

    async def _send_offsets(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Add the group's offsets."""
        if offsets:
            theirs = {ClientPartition(*place): offset for place, offset in offsets.items()}
            await self._producer.client.send_offsets_to_transaction(theirs, self._group_id)

    async def _end(self) -> None:
        """Commit."""
        await self._producer.client.commit_transaction()

    async def _abandon(self, error: SessionLostError) -> None:
        """Abort, so that readers need not wait for the next owner; the fence would do it too."""
        if isinstance(error, ProducerFencedError) or error.reason == "deadline":
            return
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_ABORT_SECONDS):
                await self._producer.client.abort_transaction()
