"""How does a letter leave its topic, as one line of JSON that can be brought back?

The letter as it stands, every number digit by digit, and one member more: ``desk``, what the desk
knows beside it.  A line in which something is hidden says so, and is not taken back.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from consumer.core.audit_record import AuditRecord
from consumer.core.ledger_entry import Entry
from consumer.core.letter_mark import letter_members
from consumer.core.record import Record
from consumer.core.timestamps import rfc3339
from consumer.desk.envelopes import envelope_bytes
from consumer.desk.letters import Letter
from consumer.desk.redaction import Redaction, exactly

DESK = "desk"
"""The member that is not the letter's own."""
DESK_MEMBER = f',"{DESK}":'.encode()
_LINE_BREAKS = (b"\n", b"\r")


def carried(
    letter: Letter,
    record: Record,
    hide: Redaction,
    *,
    entry: Entry | None = None,
    audit: Sequence[AuditRecord] = (),
) -> bytes:
    """Return the letter in *record* as one line of JSON, without its line break.

    Args:
        letter: Its summary.
        record: Of the dead-letter topic.
        hide: What of it is hidden.
        entry: What the ledger knows of its event, where that is to be told.
        audit: What was asked about it, where that is to be told.
    """
    whole = envelope_bytes(record).strip()
    shown = hide.envelope(whole)
    if any(each in shown for each in _LINE_BREAKS):
        # Between members only: inside a string they are escaped.
        shown = orjson.dumps(exactly(shown))
    desk: dict[str, Any] = {
        "state": letter.state,
        "group": letter.group,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "dialect": letter.dialect,
    }
    if bool(hide) and shown != whole:
        desk["redacted"] = True
    if entry is not None:
        desk["entry"] = _entry_members(entry)
    if audit:
        desk["audit"] = [each.model_dump(mode="json", by_alias=True) for each in audit]
    return shown[:-1] + DESK_MEMBER + orjson.dumps(desk) + b"}"


def _entry_members(entry: Entry) -> dict[str, Any]:
    parked = entry.parked
    due_at = parked.due_at if parked is not None else None
    return {
        "status": entry.status,
        "settled_at": None if entry.settled_at is None else rfc3339(entry.settled_at),
        "due_at": None if due_at is None else rfc3339(due_at),
        "holds_key": entry.holds is not None,
        "letter": None if entry.letter is None else letter_members(entry.letter),
    }
