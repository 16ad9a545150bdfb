"""Up to where is the audit topic read, which a deployment may do without?"""

from collections.abc import Mapping

from config.topics import TopicSettings
from consumer.kafka.tap import Tap, TopicMissingError
from consumer.ports import LogBounds


async def audit_bounds(tap: Tap, topics: TopicSettings) -> Mapping[int, LogBounds]:
    """Return the bounds of the audit topic; empty where it is switched off or not there."""
    if topics.audit is None:
        return {}
    try:
        return await tap.bounds(topics.audit)
    except TopicMissingError:
        return {}


def width(span: LogBounds | None) -> int:
    """Return how many offsets a span has; 0 where there is none."""
    return 0 if span is None else span.end - span.start
