"""How do others write a dead letter, and what does one of theirs say?

Spring Kafka (``DeadLetterPublishingRecoverer``), Kafka Connect (``errors.deadletterqueue.*``) and
Kafka Streams (KIP-1034) leave key, value and headers of the record as they were and put what
happened into headers of their own: texts in UTF-8, but Spring's numbers in big-endian bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from consumer.core.record import Headers, Record
from consumer.desk.letters import Dialect

SPRING_PREFIXES = ("kafka_dlt-", "kafka_")
"""Of a dead-letter publisher alone, and of one behind retry topics."""
CONNECT_PREFIX = "__connect.errors."
STREAMS_PREFIX = "__streams.errors."
_SPRING_MARKS = frozenset(
    prefix + name
    for prefix in SPRING_PREFIXES
    for name in ("original-topic", "exception-fqcn", "exception-message")
)
_SPRING_OWN = frozenset(
    prefix + name
    for prefix in SPRING_PREFIXES
    for name in (
        "original-topic",
        "original-partition",
        "original-offset",
        "original-timestamp",
        "original-timestamp-type",
        "original-consumer-group",
        "exception-fqcn",
        "exception-cause-fqcn",
        "exception-message",
        "exception-stacktrace",
        "key-exception-fqcn",
        "key-exception-message",
        "key-exception-stacktrace",
    )
) | {"retry_topic-attempts", "retry_topic-backoff-timestamp", "retry_topic-original-timestamp"}
_LARGEST_PLAUSIBLE = 2**62


@dataclass(frozen=True, slots=True)
class ForeignLetter:
    """What a letter of another dialect says; None and empty where it does not."""

    dialect: Dialect
    topic: str | None
    partition: int | None
    offset: int | None
    timestamp: int | None
    """Of the original, in milliseconds since the epoch."""
    error_type: str
    message: str
    traceback: str | None
    processor: str | None
    """The connector, or the consumer group of the listener."""
    attempts: int
    """1 where it does not say: it was tried."""
    headers: Headers
    """Those of the original record."""


def foreign_letter(record: Record) -> ForeignLetter | None:
    """Return what a *record* of the dead-letter topic says in another dialect; None if nothing."""
    names = {name for name, _ in record.headers}
    # Each adds to the headers that it finds: what is nearest to the topic has written last.
    if names & _SPRING_MARKS:
        return _spring(record)
    if any(name.startswith(CONNECT_PREFIX) for name in names):
        return _connect(record)
    if any(name.startswith(STREAMS_PREFIX) for name in names):
        return _streams(record)
    return None


def _spring(record: Record) -> ForeignLetter:
    last = dict(record.headers)

    def header(name: str) -> bytes | None:
        return next((last[p + name] for p in SPRING_PREFIXES if p + name in last), None)

    cause, thrown = _text(header("exception-cause-fqcn")), _text(header("exception-fqcn"))
    return ForeignLetter(
        "spring",
        _text(header("original-topic")),
        _number(header("original-partition")),
        _number(header("original-offset")),
        _number(header("original-timestamp")),
        # The listener's own exception wraps what the code has thrown.
        cause or thrown or _text(header("key-exception-fqcn")) or "",
        _text(header("exception-message")) or _text(header("key-exception-message")) or "",
        _text(header("exception-stacktrace")) or _text(header("key-exception-stacktrace")),
        _text(header("original-consumer-group")),
        _number(last.get("retry_topic-attempts")) or 1,
        [each for each in record.headers if each[0] not in _SPRING_OWN],
    )


def _connect(record: Record) -> ForeignLetter:
    said = _of(record, CONNECT_PREFIX)
    stage = _text(said.get("stage"))
    message = _text(said.get("exception.message")) or ""
    return ForeignLetter(
        "connect",
        _text(said.get("topic")) or None,
        _number(said.get("partition")),
        _number(said.get("offset")),
        record.timestamp,
        _text(said.get("exception.class.name")) or "",
        f"{stage}: {message}" if stage else message,
        _text(said.get("exception.stacktrace")),
        _text(said.get("connector.name")),
        1,
        _without(record, CONNECT_PREFIX),
    )


def _streams(record: Record) -> ForeignLetter:
    said = _of(record, STREAMS_PREFIX)
    return ForeignLetter(
        "streams",
        _text(said.get("topic")),
        _number(said.get("partition")),
        _number(said.get("offset")),
        record.timestamp,
        _text(said.get("exception")) or "",
        _text(said.get("message")) or "",
        _text(said.get("stacktrace")),
        None,
        1,
        _without(record, STREAMS_PREFIX),
    )


def _of(record: Record, prefix: str) -> Mapping[str, bytes | None]:
    return {
        name.removeprefix(prefix): value
        for name, value in record.headers
        if name.startswith(prefix)
    }


def _without(record: Record, prefix: str) -> Headers:
    return [each for each in record.headers if not each[0].startswith(prefix)]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _number(value: bytes | None) -> int | None:
    """Return a number in digits or in big-endian bytes; None where it says "unknown" (-1).

    Eight bytes that are all digits would be an offset above 3.4e18: they are digits.
    """
    if not value:
        return None
    if value.isdigit():
        number = int(value[:19])
    elif len(value) in (1, 4, 8):
        number = int.from_bytes(value, "big", signed=True)
    else:
        return None
    return number if 0 <= number < _LARGEST_PLAUSIBLE else None
