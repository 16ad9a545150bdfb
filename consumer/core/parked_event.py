"""What does an entry hold of an event that is not done when its offset has been passed?

Its record, byte for byte, because nobody will read it again; its place in its lane; and when its
next attempt is due, or which letter it waits behind.  Beside it stand what a letter holds back
(``Hold``) and what an attempt that may kill the process is announced with (``Crash``).
"""

from dataclasses import dataclass
from typing import Any, Literal

import orjson

from consumer.core.dead_letter_members import original_members
from consumer.core.encoded_bytes import bytes_of, encoded_bytes, encoded_size
from consumer.core.lanes import LaneKey
from consumer.core.record import LogRecord, Record

_RECORD_BYTES = 256
"""Names and numbers of a record's members."""
_PART_BYTES = 48
"""What a part is wrapped in: its name, its encoding, braces and commas."""


@dataclass(frozen=True, slots=True)
class Parked:
    """What is kept of an event whose offset is passed, or will be in the same commit."""

    record: LogRecord
    """Its headers are a tuple."""
    seq: int
    """Its place in its lane; the lowest is the head.  From a counter of the partition."""
    parked_at: float
    """When it was parked first; seconds since the epoch."""
    due_at: float | None = None
    """When its next attempt is due, seconds since the epoch; only the head of a lane has one."""
    held_by: str | None = None
    """The dlq_id that held its lane when it was parked."""

    @property
    def has_just_arrived(self) -> bool:
        """Whether it came by the control topic and has not waited since: it was due at once."""
        return self.due_at is not None and self.due_at <= self.parked_at


@dataclass(frozen=True, slots=True)
class Hold:
    """Which lane waits until somebody has done something about this event's letter."""

    lane: LaneKey
    seq: int
    """The event's own place in that lane, to which a resend of it comes back."""


CrashStage = Literal["suspected", "grouped", "alone"]
"""Parked before it has run since a death; announced with others; announced alone."""


@dataclass(frozen=True, slots=True)
class Crash:
    """How a suspect stands, and was announced before it ran; see ``consumer.core.quarantine``."""

    epoch: int
    """The session that said so, as ``Progress.epoch`` counts them."""
    stage: CrashStage
    at: float
    """Seconds since the epoch."""


def copied(record: Record) -> LogRecord:
    """Return *record* as one of our own, which holds nothing else in memory."""
    return LogRecord(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp,
        record.key,
        record.value,
        tuple((name, value) for name, value in record.headers),
    )


def record_size_at_most(record: Record) -> int:
    """Return the most bytes that *record* takes in an entry, however it is encoded."""
    parts = (record.key, record.value, *(value for _, value in record.headers))
    names = (record.topic, *(name for name, _ in record.headers))
    return (
        _RECORD_BYTES
        + sum(encoded_size(part or b"") + _PART_BYTES for part in parts)
        + sum(len(orjson.dumps(name.encode(errors="backslashreplace").decode())) for name in names)
    )


def parked_members(parked: Parked) -> dict[str, Any]:
    """Return *parked* as members of an entry."""
    record = parked.record
    members: dict[str, Any] = {
        "record": {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.timestamp,
            **original_members(record),
        },
        "seq": parked.seq,
        "parked_at": parked.parked_at,
    }
    if parked.due_at is not None:
        members["due_at"] = parked.due_at
    if parked.held_by is not None:
        members["held_by"] = parked.held_by
    return members


def parked_of(document: dict[str, Any]) -> Parked | None:
    """Return what an entry's *document* holds of a parked event; None where it is none."""
    record = document.get("record")
    if record is None:
        return None
    return Parked(
        LogRecord(
            record["topic"],
            record["partition"],
            record["offset"],
            record["timestamp"],
            _optional_bytes(record["key"]),
            _optional_bytes(record["value"]),
            tuple(
                (header["name"], None if header["data"] is None else bytes_of(header))
                for header in record["headers"]
            ),
        ),
        document["seq"],
        document["parked_at"],
        document.get("due_at"),
        document.get("held_by"),
    )


def hold_members(hold: Hold) -> dict[str, Any]:
    """Return *hold* as a member of an entry."""
    lane = hold.lane
    return {"lane": encoded_bytes(lane) if isinstance(lane, bytes) else lane, "seq": hold.seq}


def hold_of(members: dict[str, Any] | None) -> Hold | None:
    """Return the hold that *members* are."""
    if members is None:
        return None
    lane = members["lane"]
    return Hold(lane if isinstance(lane, int) else bytes_of(lane), members["seq"])


def crash_members(crash: Crash) -> dict[str, Any]:
    """Return *crash* as a member of an entry."""
    return {"epoch": crash.epoch, "stage": crash.stage, "at": crash.at}


def crash_of(members: dict[str, Any] | None) -> Crash | None:
    """Return the announcement that *members* are."""
    if members is None:
        return None
    return Crash(members["epoch"], members["stage"], members["at"])


def _optional_bytes(members: dict[str, Any] | None) -> bytes | None:
    return None if members is None else bytes_of(members)
