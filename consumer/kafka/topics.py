"""Are the topics what they must be, and what makes them so?"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from config.settings import Settings
from consumer.core.record import TopicPartition
from consumer.kafka.admin import Admin
from consumer.kafka.batches import TopicLimits
from consumer.kafka.log_reader import LogReader
from consumer.kafka.topic_plan import (
    Problem,
    Role,
    Topic,
    Topics,
    amendments,
    input_limit,
    names,
    planned_configs,
    problems,
)
from consumer.ports import SessionLostError

_MOST_REPLICAS = 3
_LOOK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Change:
    """What ``topics create`` did to a topic."""

    topic: str
    what: Literal["created", "altered", "unchanged"]
    details: str


async def check_topics(settings: Settings) -> list[Problem]:
    """Return everything that is wrong with the topics, errors first; empty when all is well.

    Raises:
        ConnectionError: Kafka did not answer within kafka.connect_timeout.
    """
    async with Admin(settings.kafka) as admin:
        return problems(settings.topics, await _described(admin, settings))


async def create_topics(
    settings: Settings, partitions: int, replication_factor: int | None = None
) -> list[Change]:
    """Create the topics that are missing, alter what can be altered, wait for their leaders.

    What is wrong and cannot be altered stays: ask ``check_topics`` afterwards.

    Args:
        settings: Names of the topics.
        partitions: Of each; where the input exists its count is taken.
        replication_factor: Of each; three without it, or as many as there are brokers.

    Raises:
        ConnectionError: Kafka did not answer in time, or a partition got no leader.
        KafkaError: The brokers refused a topic or a setting.
    """
    by_role = names(settings.topics)
    async with Admin(settings.kafka) as admin:
        replicas = replication_factor or min(_MOST_REPLICAS, admin.brokers)
        found = await _described(admin, settings)
        if found["input"] == "missing":
            # First and alone: its limit, known once it is there, decides about the others.
            plan = planned_configs("input", input_limit(found), replicas)
            await admin.create(by_role["input"], partitions, replicas, plan)
            await _led(admin, settings, [by_role["input"]])
            changes = [_created(by_role["input"], partitions, replicas)]
            found = await _described(admin, settings)
        else:
            changes = [Change(by_role["input"], "unchanged", "it is yours")]
        source, limit = found["input"], input_limit(found)
        count = partitions if isinstance(source, str) else source.partitions
        for role, name in by_role.items():
            topic = found[role]
            if topic == "missing":
                await admin.create(name, count, replicas, planned_configs(role, limit, replicas))
                changes.append(_created(name, count, replicas))
            elif role != "input":
                changes.append(await _amended(admin, role, name, topic, limit))
        await _led(admin, settings, list(by_role.values()))
    await _served(settings)
    return changes


async def topic_limits(settings: Settings) -> TopicLimits:
    """Return max.message.bytes of the topics that a session writes to.

    Raises:
        ConnectionError: Kafka did not answer within kafka.connect_timeout.
    """
    async with Admin(settings.kafka) as admin:
        topics = await _described(admin, settings)
    return {
        "results": _limit(topics["results"]),
        "dlq": _limit(topics["dlq"]),
        "state": _limit(topics["state"]),
    }


async def partition_count(settings: Settings) -> int | None:
    """Return how many partitions the input has; None where it cannot be seen.

    Raises:
        ConnectionError: Kafka did not answer within kafka.connect_timeout.
    """
    async with Admin(settings.kafka) as admin:
        topic = (await admin.describe([settings.topics.input]))[settings.topics.input]
    return None if isinstance(topic, str) else topic.partitions


def _created(topic: str, partitions: int, replicas: int) -> Change:
    return Change(topic, "created", f"{partitions} partitions, {replicas} replicas")


async def _described(admin: Admin, settings: Settings) -> Topics:
    by_role = names(settings.topics)
    found = await admin.describe(by_role.values())
    return {role: found[name] for role, name in by_role.items()}


async def _amended(admin: Admin, role: Role, name: str, topic: Topic | str, limit: int) -> Change:
    if isinstance(topic, str):
        return Change(name, "unchanged", "it may not be described")
    wrong = amendments(role, topic, limit)
    if not wrong:
        return Change(name, "unchanged", f"{topic.partitions} partitions")
    await admin.alter(name, {**topic.overrides, **wrong})
    return Change(name, "altered", ", ".join(f"{key}={value}" for key, value in wrong.items()))


async def _led(admin: Admin, settings: Settings, topics: list[str]) -> None:
    """Wait until each partition of *topics* that we may see has a leader."""
    seconds = settings.kafka.connect_timeout
    try:
        async with asyncio.timeout(seconds):
            while True:
                found = await admin.describe(topics)
                seen = [topic for topic in found.values() if topic != "hidden"]
                if all(not isinstance(topic, str) and not topic.leaderless for topic in seen):
                    return
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    except TimeoutError as error:
        raise _leaderless(topics, seconds) from error


async def _served(settings: Settings) -> None:
    """Wait until the leaders know that they lead: metadata says so some 100 ms earlier."""
    topics = list(names(settings.topics).values())
    async with LogReader(settings.kafka, topics) as reader:
        places = [
            TopicPartition(topic, partition)
            for topic, count in reader.partition_counts().items()
            for partition in range(count or 0)
        ]
        try:
            await reader.high_watermarks(places)
        except SessionLostError as error:
            raise _leaderless(topics, settings.kafka.request_timeout) from error


def _leaderless(topics: Sequence[str], seconds: float) -> ConnectionError:
    return ConnectionError(
        f"not every partition of {', '.join(topics)} has a leader after {seconds:g} s: "
        "look at the brokers that are down"
    )


def _limit(topic: Topic | str) -> int | None:
    if isinstance(topic, str) or topic.configs is None:
        return None
    limit = topic.configs.get("max.message.bytes")
    return int(limit) if limit else None
