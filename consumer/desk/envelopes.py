"""What is the whole letter that a record of the dead-letter topic holds, in whatever dialect?

A letter of another dialect is told in our form, so that whatever shows, exports or redrives
letters knows one form only; the original stands in it byte for byte.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from consumer.core.dead_letter import DEAD_LETTER_SCHEMA
from consumer.core.dead_letter_members import as_json, original_members
from consumer.core.dead_letter_reading import read_letter
from consumer.core.dead_letter_record import DeadLetterRecord
from consumer.core.decode import decode
from consumer.core.exact_bytes import exact
from consumer.core.exception_text import encodable
from consumer.core.failure import Failure
from consumer.core.record import LogRecord, Record, source_of
from consumer.core.timestamps import rfc3339
from consumer.core.trace import trace_of
from consumer.desk.dialects import ForeignLetter, foreign_letter
from consumer.desk.letters import Dialect
from consumer.desk.summary import FOREIGN_CODE, UNKNOWN_MESSAGE

WRITERS: Mapping[Dialect, str] = {
    "everonce": "Everonce",
    "spring": "Spring Kafka",
    "connect": "Kafka Connect",
    "streams": "Kafka Streams",
    "unknown": "an unknown system",
}
"""Who writes letters of which dialect."""


def envelope_of(record: Record) -> DeadLetterRecord:
    """Return the letter in a *record* of the dead-letter topic, validated.

    Raises:
        NotALetterError: It says that it is one of ours, and is not as ours are.
    """
    return read_letter(envelope_bytes(record))


def envelope_bytes(record: Record) -> bytes:
    """Return the letter as JSON: as it stands in the topic, one of another dialect in our form."""
    if is_ours(record):
        return record.value or b""
    return exact(orjson.dumps(_told(record, foreign_letter(record))))


def is_ours(record: Record) -> bool:
    """Whether a record of the dead-letter topic says that it is a letter of Everonce."""
    value = record.value
    if value is None or DEAD_LETTER_SCHEMA.encode() not in value:
        return False
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        return False
    return isinstance(document, dict) and document.get("schema") == DEAD_LETTER_SCHEMA


def _told(record: Record, foreign: ForeignLetter | None) -> dict[str, Any]:
    """Return a letter of another dialect in our form; without a name in the ledger."""
    original = _original(record, foreign)
    moment = rfc3339(max(0, record.timestamp) / 1000)
    attempts = foreign.attempts if foreign is not None else 0
    return {
        "schema": DEAD_LETTER_SCHEMA,
        "dlq_id": source_of(record),
        "ledger_key": "",
        "timestamp": moment,
        "disposition": "permanent",
        "error": {
            "code": FOREIGN_CODE,
            "type": encodable(foreign.error_type) if foreign is not None else "",
            "message": encodable(foreign.message) if foreign is not None else UNKNOWN_MESSAGE,
            "cause": None,
            "details": None,
            "status_code": None,
            "request_id": None,
            "traceback": foreign.traceback if foreign is not None else None,
            "retryable": False,
            "suggested_actions": _suggested(foreign),
        },
        "retry_count": max(0, attempts - 1),
        "attempts": [],
        "first_failed_at": moment,
        "last_failed_at": moment,
        "context": _context(record, foreign),
        "source": {
            "topic": original.topic,
            "partition": original.partition,
            "offset": original.offset,
            "timestamp": original.timestamp,
        },
        "redrive": {"count": 0, "previous_dlq_ids": []},
        "original": original_members(original),
        "original_event": as_json(record.value),
        "cut": [],
    }


def _suggested(foreign: ForeignLetter | None) -> list[str]:
    if foreign is None:
        return [
            "Find out who writes to the dead-letter topic, and let them write elsewhere.",
            "Redrive it only if its value is an event of yours.",
        ]
    where = WRITERS[foreign.dialect]
    by = f" ({encodable(foreign.processor)})" if foreign.processor else ""
    return [
        f"Look at the error where it happened: {where}{by}.",
        "Redriven it runs here, with this consumer's processors: see that one takes its type.",
    ]


def _original(record: Record, foreign: ForeignLetter | None) -> LogRecord:
    """Return the record that a letter is about; where it does not say, it stands right there."""
    key, value = record.key, record.value
    place = record.topic, record.partition, record.offset, record.timestamp
    if foreign is None:
        return LogRecord(*place, key, value, record.headers)
    if foreign.topic is None or foreign.partition is None or foreign.offset is None:
        return LogRecord(*place, key, value, foreign.headers)
    timestamp = foreign.timestamp if foreign.timestamp is not None else -1
    return LogRecord(
        foreign.topic, foreign.partition, foreign.offset, timestamp, key, value, foreign.headers
    )


def _context(record: Record, foreign: ForeignLetter | None) -> dict[str, str | None]:
    found = decode(record.value or b"")
    event = None if isinstance(found, Failure) else found
    trace = trace_of(record.headers)
    parts = trace.traceparent.split("-") if trace is not None else []
    return {
        "workflow_id": event.workflow_id if event is not None else None,
        "workflow_run_id": event.workflow_run_id if event is not None else None,
        "event_id": event.event_id if event is not None else None,
        "event_type": event.event_type if event is not None else None,
        "processor": foreign.processor if foreign is not None else None,
        "policy": None,
        "consumer": foreign.processor if foreign is not None else None,
        "version": None,
        "trace_id": parts[1] if len(parts) >= 4 else None,
    }
