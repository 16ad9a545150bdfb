"""What has the ledger's topic to say for a restore?"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from config.settings import Settings
from consumer.core.record import Record, TopicPartition
from consumer.kafka.log_reader import LogReader
from consumer.kafka.portions import Stretch, portions

_AT_ONCE = 8  # restores; each holds up to two fetches of 4 MiB in memory
_ABORT_SCAN_SECONDS = 10.0  # how late a broker notices that a transaction has timed out


class KafkaStateLog:
    """The state topic, read read_committed.

    Args:
        settings: Which topic, and how long a transaction of another producer may hide entries.
        reader: Answers for the bounds; started and stopped by its owner.
    """

    def __init__(self, settings: Settings, reader: LogReader) -> None:
        self._kafka = settings.kafka
        self._topic = settings.topics.state
        self._reader = reader
        self._stuck_seconds = settings.kafka.transaction_timeout + _ABORT_SCAN_SECONDS
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def bounds(self, partition: int) -> tuple[int, int]:
        """Return the log's start and its high watermark (the read_uncommitted end).

        Raises:
            SessionLostError: The broker did not answer within its bound.
        """
        bounds = await self._reader.bounds(TopicPartition(self._topic, partition))
        return bounds.start, bounds.end

    async def read(self, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """Yield the committed records of [start, end) in log order, in portions.

        Raises:
            SessionLostError: No progress for longer than a transaction may stay open.
        """
        reading = portions(
            self._kafka,
            Stretch(TopicPartition(self._topic, partition), start, end),
            isolation_level="read_committed",
            stuck_seconds=self._stuck_seconds,
        )
        async with self._slots, aclosing(reading):
            async for records in reading:
                yield records
