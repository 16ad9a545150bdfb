"""What are the topics called?"""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from config.policies import Frozen
from config.values import empty_as_none

_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")


def _legal(name: str) -> str:
    """Return *name* when Kafka would create a topic of that name."""
    if not _NAME.fullmatch(name) or name in {".", ".."}:
        raise ValueError(
            f"{name!r} is no name for a topic: use up to 249 letters, digits, dots, hyphens and "
            "underscores",
        )
    return name


Topic = Annotated[str, AfterValidator(_legal)]
OptionalTopic = Annotated[Topic | None, BeforeValidator(empty_as_none)]


class TopicSettings(Frozen):
    """The names of the topics; all have the same number of partitions."""

    input: Topic = "workflow-events"
    """Where producers publish events."""

    results: Topic = "workflow-events-results"
    """Where results go."""

    dlq: Topic = "workflow-events-dlq"
    """Where dead letters go."""

    state: Topic = "workflow-events-state"
    """The compacted topic of the ledger."""

    control: Topic = "workflow-events-control"
    """What the desk asks of a partition's owner."""

    audit: OptionalTopic = "workflow-events-audit"
    """Operators' acts and their outcome; empty switches it off."""
