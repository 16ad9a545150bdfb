"""What does the span of an attempt, or of a letter, say, and which trace is it part of?

Names are those of OpenTelemetry's semantic conventions for messaging where it has one.
"""

from collections.abc import Mapping

from consumer.core.in_flight import InFlight
from consumer.core.record import Record
from consumer.core.retry import GiveUp

Attributes = Mapping[str, str | int | float]


def is_late(item: InFlight, input_topic: str) -> bool:
    """Whether an attempt of *item* only links to the trace of its record.

    What was parked, redriven or sent again runs minutes or days after its record: a span of that
    trace would make it as long.
    """
    redriven = item.prior is not None and item.prior.letter is not None
    return item.is_passed or redriven or item.record.topic != input_topic


def attempt_attributes(item: InFlight, attempt: int, processor: str, group: str) -> Attributes:
    """Return what the span of an attempt says from its beginning.

    Args:
        item: The event.
        attempt: Number of the attempt; the first is 1.
        processor: Who is called; a fallback, perhaps.
        group: Consumer group.
    """
    event = item.event
    return {
        **record_attributes(item.record, group),
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.message.id": event.event_id,
        "everonce.event_type": event.event_type,
        "everonce.workflow_id": event.workflow_id,
        "everonce.processor": processor,
        "everonce.policy": item.policy_name,
        "everonce.attempt": attempt,
        "everonce.max_attempts": item.policy.max_attempts,
    }


def record_attributes(record: Record, group: str) -> Attributes:
    """Return where a record stands, and who reads it."""
    return {
        "messaging.system": "kafka",
        "messaging.destination.name": record.topic,
        "messaging.destination.partition.id": str(record.partition),
        "messaging.kafka.offset": record.offset,
        "messaging.consumer.group.name": group,
    }


def letter_attributes(dlq_id: str, give_up: GiveUp) -> Attributes:
    """Return what is said of a letter; its message stays in the letter."""
    return {
        "everonce.dlq_id": dlq_id,
        "everonce.disposition": give_up.disposition,
        "everonce.code": give_up.failure.code,
        "everonce.cause": give_up.cause.code,
    }
