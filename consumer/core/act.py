"""What is asked of a partition's owner, and how does it stand on the control topic?

An act is one header, JSON.  Where it is about a record (a redriven letter, an event on its way to
its home partition), key, value and the other headers of the control record are those of that
record, byte for byte; else key and value are null.  Only the desk and group commits write there:
what stands there is trusted, which nothing on the input topic ever is.
"""

from dataclasses import dataclass
from typing import Any, Literal

import orjson

from consumer.core.output import OutputRecord
from consumer.core.record import LogRecord, Record

ACT_HEADER = "everonce-act"
VERSION = 1

ActKind = Literal["redrive", "replay", "discard", "now", "cancel", "release", "home"]
"""redrive: run a letter's event again; replay: run any event again, past dedup; discard: close a
letter; now: start a parked event; cancel: make a letter of a parked event; release: let a key go on
that a letter holds; home: an event without a key, brought to the partition that dedups its id."""

_KINDS = frozenset({"redrive", "replay", "discard", "now", "cancel", "release", "home"})
_WITH_RECORD = frozenset({"redrive", "replay", "home"})


class NotAnActError(ValueError):
    """A record of the control topic that this Everonce cannot read as an act."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that is asked of the owner."""

    kind: ActKind
    act_id: str
    """Made by the desk, the same when it is asked again; empty of home."""
    operator: str = ""
    """Who asks."""
    reason: str | None = None
    """Why."""
    at: float = 0.0
    """When; seconds since the epoch, by the desk's clock."""
    ledger_key: str | None = None
    """Of the entry that it is about; None of a letter that another system wrote."""
    dlq_id: str | None = None
    """Of the letter that it is about; None of now and cancel."""
    edited: bool = False
    """Whether the record's value is another than the letter's."""
    record: LogRecord | None = None
    """Of redrive, replay and home: the record, with the coordinates that it was first read at."""


def control_record(act: Act) -> OutputRecord:
    """Return *act* as it is written to the control partition of its owner's number."""
    members: dict[str, Any] = {"v": VERSION, "act": act.kind}
    optional = {
        "id": act.act_id or None,
        "operator": act.operator or None,
        "reason": act.reason,
        "at": act.at or None,
        "ledger_key": act.ledger_key,
        "dlq_id": act.dlq_id,
        "edited": act.edited or None,
    }
    members |= {name: value for name, value in optional.items() if value is not None}
    record = act.record
    if record is None:
        return OutputRecord(None, None, [(ACT_HEADER, orjson.dumps(members))])
    members["source"] = [record.topic, record.partition, record.offset, record.timestamp]
    # The first of that name counts: what a producer has put among its own headers says nothing.
    headers = [(ACT_HEADER, orjson.dumps(members)), *record.headers]
    return OutputRecord(record.key, record.value, headers)


def read_act(record: Record) -> Act:
    """Return the act that a *record* of the control topic is.

    Raises:
        NotAnActError: It is none, or one that a newer Everonce has written.
    """
    place = f"{record.topic}/{record.partition}/{record.offset}"
    if not record.headers or record.headers[0][0] != ACT_HEADER:
        raise NotAnActError(f"{place} has no header {ACT_HEADER}: only the desk writes there")
    try:
        members = orjson.loads(record.headers[0][1] or b"")
        if members["v"] != VERSION or members["act"] not in _KINDS:
            raise NotAnActError(
                f"{place} asks for {str(members['act'])[:100]!r} of version "
                f"{str(members['v'])[:20]}, this Everonce knows version {VERSION}: run the newer "
                "one that wrote it, then ask again",
            )
        return _act_of(members, record)
    except (orjson.JSONDecodeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, NotAnActError):
            raise
        raise NotAnActError(f"{place} is no act: {error!r}") from error


def _act_of(members: dict[str, Any], record: Record) -> Act:
    kind: ActKind = members["act"]
    about = None
    if kind in _WITH_RECORD:
        topic, partition, offset, timestamp = members["source"]
        about = LogRecord(
            str(topic),
            int(partition),
            int(offset),
            int(timestamp),
            record.key,
            record.value,
            tuple((name, value) for name, value in record.headers[1:]),
        )
    return Act(
        kind,
        str(members.get("id", "")),
        str(members.get("operator", "")),
        _text(members.get("reason")),
        float(members.get("at", 0.0)),
        _text(members.get("ledger_key")),
        _text(members.get("dlq_id")),
        edited=bool(members.get("edited", False)),
        record=about,
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
