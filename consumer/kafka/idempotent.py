"""How is a group commit made visible at least once, where brokers have no transactions?

In an order in which a crash between two steps repeats work and loses none: results and letters,
then the entries that remember them, then the offset that passes their records.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from config.settings import Settings
from consumer.core.record import TopicPartition
from consumer.kafka.batches import Batch, Outputs
from consumer.kafka.producer import SessionProducer
from consumer.kafka.sends import acknowledged
from consumer.kafka.writer import SessionWriter
from consumer.ports import SessionLostError

CommitOffsets = Callable[[Mapping[TopicPartition, int]], Awaitable[None]]
"""The group's plain commit, which the broker refuses to whoever is no longer a member."""


class IdempotentWriter(SessionWriter):
    """Results and letters, entries, offsets: each acknowledged before the next is sent."""

    def __init__(
        self, settings: Settings, outputs: Outputs, partition: int, commit_offsets: CommitOffsets
    ) -> None:
        producer = SessionProducer(settings, outputs.max_batch_bytes, None)
        super().__init__(producer, outputs, partition, settings.commit.deadline)
        self._commit_offsets = commit_offsets

    async def _write(self, built: Sequence[Batch], offsets: Mapping[TopicPartition, int]) -> None:
        await self._send([batch for batch in built if batch.role != "state"])
        await acknowledged(self._sends)
        await self._send([batch for batch in built if batch.role == "state"])
        await acknowledged(self._sends)
        await self._end(offsets)

    async def _end(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit the offsets."""
        if offsets:
            await self._commit_offsets(offsets)

    async def _abandon(self, error: SessionLostError) -> None:
        """Nothing can be taken back."""
