"""A tap on topics in memory."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace

from config.settings import KafkaSettings
from consumer.core.record import LogRecord, Record
from consumer.kafka.tap import Tap, TopicMissingError
from consumer.ports import LogBounds

_PORTION = 2


class MemoryTap(Tap):
    """Reads what is in *topics*: topic -> records of each partition, from offset 0 on."""

    def __init__(self, topics: Mapping[str, Sequence[Sequence[LogRecord]]]) -> None:
        super().__init__(KafkaSettings())
        self._topics = {
            topic: [
                [
                    replace(record, topic=topic, partition=number, offset=offset)
                    for offset, record in enumerate(records)
                ]
                for number, records in enumerate(partitions)
            ]
            for topic, partitions in topics.items()
        }
        self.asked: list[tuple[str, str]] = []
        """What was done, in order: bounds or read, and the topic."""

    async def bounds(self, topic: str) -> Mapping[int, LogBounds]:
        self.asked.append(("bounds", topic))
        if topic not in self._topics:
            raise TopicMissingError(topic)
        return {
            number: LogBounds(0, len(records)) for number, records in enumerate(self._topics[topic])
        }

    async def read(
        self, topic: str, spans: Mapping[int, LogBounds], *, follow: bool = False
    ) -> AsyncGenerator[Sequence[Record], None]:
        for number, span in spans.items():
            self.asked.append(("read", f"{topic}/{number}"))
            records = self._topics[topic][number][span.start : span.end]
            for start in range(0, len(records), _PORTION):
                yield records[start : start + _PORTION]
