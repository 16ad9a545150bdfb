"""What of a letter goes when it would not fit its topic?

Step by step, the least needed first and the record's value last, until it fits; its size, hash and
coordinates stay.  Above ``SMALLEST_LETTER_BYTES`` that always ends in a letter, whatever the
record holds.
"""

from collections.abc import Callable
from hashlib import sha256

import orjson

from consumer.core.dead_letter_members import Members
from consumer.core.encoded_bytes import cut_bytes
from consumer.core.exception_text import bounded
from consumer.core.record import Record

SMALLEST_LETTER_BYTES = 4096
"""What the rest of a letter needs when everything that can be cut is."""

_LONG_TEXT_BYTES = 500
_SHORT_TEXT_BYTES = 40
_TOPIC_BYTES = 249
_LONG_KEY_BYTES = 256
_NOT_FOR_PEOPLE = frozenset({"schema", "dlq_id", "timestamp", "first_failed_at", "last_failed_at"})

_Step = Callable[[Members, Record], str | None]
"""Drops or shortens one member in place; returns its name where there was something to cut."""


def fitted(members: Members, record: Record, room: int) -> bytes:
    """Return *members* encoded in at most *room* bytes; some of them are cut in place.

    Args:
        members: The whole letter.
        record: The record it is about.
        room: Bytes, at least what ``SMALLEST_LETTER_BYTES`` leaves beside key and headers.
    """
    encoded = orjson.dumps(members)
    for step in _STEPS:
        if len(encoded) <= room:
            return encoded
        name = step(members, record)
        if name is not None:
            members["cut"].append(name)
            encoded = orjson.dumps(members)
    return encoded if len(encoded) <= room else _fitted_at_last(members, record, room)


def short_text(text: str, room: int) -> str:
    """Return as much of *text* as takes at most *room* bytes in JSON."""
    kept = bounded(text, room)
    # A control character takes six bytes, the ellipsis three.
    while (size := len(orjson.dumps(kept)) - 2) > room:
        kept = f"{kept[: min(len(kept) - 2, len(kept) * room // size)]}…"
    return kept


def _fitted_at_last(members: Members, record: Record, room: int) -> bytes:
    """Return a letter of short texts that keeps the value whole, else one without all of it."""
    short = _with_short_texts(members, _SHORT_TEXT_BYTES)
    short["error"]["suggested_actions"] = []
    short["redrive"] = {**short["redrive"], "previous_dlq_ids": []}
    if "texts" not in short["cut"]:
        short["cut"] = [*short["cut"], "texts"]
    encoded = orjson.dumps(short)
    if len(encoded) > room and record.value:
        # As the value must be cut, the texts may stay as long as they were, if they can.
        encoded = _with_cut_value(members, record, record.value, room)
        if len(encoded) > room:
            encoded = _with_cut_value(short, record, record.value, room)
    return encoded


def _drop_event(members: Members, _record: Record) -> str | None:
    return _drop(members, "original_event", "original_event")


def _drop_traceback(members: Members, _record: Record) -> str | None:
    return _drop(members["error"], "traceback", "error.traceback")


def _drop_details(members: Members, _record: Record) -> str | None:
    return _drop(members["error"], "details", "error.details")


def _drop(part: Members, member: str, name: str) -> str | None:
    if part[member] is None:
        return None
    part[member] = None
    return name


def _drop_attempts(members: Members, _record: Record) -> str | None:
    if not members["attempts"]:
        return None
    members["attempts"] = []
    return "attempts"


def _drop_headers(members: Members, record: Record) -> str | None:
    if not members["original"]["headers"]:
        return None
    members["original"] |= {"headers": [], **_whole(record)}
    return "original.headers"


def _shorten_texts(members: Members, _record: Record) -> str | None:
    short = _with_short_texts(members, _LONG_TEXT_BYTES)
    if short == members:
        return None
    members |= short
    return "texts"


def _cut_key(members: Members, record: Record) -> str | None:
    if record.key is None or len(record.key) <= _LONG_KEY_BYTES:
        return None
    members["original"] |= {"key": cut_bytes(record.key, 0), **_whole(record)}
    return "original.key"


def _with_short_texts(members: Members, room: int) -> Members:
    """Return a copy of *members* whose texts take at most *room* bytes each."""

    def shortened(part: Members) -> Members:
        return {
            name: short_text(value, _TOPIC_BYTES if name == "topic" else room)
            if isinstance(value, str) and name not in _NOT_FOR_PEOPLE
            else value
            for name, value in part.items()
        }

    parts = {name: shortened(members[name]) for name in ("source", "error", "context")}
    return {**shortened(members), **parts}


def _with_cut_value(members: Members, record: Record, value: bytes, room: int) -> bytes:
    """Return *members* encoded with as much of the value as there is room for."""
    original = {**members["original"], "value": cut_bytes(value, 0), **_whole(record)}
    letter = {**members, "original": original, "cut": [*members["cut"], "original.value"]}
    # Less one: nothing at all is utf-8, and base64 is a letter longer.
    left = room - len(orjson.dumps(letter)) - 1
    original["value"] = cut_bytes(value, left)
    return orjson.dumps(letter)


def _whole(record: Record) -> Members:
    """Return what is said of the value of a record that is not there as a whole."""
    value = record.value or b""
    return {"truncated": True, "size": len(value), "sha256": sha256(value).hexdigest()}


_STEPS: tuple[_Step, ...] = (
    _drop_event,
    _drop_traceback,
    _drop_attempts,
    _drop_headers,
    _drop_details,
    _shorten_texts,
    _cut_key,
)
