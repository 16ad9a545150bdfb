"""How do the Kafka adapters meet the contract tests?"""

import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as ClientPartition

from config.settings import Settings
from consumer.core.record import TopicPartition
from consumer.kafka.log_reader import LogReader
from consumer.kafka.source import KafkaSource
from consumer.kafka.state_log import KafkaStateLog
from consumer.kafka.topics import create_topics, topic_limits
from consumer.kafka.writers import writers
from consumer.ports import Source, TopicRole, Writer
from tests.contract.adapters import PARTITIONS


def settings_for(servers: str, **kafka: object) -> Settings:
    """Return settings with names that no other test has."""
    name = uuid.uuid4().hex[:12]
    return Settings.model_validate(
        {
            "kafka": {
                "bootstrap_servers": servers,
                "group_id": f"group-{name}",
                "session_timeout": 6,
                "heartbeat_interval": 0.5,
                "rebalance_timeout": 10,
                "request_timeout": 10,
                "connect_timeout": 15,
                "transaction_timeout": 10,
                **kafka,
            },
            "commit": {"deadline": 8},
            "processing": {"drain_timeout": 2},
            "topics": {
                "input": f"{name}-events",
                "results": f"{name}-results",
                "dlq": f"{name}-dlq",
                "state": f"{name}-state",
                "control": f"{name}-control",
                "audit": f"{name}-audit",
            },
        }
    )


class KafkaAdapters:
    """The Kafka adapters over fresh topics."""

    def __init__(self, settings: Settings, reader: LogReader) -> None:
        self.settings = settings
        self.state_log = KafkaStateLog(settings, reader)
        self._reader = reader
        self._stack = contextlib.AsyncExitStack()
        self._limits: dict[TopicRole, int | None] = {}

    @classmethod
    @contextlib.asynccontextmanager
    async def over(cls, settings: Settings) -> AsyncIterator["KafkaAdapters"]:
        """Make the topics, and close whatever was taken from here in the end."""
        await create_topics(settings, PARTITIONS)
        async with LogReader(settings.kafka, [settings.topics.input]) as reader:
            adapters = cls(settings, reader)
            adapters._limits = dict(await topic_limits(settings))
            async with adapters._stack:
                yield adapters

    def writer(self, partition: int) -> Writer:
        async def nowhere(_: object) -> None:
            raise AssertionError("the transactional writer commits its offsets itself")

        writer = writers(self.settings, self._limits, nowhere)(partition)
        self._stack.push_async_callback(writer.close)
        return writer

    def source(self) -> Source:
        source = KafkaSource(self.settings, self._reader)
        self._stack.push_async_callback(source.stop)
        return source

    async def publish(self, partition: int, *values: bytes) -> None:
        async with AIOKafkaProducer(bootstrap_servers=self._servers) as producer:
            for value in values:
                topic = self.settings.topics.input
                await producer.send_and_wait(topic, value, partition=partition)

    async def publish_aborted(self, topic: str, partition: int, *values: bytes) -> None:
        async with self._stranger() as producer:
            await producer.begin_transaction()
            for value in values:
                future = await producer.send(topic, value, b"stranger", partition=partition)
                await future
            await producer.abort_transaction()

    @contextlib.asynccontextmanager
    async def open_transaction(
        self, topic: str, partition: int, value: bytes
    ) -> AsyncIterator[None]:
        async with self._stranger() as producer:
            await producer.begin_transaction()
            future = await producer.send(topic, value, b"stranger", partition=partition)
            await future
            try:
                yield
            finally:
                await producer.abort_transaction()

    async def visible(self, role: TopicRole, partition: int) -> Sequence[bytes | None]:
        topic = str(getattr(self.settings.topics, role))
        place = ClientPartition(topic, partition)
        values: list[bytes | None] = []
        async with AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50,
        ) as consumer:
            consumer.assign([place])
            await consumer.seek_to_beginning(place)
            end = (await consumer.end_offsets([place]))[place]
            while await consumer.position(place) < end:
                records = await consumer.getmany(timeout_ms=100)
                values += [record.value for record in records.get(place, [])]
        return values

    async def committed(self, place: TopicPartition) -> int | None:
        async with AIOKafkaConsumer(
            bootstrap_servers=self._servers, group_id=self.settings.kafka.group_id
        ) as consumer:
            offset: int | None = await consumer.committed(ClientPartition(*place))
            return offset

    @property
    def _servers(self) -> str:
        return self.settings.kafka.bootstrap_servers

    def _stranger(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            bootstrap_servers=self._servers,
            transactional_id=f"stranger-{uuid.uuid4().hex}",
            acks="all",
            transaction_timeout_ms=20_000,
        )
