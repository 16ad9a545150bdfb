"""Which writer does a session get?"""

from collections.abc import Callable

from config.settings import Settings
from consumer.kafka.batches import Outputs, TopicLimits
from consumer.kafka.idempotent import CommitOffsets, IdempotentWriter
from consumer.kafka.transactions import TransactionalWriter
from consumer.ports import Writer


def writers(
    settings: Settings, limits: TopicLimits, commit_offsets: CommitOffsets
) -> Callable[[int], Writer]:
    """Return what makes the writer of a partition, as ``processing.guarantee`` says.

    Args:
        settings: Of the whole deployment.
        limits: What ``topics.topic_limits`` found.
        commit_offsets: The source's; only at_least_once uses it.
    """
    outputs = Outputs.of(settings.topics, limits, settings.kafka.compression)
    if settings.processing.guarantee == "exactly_once":
        return lambda partition: TransactionalWriter(settings, outputs, partition)
    return lambda partition: IdempotentWriter(settings, outputs, partition, commit_offsets)
