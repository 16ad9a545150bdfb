"""How is a letter written: all that is known of a record that was given up?

The letter always gets through: whatever the record holds, it is encoded, and cut where it would
not fit (``consumer.core.dead_letter_size``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from config.dlq import LetterDialect
from consumer.core.dead_letter_members import (
    LetterContext,
    Members,
    as_json,
    attempt_members,
    cause_of,
    context_members,
    error_members,
    original_members,
)
from consumer.core.dead_letter_size import SMALLEST_LETTER_BYTES, fitted, short_text
from consumer.core.exact_bytes import exact
from consumer.core.exception_text import encodable
from consumer.core.failure import History
from consumer.core.letter_dialect import dialect_headers
from consumer.core.output import OutputRecord, output_bytes
from consumer.core.record import Headers, Record, source_of
from consumer.core.retry import GiveUp
from consumer.core.timestamps import rfc3339
from processors.contract import WorkflowEvent

__all__ = ["DeadLetter", "LetterContext", "build_letter", "letter_id"]

DEAD_LETTER_SCHEMA = "everonce.dead-letter/1"
HEADER_PREFIX = "everonce-dlq-"

# UUIDv5 of the URL namespace and "everonce.dead-letter"; never changes, or letters would double.
_NAMESPACE = UUID("296dc6c1-9ef6-5900-9c36-6f52ddbaeb27")
_PREVIOUS_KEPT = 20
_LONGEST_HEADER_BYTES = 600


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A letter, encoded."""

    dlq_id: str
    key: bytes | None
    """The record's own; its SHA-256 where that is too large to be kept."""
    value: bytes
    headers: Headers


def build_letter(  # noqa: PLR0913 - the sources of a letter; each caller has them apart
    record: Record,
    *,
    event: WorkflowEvent[Any] | None,
    ledger_key: str,
    give_up: GiveUp,
    history: History | None,
    context: LetterContext,
    previous_dlq_ids: Sequence[str] = (),
    redrive_count: int = 0,
    replayed_by: str = "",
    dialect: LetterDialect = "none",
    max_bytes: int,
    now: float,
) -> DeadLetter:
    """Return the letter about *record*.

    Args:
        record: What was given up.
        event: What it says, where it was read as an event.
        ledger_key: Key of its entry.
        give_up: Why, and what kind of end it is.
        history: Its failed attempts; None where it never ran.
        context: Who gave it up.
        previous_dlq_ids: Earlier letters of the same event, oldest first.
        redrive_count: How many there were.
        replayed_by: The act that made it run again on purpose, if one did.
        dialect: Whose headers it carries beside ours.
        max_bytes: Most that key, value and headers may take as ``output_bytes`` counts them; at
            least SMALLEST_LETTER_BYTES, and taken to be that where it is less.
        now: Seconds since the epoch.
    """
    max_bytes = max(max_bytes, SMALLEST_LETTER_BYTES)
    dlq_id = letter_id(record, redrive_count, replayed_by)
    key = _kept_key(record.key, max_bytes)
    headers = [
        *_headers(record, event, give_up, history, dlq_id, max_bytes),
        *dialect_headers(dialect, record, give_up, context, max_bytes),
    ]
    members: Members = {
        "schema": DEAD_LETTER_SCHEMA,
        "dlq_id": dlq_id,
        "ledger_key": encodable(ledger_key),
        "timestamp": rfc3339(now),
        "disposition": give_up.disposition,
        "error": error_members(give_up),
        **attempt_members(history, now),
        "context": context_members(record, event, context),
        "source": {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.timestamp,
        },
        "redrive": {
            "count": redrive_count,
            "previous_dlq_ids": list(previous_dlq_ids[-_PREVIOUS_KEPT:]),
        },
        "original": original_members(record),
        "original_event": as_json(record.value),
        "cut": [],
    }
    room = max_bytes - output_bytes(OutputRecord(key, b"", headers))
    return DeadLetter(dlq_id, key, exact(fitted(members, record, room)), headers)


def letter_id(record: Record, redrive_count: int, replayed_by: str = "") -> str:
    """Return the name of a letter: the same failure met again after a crash gets the same.

    A replay may run a record that had its letters under another key, or long ago: its own letters
    are named after it.
    """
    place = f"{source_of(record)}/{record.timestamp}/{redrive_count}"
    if replayed_by:
        place = f"{place}/{replayed_by}"
    return str(uuid5(_NAMESPACE, place))


def _kept_key(key: bytes | None, max_bytes: int) -> bytes | None:
    if key is None or len(key) <= max_bytes // 16:
        return key
    return sha256(key).digest()


def _headers(
    record: Record,
    event: WorkflowEvent[Any] | None,
    give_up: GiveUp,
    history: History | None,
    dlq_id: str,
    max_bytes: int,
) -> Headers:
    """Return what can be seen of a letter without decoding it."""
    summary = {
        "id": dlq_id,
        "disposition": give_up.disposition,
        "code": give_up.failure.code,
        "cause": cause_of(give_up),
        "event-id": event.event_id if event is not None else None,
        "event-type": event.event_type if event is not None else None,
        "source": source_of(record),
        "attempts": str(history.count if history is not None else 0),
    }
    longest = min(_LONGEST_HEADER_BYTES, max_bytes // 32)
    return [
        (f"{HEADER_PREFIX}{name}", short_text(text, longest).encode())
        for name, text in summary.items()
        if text is not None
    ]
