"""What does a record of the dead-letter topic say in short?

A letter of ours puts what happened first and the record itself last, so only its beginning is
decoded, and nothing is validated: what has another type than it should have reads as absent.
"""

from datetime import datetime
from typing import Any, NamedTuple

import orjson

from consumer.core.dead_letter import DEAD_LETTER_SCHEMA, HEADER_PREFIX
from consumer.core.decode import decode
from consumer.core.failure import Failure
from consumer.core.failure_shape import group_id, shape_of
from consumer.core.record import Record, source_of
from consumer.desk.dialects import ForeignLetter, foreign_letter
from consumer.desk.letters import Letter
from consumer.desk.marks import Marks
from consumer.desk.outcomes import Outcomes

ID_HEADER = f"{HEADER_PREFIX}id"
IMPORTED_HEADER = f"{HEADER_PREFIX}imported"
"""When a letter was imported, RFC 3339; only on letters that were."""
FOREIGN_CODE = "UNEXPECTED_ERROR"
"""Code of a letter in a dialect that has no codes."""
UNKNOWN_MESSAGE = "not a letter in any dialect that Everonce knows"
UNREADABLE_MESSAGE = "says that it is a letter of Everonce, and is not as those are"

_ORIGINAL = b',"original":{'


class Known(NamedTuple):
    """What is known of the letters of one partition beside the letters themselves."""

    marks: Marks
    outcomes: Outcomes


def summary(record: Record, known: Known) -> Letter:
    """Return what a *record* of the dead-letter topic says in short, and its state."""
    document = _beginning(record.value)
    if document is None or document.get("schema") != DEAD_LETTER_SCHEMA:
        foreign = foreign_letter(record)
        return _theirs(record, foreign, known, UNKNOWN_MESSAGE)
    dlq_id, code = _text(document, "dlq_id"), _text(_part(document, "error"), "code")
    if dlq_id is None or code is None:
        return _theirs(record, None, known, UNREADABLE_MESSAGE)
    return _ours(record, document, known, dlq_id, code)


def was_imported(record: Record) -> bool:
    """Whether a letter was brought here from another topic."""
    return any(name == IMPORTED_HEADER for name, _ in record.headers)


def _beginning(value: bytes | None) -> dict[str, Any] | None:
    """Return the members of a letter up to the original; None where it is no JSON object."""
    if value is None:
        return None
    # Inside a string its quotes would be escaped; inside another member the braces would not close.
    end = value.find(_ORIGINAL)
    for text in (value[:end] + b"}" if end > 0 else b"", value):
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError:
            continue
        return document if isinstance(document, dict) else None
    return None


def _ours(record: Record, document: dict[str, Any], known: Known, dlq_id: str, code: str) -> Letter:
    error, context = _part(document, "error"), _part(document, "context")
    ledger_key = _text(document, "ledger_key")
    state = known.marks.state_of(ledger_key, dlq_id) if ledger_key is not None else "open"
    if state == "forgotten" and was_imported(record):
        ledger_key, state = None, known.outcomes.state_of(dlq_id)
    cause = _text(error, "cause")
    message, error_type = _text(error, "message") or "", _text(error, "type") or ""
    event_id, processor = _text(context, "event_id"), _text(context, "processor")
    shape = shape_of(message, (event_id, _text(context, "workflow_run_id")))
    return Letter(
        dlq_id,
        record.partition,
        record.offset,
        ledger_key,
        code,
        cause,
        _text(document, "disposition") or "?",
        processor,
        _text(context, "event_type"),
        event_id,
        _text(context, "workflow_id"),
        record.key,
        _moment(document.get("timestamp"), record),
        message,
        group_id(cause or code, processor, error_type, shape),
        state,
        _attempts(document),
        error_type,
        shape,
        len(record.value or b""),
    )


def _theirs(record: Record, foreign: ForeignLetter | None, known: Known, otherwise: str) -> Letter:
    dlq_id = source_of(record)
    event = decode(record.value or b"")
    named: tuple[str | None, str | None, str | None] = (None, None, None)
    if not isinstance(event, Failure):
        named = event.event_type, event.event_id, event.workflow_id
    message = foreign.message if foreign is not None else otherwise
    processor = foreign.processor if foreign is not None else None
    error_type = foreign.error_type if foreign is not None else ""
    shape = shape_of(message, (named[1],))
    return Letter(
        dlq_id,
        record.partition,
        record.offset,
        None,
        FOREIGN_CODE,
        None,
        "permanent",
        processor,
        *named,
        record.key,
        record.timestamp / 1000,
        message,
        group_id(FOREIGN_CODE, processor, error_type, shape),
        known.outcomes.state_of(dlq_id),
        foreign.attempts if foreign is not None else 0,
        error_type,
        shape,
        len(record.value or b""),
        foreign.dialect if foreign is not None else "unknown",
    )


def _part(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = document.get(name)
    return found if isinstance(found, dict) else {}


def _text(document: dict[str, Any], name: str) -> str | None:
    found = document.get(name)
    return found if isinstance(found, str) else None


def _attempts(document: dict[str, Any]) -> int:
    made, retries = document.get("attempts"), document.get("retry_count")
    if type(retries) is not int or retries < 0:
        return 0
    # A letter that was cut keeps the count without the attempts.
    return retries + 1 if made or retries else 0


def _moment(text: object, record: Record) -> float:
    """Return when a letter was written; by its record where it does not say."""
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return record.timestamp / 1000
