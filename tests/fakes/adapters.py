"""How do the fakes meet the contract tests?"""

import contextlib
from collections.abc import AsyncIterator, Sequence

from config.settings import Settings
from consumer.core.record import TopicPartition
from consumer.ports import Source, TopicRole, Writer
from tests.contract.adapters import PARTITIONS
from tests.fakes.kafka import MemoryKafka
from tests.fakes.source import MemorySource
from tests.fakes.state_log import MemoryStateLog
from tests.fakes.writer import MemoryWriter


class MemoryAdapters:
    """The fakes over a fresh cluster."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._kafka = MemoryKafka(settings, partitions=PARTITIONS)
        self.state_log = MemoryStateLog(self._kafka)
        self._stack = contextlib.AsyncExitStack()

    @classmethod
    @contextlib.asynccontextmanager
    async def over(cls, settings: Settings) -> AsyncIterator["MemoryAdapters"]:
        """Stop whatever was taken from here in the end."""
        adapters = cls(settings)
        async with adapters._stack:
            yield adapters

    def writer(self, partition: int) -> Writer:
        return MemoryWriter(self._kafka, partition)

    def source(self) -> Source:
        source = MemorySource(self._kafka)
        self._stack.push_async_callback(source.stop)
        return source

    async def publish(self, partition: int, *values: bytes) -> None:
        for value in values:
            self._kafka.publish(value, partition=partition)

    async def publish_aborted(self, topic: str, partition: int, *values: bytes) -> None:
        self._kafka.transaction(topic, partition, *values).end("aborted")

    @contextlib.asynccontextmanager
    async def open_transaction(
        self, topic: str, partition: int, value: bytes
    ) -> AsyncIterator[None]:
        transaction = self._kafka.transaction(topic, partition, value)
        try:
            yield
        finally:
            transaction.end("aborted")
            self._kafka.told()

    async def visible(self, role: TopicRole, partition: int) -> Sequence[bytes | None]:
        return [record.value for record in self._kafka.visible(role, partition)]

    async def committed(self, place: TopicPartition) -> int | None:
        return self._kafka.committed(place)
