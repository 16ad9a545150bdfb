"""What do the topics' settings mean for a session: how large are records, how long do they stay?"""

from dataclasses import dataclass

from config.settings import Settings
from consumer.kafka.admin import Admin
from consumer.kafka.batches import TopicLimits
from consumer.kafka.topic_plan import Topic, names

_DAY_SECONDS = 24 * 3600.0
_LETTER_DAYS = 30
_FOREVER = float("inf")


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """Read once, at the start; what may not be described has Kafka's or our own default."""

    limits: TopicLimits
    """max.message.bytes of the topics that a session writes to; None where it is not known."""
    dlq_retention_seconds: float
    """How long a letter stays."""
    state_delete_retention_seconds: float
    """How long a tombstone of the ledger can be read."""
    partitions: int = 1
    """Of the input; 1 where it may not be described."""


async def topic_facts(settings: Settings) -> TopicFacts:
    """Ask for what a session needs to know of the topics.

    Raises:
        ConnectionError: Kafka did not answer within kafka.connect_timeout.
    """
    by_role = names(settings.topics)
    async with Admin(settings.kafka) as admin:
        found = await admin.describe(by_role.values())
    topics = {role: found[name] for role, name in by_role.items()}
    return TopicFacts(
        {
            "results": _number(topics["results"], "max.message.bytes"),
            "dlq": _number(topics["dlq"], "max.message.bytes"),
            "state": _number(topics["state"], "max.message.bytes"),
            "control": _number(topics["control"], "max.message.bytes"),
        },
        _seconds(topics["dlq"], "retention.ms", _LETTER_DAYS * _DAY_SECONDS),
        _seconds(topics["state"], "delete.retention.ms", _DAY_SECONDS),
        topics["input"].partitions if isinstance(topics["input"], Topic) else 1,
    )


def _number(topic: Topic | str, name: str) -> int | None:
    if isinstance(topic, str) or topic.configs is None:
        return None
    value = topic.configs.get(name)
    return int(value) if value is not None else None


def _seconds(topic: Topic | str, name: str, default: float) -> float:
    """Return a setting in milliseconds as seconds; -1 is for ever."""
    value = _number(topic, name)
    if value is None:
        return default
    return value / 1000 if value >= 0 else _FOREVER
