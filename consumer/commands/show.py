"""How does a record of each topic read in one line?

Time, partition/offset, then what the topic's readers look for first.  Whatever the record holds
is escaped: see ``printable``.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from rich.text import Text

from consumer.commands.printable import printable, printable_bytes
from consumer.core.record import Record

Shown = Callable[[Record], Text]
_STATUS = {
    "success": "green",
    "completed": "green",
    "duplicate": "cyan",
    "running": "yellow",
    "parked": "yellow",
    "error": "red",
    "dead_lettered": "red",
    "discarded": "dim",
}
_MOST = 400


def line_of(role: str) -> Shown:
    """Return what shows a record of that topic in one line."""
    return {"events": _event, "results": _result, "dlq": _letter, "state": _entry}[role]


def clock(timestamp_ms: int) -> str:
    """Return a record's timestamp in UTC, to the millisecond; of today without the date."""
    try:
        moment = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return f"{timestamp_ms} ms"
    date = "" if moment.date() == datetime.now(UTC).date() else f"{moment:%Y-%m-%d} "
    return f"{date}{moment:%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def document_of(value: bytes | None) -> Mapping[str, Any]:
    """Return *value* as a JSON object, an empty one where it is none."""
    try:
        document = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object that *document* has under *name*, an empty one where it has none."""
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}


def place(record: Record) -> Text:
    """Return when and where *record* is."""
    return Text.assemble(
        (f"{clock(record.timestamp)} ", "dim"),
        (f"{record.partition}/{record.offset}".ljust(9), "dim"),
    )


def key_of(record: Record) -> str:
    """Return the key of *record* for people."""
    return "(no key)" if record.key is None else printable_bytes(record.key, most=60)


def _event(record: Record) -> Text:
    line = place(record).append(f" {key_of(record)} ", "cyan")
    if record.value is None:
        return line.append(" tombstone", "dim")
    document = document_of(record.value)
    if not document.get("event_id"):
        return line.append(" no event ", "red").append(printable_bytes(record.value, most=_MOST))
    line.append(f" {_said(document, 'event_type')}", "bold")
    line.append(f"  {_said(document, 'event_id')} ")
    return line.append(f" {_json(document.get('payload'))}", "dim")


def _result(record: Record) -> Text:
    document = document_of(record.value)
    if not document:
        return _unknown(record)
    status = _said(document, "status")
    line = place(record).append(f" {status:9}", _STATUS.get(status, "bold"))
    line.append(f" {_said(document, 'event_type')}", "bold")
    line.append(f"  {_said(document, 'event_id')} ")
    error = document.get("error")
    if isinstance(error, Mapping):
        return line.append(f" {_said(error, 'code')}: {_said(error, 'message')}", "red")
    return line.append(f" {_json(document.get('result'))}", "dim")


def _letter(record: Record) -> Text:
    document = document_of(record.value)
    if not document:
        return _unknown(record)
    error, context = part(document, "error"), part(document, "context")
    line = place(record).append(f" {_said(document, 'disposition'):9}", "red")
    line.append(f" {_said(context, 'event_type', '-')}", "bold")
    line.append(f"  {_said(context, 'event_id', '-')} ")
    return line.append(f" {_said(error, 'code')}: {_said(error, 'message')}", "red")


def _entry(record: Record) -> Text:
    line = place(record).append(f" {ledger_key(record.key)} ")
    if record.value is None:
        return line.append(" forgotten", "dim")
    document = document_of(record.value)
    if "status" in document:
        status = _said(document, "status")
        line.append(f" {status}", _STATUS.get(status, "bold"))
    rest = {name: document[name] for name in document if name not in {"v", "status"}}
    return line.append(f"  {_json(rest)}", "dim")


def ledger_key(key: bytes | None) -> str:
    """Return a key of the state topic in words: event ID, record COORDINATES, or progress."""
    from consumer.core.dedup_key import COORDINATES_PREFIX, EVENT_PREFIX

    text = printable_bytes(key or b"", most=120)
    for prefix, word in ((EVENT_PREFIX, "event"), (COORDINATES_PREFIX, "record")):
        if text.startswith(prefix):
            return f"{word} {text.removeprefix(prefix)}"
    return text


def _unknown(record: Record) -> Text:
    line = place(record).append(f" {key_of(record)} ", "cyan")
    if record.value is None:
        return line.append(" tombstone", "dim")
    return line.append(" not one of ours ", "red").append(printable_bytes(record.value, most=_MOST))


def _said(document: Mapping[str, Any], name: str, absent: str = "?") -> str:
    value = document.get(name)
    return absent if value is None else printable(str(value), most=200)


def _json(value: object) -> str:
    return "" if value is None else printable(orjson.dumps(value).decode(), most=_MOST)
