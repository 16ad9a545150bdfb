"""How does an exported line become a letter again, in this cluster or in another?

The letter keeps its name, so the same line brought in twice is one letter.  One that another
system wrote is named after what it says: its coordinates mean another record here.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

import orjson

from consumer.core.dead_letter import HEADER_PREFIX
from consumer.core.dead_letter_reading import NotALetterError, read_letter
from consumer.core.dead_letter_record import DeadLetterRecord
from consumer.core.dead_letter_size import short_text
from consumer.core.output import OutputRecord
from consumer.core.record import Headers
from consumer.core.timestamps import rfc3339
from consumer.desk.carried import DESK, DESK_MEMBER
from consumer.desk.redaction import exactly
from consumer.desk.summary import IMPORTED_HEADER

# UUIDv5 of the URL namespace and "everonce.imported-letter"; never changes, or letters would
# double.
_NAMESPACE = UUID("46f2a165-33ae-5565-bffb-0b0205361538")
_LONGEST_HEADER_BYTES = 600


class NotImportableError(ValueError):
    """A line is no letter that could be brought in; the message says why."""


@dataclass(frozen=True, slots=True)
class Importable:
    """A letter to be brought in."""

    dlq_id: str
    partition: int
    """Of its source, and so of the dead-letter topic."""
    value: bytes
    """The letter."""
    envelope: DeadLetterRecord


def importable(line: bytes) -> Importable:
    """Return the letter that an exported *line* holds.

    Raises:
        NotImportableError: It holds none, or not the whole of it.
    """
    try:
        document = exactly(line)
    except (ValueError, RecursionError) as error:
        raise NotImportableError(f"no JSON: {error}") from error
    if not isinstance(document, dict):
        raise NotImportableError("no JSON object")
    desk = document.pop(DESK, None)
    if isinstance(desk, dict) and desk.get("redacted"):
        raise NotImportableError(
            "some of its values are hidden: export it again with --reveal to bring it in"
        )
    try:
        value = _as_written(line) or orjson.dumps(document)
        envelope = read_letter(value)
        if not envelope.ledger_key:
            renamed = uuid5(_NAMESPACE, f"{envelope.dlq_id} {envelope.timestamp.isoformat()}")
            value = orjson.dumps({**document, "dlq_id": str(renamed)})
            envelope = envelope.model_copy(update={"dlq_id": str(renamed)})
    except (NotALetterError, orjson.JSONEncodeError) as error:
        raise NotImportableError(str(error)) from error
    return Importable(envelope.dlq_id, envelope.source.partition, value, envelope)


def _as_written(line: bytes) -> bytes | None:
    """Return the letter of a *line* as it stood in its topic; None where the line was changed."""
    place = line.rfind(DESK_MEMBER)
    letter = line[:place] + b"}"
    try:
        # Inside a string its quotes would be escaped; inside a member the braces would not close.
        return letter if place > 0 and DESK not in orjson.loads(letter) else None
    except orjson.JSONDecodeError:
        return None


def imported_record(letter: Importable, now: float) -> OutputRecord:
    """Return *letter* as it is written to the dead-letter topic.

    Args:
        letter: What is brought in.
        now: Seconds since the epoch.
    """
    envelope = letter.envelope
    key = envelope.original.key
    is_whole = key is not None and "original.key" not in envelope.cut
    return OutputRecord(
        key.decoded() if key is not None and is_whole else None,
        letter.value,
        _headers(envelope, now),
    )


def _headers(envelope: DeadLetterRecord, now: float) -> Headers:
    """Return the headers that every letter has, and when it was brought in."""
    source, context = envelope.source, envelope.context
    made = envelope.retry_count + 1 if envelope.attempts or envelope.retry_count else 0
    summary = {
        "id": envelope.dlq_id,
        "disposition": envelope.disposition,
        "code": envelope.error.code,
        "cause": envelope.error.cause,
        "event-id": context.event_id,
        "event-type": context.event_type,
        "source": f"{source.topic}/{source.partition}/{source.offset}",
        "attempts": str(made),
    }
    headers = [
        (f"{HEADER_PREFIX}{name}", short_text(text, _LONGEST_HEADER_BYTES).encode())
        for name, text in summary.items()
        if text is not None
    ]
    return [*headers, (IMPORTED_HEADER, rfc3339(now).encode())]
