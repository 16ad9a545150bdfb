"""A tap on topics in memory whose records stand where they say, so that logs may have gaps."""

from collections.abc import AsyncGenerator, Mapping, Sequence

from config.settings import KafkaSettings
from consumer.core.record import LogRecord, Record
from consumer.kafka.tap import Tap, TopicMissingError
from consumer.ports import LogBounds


class LogTap(Tap):
    """Topics as lists of records; offsets are whatever the records say.

    Args:
        topics: Records of each topic, in log order.
        partitions: How many partitions every topic has.
        starts: Where the log of a topic begins, where retention has taken what was before.
    """

    def __init__(
        self,
        topics: Mapping[str, Sequence[LogRecord]],
        *,
        partitions: int = 4,
        starts: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(KafkaSettings())
        self._topics = topics
        self._count = partitions
        self._starts = starts or {}

    async def partitions(self, topic: str) -> Sequence[int]:
        """Return the numbers of the partitions of *topic*."""
        if topic not in self._topics:
            raise TopicMissingError(topic)
        return range(self._count)

    async def bounds(self, topic: str) -> Mapping[int, LogBounds]:
        """Return where each partition starts and ends."""
        start = self._starts.get(topic, 0)
        return {
            number: LogBounds(start, max([start, *(each.offset + 1 for each in records)]))
            for number in await self.partitions(topic)
            for records in [self._of(topic, number)]
        }

    async def since(self, topic: str, moment: float) -> Mapping[int, LogBounds]:
        """Return the same, each partition from what was written at *moment* or later."""
        bounds = await self.bounds(topic)
        return {
            number: LogBounds(
                min(
                    [
                        span.end,
                        *(
                            each.offset
                            for each in self._of(topic, number)
                            if each.timestamp >= moment * 1000
                        ),
                    ]
                ),
                span.end,
            )
            for number, span in bounds.items()
        }

    async def read(
        self, topic: str, spans: Mapping[int, LogBounds], *, follow: bool = False
    ) -> AsyncGenerator[Sequence[Record], None]:
        """Yield the records of *spans*, a partition at a time; even with *follow* it ends."""
        for number, span in spans.items():
            found = [
                each
                for each in self._of(topic, number)
                if each.offset >= span.start and (follow or each.offset < span.end)
            ]
            if found:
                yield found

    def _of(self, topic: str, partition: int) -> list[LogRecord]:
        return [each for each in self._topics.get(topic, ()) if each.partition == partition]
