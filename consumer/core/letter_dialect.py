"""Under which headers do tools made for other systems look for what a letter says?

Spring Kafka writes numbers as big-endian bytes, Kafka Connect as decimal text.  Names and forms are
those of Spring's ``KafkaHeaders.DLT_*`` and of Connect's ``DeadLetterQueueReporter``.
"""

from config.dlq import LetterDialect
from consumer.core.dead_letter_members import LetterContext
from consumer.core.dead_letter_size import short_text
from consumer.core.exception_text import encodable
from consumer.core.record import Headers, Record
from consumer.core.retry import GiveUp

SMALLEST_WITH_DIALECT_BYTES = 16 * 1024
"""Where letters may not be so large, there is room for our own headers only: the letter itself
comes first."""

_SPRING, _CONNECT = "kafka_dlt-", "__connect.errors."


def dialect_headers(
    dialect: LetterDialect,
    record: Record,
    give_up: GiveUp,
    context: LetterContext,
    max_bytes: int,
) -> Headers:
    """Return what a letter of at most *max_bytes* says to tools of another *dialect*."""
    if dialect == "none" or max_bytes < SMALLEST_WITH_DIALECT_BYTES:
        return ()
    longest = max_bytes // 32
    cause = give_up.cause
    exception = short_text(cause.type or cause.code, longest).encode()
    message = short_text(give_up.failure.message, longest).encode()
    stack = _end(cause.traceback or "", max_bytes // 8)
    if dialect == "spring":
        headers = {
            "original-topic": record.topic.encode(),
            "original-partition": record.partition.to_bytes(4, "big", signed=True),
            "original-offset": record.offset.to_bytes(8, "big", signed=True),
            "original-timestamp": record.timestamp.to_bytes(8, "big", signed=True),
            "original-consumer-group": short_text(context.consumer, longest).encode(),
            "exception-fqcn": exception,
            "exception-message": message,
            "exception-stacktrace": stack,
        }
        return [(f"{_SPRING}{name}", value) for name, value in headers.items()]
    headers = {
        "topic": record.topic.encode(),
        "partition": str(record.partition).encode(),
        "offset": str(record.offset).encode(),
        "connector.name": short_text(context.consumer, longest).encode(),
        "task.id": str(record.partition).encode(),
        "stage": b"TASK_PUT",
        "class.name": short_text(context.processor or "", longest).encode(),
        "exception.class.name": exception,
        "exception.message": message,
        "exception.stacktrace": stack,
    }
    return [(f"{_CONNECT}{name}", value) for name, value in headers.items()]


def _end(text: str, room: int) -> bytes:
    """Return as much of the end of *text* as takes *room* bytes; it says where it failed."""
    encoded = encodable(text).encode()
    return encoded[max(0, len(encoded) - room) :].decode(errors="ignore").encode()
