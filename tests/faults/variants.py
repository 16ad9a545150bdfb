"""How do the workers differ from production: by points to die at, and by planted faults?

Everything here is a subclass of what production uses or a wrapper around it; production code
knows nothing of it.
"""

import secrets
from collections.abc import AsyncIterator, Mapping, Sequence

from config.settings import Settings
from consumer.core.dedup_key import PROGRESS_KEY
from consumer.core.record import Record, TopicPartition
from consumer.kafka.batches import Batch, Outputs
from consumer.kafka.idempotent import IdempotentWriter
from consumer.kafka.producer import SessionProducer
from consumer.kafka.transactions import TransactionalWriter
from consumer.ports import StateLog
from tests.faults.points import Trigger


class PointedWriter(TransactionalWriter):
    """The production writer, passing the named points."""

    trigger: Trigger

    async def _send(self, built: Sequence[Batch]) -> None:
        self.trigger.pass_by("before_send")
        await super()._send(built)
        self.trigger.pass_midway("mid_send")

    async def _send_offsets(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.trigger.pass_by("before_offsets")
        await super()._send_offsets(offsets)

    async def _end(self) -> None:
        self.trigger.pass_by("before_commit")
        await super()._end()
        self.trigger.pass_by("after_commit")


class PointedIdempotentWriter(IdempotentWriter):
    """The production writer of at_least_once, passing the same points."""

    trigger: Trigger

    async def _send(self, built: Sequence[Batch]) -> None:
        self.trigger.pass_by("before_send")
        await super()._send(built)
        self.trigger.pass_midway("mid_send")

    async def _end(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.trigger.pass_by("before_offsets")
        self.trigger.pass_by("before_commit")
        await super()._end(offsets)
        self.trigger.pass_by("after_commit")


class RandomIdWriter(PointedWriter):
    """Planted: a transactional id of its own for each owner, so that nobody is fenced."""

    def __init__(self, settings: Settings, outputs: Outputs, partition: int) -> None:
        super().__init__(settings, outputs, partition)
        name = f"{self._producer.name}:{secrets.token_hex(4)}"
        self._producer = SessionProducer(settings, outputs.max_batch_bytes, name)


class UncheckedWriter(PointedWriter):
    """Planted: commits without looking at what became of its sends, nor at their sizes."""

    def __init__(self, settings: Settings, outputs: Outputs, partition: int) -> None:
        unlimited = Outputs(outputs.topics, {}, outputs.is_compressed)
        super().__init__(settings, unlimited, partition)

    async def _deliver(self, built: Sequence[Batch]) -> None:
        await self._send(built)


class PointedStateLog:
    """The production state log, passing the point after each restore.

    Args:
        inner: That log.
        trigger: Told at the end of each reading.
        ignores_entries: Planted: of what was committed only ``progress`` is restored.
    """

    def __init__(self, inner: StateLog, trigger: Trigger, *, ignores_entries: bool) -> None:
        self._inner = inner
        self._trigger = trigger
        self._ignores_entries = ignores_entries

    async def bounds(self, partition: int) -> tuple[int, int]:
        """Return what the log itself returns."""
        return await self._inner.bounds(partition)

    async def read(self, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """Yield what the log yields, less the entries where they are to be ignored."""
        async for records in self._inner.read(partition, start, end):
            yield [each for each in records if self._is_kept(each)]
        self._trigger.pass_by("after_restore")

    def _is_kept(self, record: Record) -> bool:
        return not self._ignores_entries or record.key == PROGRESS_KEY.encode()
