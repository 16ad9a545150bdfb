"""Which topics and which group does a run have to itself, and how far has its group got?"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from config.settings import KafkaSettings, Settings, TopicSettings
from consumer.kafka import topics as production

_COORDINATOR_SECONDS = 30.0
"""A group's coordinator is made with its first use, and moves when a broker dies."""
_ROLES = ("input", "results", "dlq", "state", "control")


@dataclass(frozen=True, slots=True)
class Topics:
    """The names of one run."""

    input: str
    results: str
    dlq: str
    state: str
    control: str
    group: str

    @classmethod
    def named(cls, run: str, *, input_topic: str | None = None) -> "Topics":
        """Return the names of a run, which may share the input of others."""
        names = {role: f"{run}-{role}" for role in (*_ROLES, "group")}
        return cls(**{**names, "input": input_topic or names["input"]})

    def environment(self) -> dict[str, str]:
        """Return the settings that name them."""
        names = {f"EVERONCE_TOPICS__{role.upper()}": getattr(self, role) for role in _ROLES}
        return {**names, "EVERONCE_TOPICS__AUDIT": "", "EVERONCE_KAFKA__GROUP_ID": self.group}

    def settings(self, bootstrap_servers: str) -> Settings:
        """Return settings of which only the brokers, the names and the group are ours."""
        names = {role: getattr(self, role) for role in _ROLES}
        return Settings(
            kafka=KafkaSettings(bootstrap_servers=bootstrap_servers, group_id=self.group),
            topics=TopicSettings(**names, audit=None),
        )


async def create_topics(bootstrap_servers: str, topics: Topics, partitions: int) -> None:
    """Create those of *topics* that are not there, as ``everonce topics create`` does."""
    await production.create_topics(topics.settings(bootstrap_servers), partitions)


async def create_topic(bootstrap_servers: str, topic: str, partitions: int) -> None:
    """Create one topic, with the broker's defaults."""
    async with admin(bootstrap_servers) as client:
        await client.create_topics([NewTopic(topic, partitions, replication_factor=1)])


async def committed_offsets(bootstrap_servers: str, topics: Topics) -> dict[int, int]:
    """Return the group's offsets of the input."""
    async with admin(bootstrap_servers) as client, asyncio.timeout(_COORDINATOR_SECONDS):
        found = await _group_offsets(client, topics.group)
    return {
        place.partition: meta.offset
        for place, meta in found.items()
        if place.topic == topics.input and meta.offset >= 0
    }


async def _group_offsets(client: AIOKafkaAdminClient, group: str) -> Mapping[Any, Any]:
    while True:
        try:
            found: Mapping[Any, Any] = await client.list_consumer_group_offsets(group)
        except KafkaError as error:
            if not error.retriable:
                raise
            await asyncio.sleep(0.2)
        else:
            return found


async def high_watermarks(
    bootstrap_servers: str, topic: str, isolation: str = "read_uncommitted"
) -> dict[int, int]:
    """Return the ends of *topic*; with read_committed, those that readers are held at."""
    async with admin(bootstrap_servers) as client:
        (described,) = await client.describe_topics([topic])
    numbers = sorted(each["partition"] for each in described["partitions"])
    async with reader(bootstrap_servers, isolation) as consumer:
        ends = await consumer.end_offsets([TopicPartition(topic, number) for number in numbers])
    return {place.partition: end for place, end in ends.items()}


async def out_of_sync(bootstrap_servers: str) -> int:
    """Return how many partitions of the cluster wait for a replica."""
    async with admin(bootstrap_servers) as client:
        described = await client.describe_topics()
    return sum(
        len(partition["isr"]) < len(partition["replicas"])
        for topic in described
        for partition in topic["partitions"]
    )


@asynccontextmanager
async def admin(bootstrap_servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield an admin client."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    try:
        await client.start()
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def reader(
    bootstrap_servers: str, isolation: str = "read_committed"
) -> AsyncIterator[AIOKafkaConsumer]:
    """Yield a consumer outside of any group."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=isolation,
        max_partition_fetch_bytes=8 * 1024 * 1024,
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()
