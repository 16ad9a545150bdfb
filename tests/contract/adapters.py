"""What does a contract test need, whoever implements the ports?"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from config.settings import Settings
from consumer.core.record import TopicPartition
from consumer.ports import Source, StateLog, TopicRole, Writer

PARTITIONS = 2


class Adapters(Protocol):
    """The adapters of one cluster with empty topics of two partitions, and a look behind them."""

    @property
    def settings(self) -> Settings:
        """The settings that all of them were made with."""
        ...

    @property
    def state_log(self) -> StateLog:
        """The log of every partition."""
        ...

    def writer(self, partition: int) -> Writer:
        """Return a new writer of *partition*; the same partition has the same transactional id."""
        ...

    def source(self) -> Source:
        """Return a new member of the group, not started."""
        ...

    async def publish(self, partition: int, *values: bytes) -> None:
        """Append *values* to the input."""
        ...

    async def publish_aborted(self, topic: str, partition: int, *values: bytes) -> None:
        """Append *values* to *topic* in a transaction of a stranger that is aborted."""
        ...

    def open_transaction(
        self, topic: str, partition: int, value: bytes
    ) -> AbstractAsyncContextManager[None]:
        """Append *value* in a stranger's transaction that is open inside the block."""
        ...

    async def visible(self, role: TopicRole, partition: int) -> Sequence[bytes | None]:
        """Return the values that a read_committed reader sees, in log order."""
        ...

    async def committed(self, place: TopicPartition) -> int | None:
        """Return the group's offset."""
        ...
