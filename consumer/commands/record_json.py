"""How is a record written as one line of JSON, and read back byte for byte?

``everonce tail --json`` writes these lines and ``everonce produce`` reads them, so what was tailed
can be produced again.  A key, value or header is

* the JSON text itself, where a value is one (numbers keep every digit);
* a string, where a key or header is UTF-8;
* ``{"encoding": "utf-8" | "base64", "data": ...}`` for anything else.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping

import orjson

from consumer.commands.printable import is_harmless, json_line
from consumer.core.output import OutputRecord
from consumer.core.record import Headers, Record

_COORDINATES = frozenset({"topic", "partition", "offset", "timestamp"})
_MEMBERS = frozenset({"key", "value", "headers"}) | _COORDINATES
_SPACE = re.compile(r"[ \t\n\r]*")
# The numbers themselves are taken from the text; int would refuse those beyond 4300 digits.
_DECODER = json.JSONDecoder(parse_int=float)


class RecordLineError(ValueError):
    """The line means no record; the message says why and shows a form that does."""


def record_line(record: Record) -> str:
    """Return *record* as one line of JSON without a line break, harmless on a terminal."""
    document = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": text_or_base64(record.key),
        "value": _value(record.value),
        "headers": [[name, text_or_base64(value)] for name, value in record.headers],
    }
    return json_line(orjson.dumps(document).decode())


def record_of(line: bytes, *, key_member: str | None) -> OutputRecord:
    """Return what *line* asks to be published.

    An object with a member ``value``, and nothing but what ``record_line`` writes, describes a
    record; any other line is the value itself, byte for byte.

    Args:
        line: Without its line break.
        key_member: Member of a bare value that becomes the key, where it is a string.

    Raises:
        RecordLineError: A described record has a member of a wrong form.
    """
    members = _raw_members(line)
    if "value" in members and members.keys() <= _MEMBERS:
        return OutputRecord(
            _text_or_bytes(members.get("key", "null"), "key"),
            _value_of(members["value"]),
            _headers_of(members.get("headers", "null")),
        )
    key = _DECODER.decode(members.get(key_member, "null")) if key_member else None
    return OutputRecord(key.encode() if isinstance(key, str) and key else None, line)


def text_or_base64(data: bytes | None) -> str | dict[str, str] | None:
    """Return *data* as text where it is UTF-8, else as ``{"encoding": "base64", ...}``."""
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"encoding": "base64", "data": base64.b64encode(data).decode()}


def _value(data: bytes | None) -> object:
    if data is None:
        return None
    text = text_or_base64(data)
    if not isinstance(text, str):
        return text
    as_text = {"encoding": "utf-8", "data": text}
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        return as_text
    # These would be read back as another thing, or would break the line.
    is_taken = document is None or isinstance(document, str)
    is_taken |= isinstance(document, dict) and "encoding" in document
    if is_taken or text != text.strip() or not is_harmless(text):
        return as_text
    return orjson.Fragment(data)


def _raw_members(line: bytes) -> Mapping[str, str]:
    """Return the members of an object, each as the very text it has in *line*; else nothing."""
    try:
        text = line.decode()
        members: dict[str, str] = {}
        place = _after_space(text, 0)
        while text[place] in ("{" if not members else ","):
            name, place = _DECODER.raw_decode(text, _after_space(text, place + 1))
            start = _after_space(text, text.index(":", place) + 1)
            _, place = _DECODER.raw_decode(text, start)
            members[str(name)] = text[start:place]
            place = _after_space(text, place)
        is_whole = text[place] == "}" and _after_space(text, place + 1) == len(text)
    except (ValueError, IndexError, RecursionError):
        return {}
    return members if is_whole else {}


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _value_of(raw: str) -> bytes | None:
    if raw[0] == '"' or (raw[0] == "{" and '"encoding"' in raw) or raw == "null":
        return _text_or_bytes(raw, "value")
    return raw.encode()


def _text_or_bytes(raw: str, member: str) -> bytes | None:
    return _bytes_of(_DECODER.decode(raw), raw, member)


def _bytes_of(document: object, raw: str, member: str) -> bytes | None:
    match document:
        case None:
            return None
        case str():
            return document.encode("utf-8", "surrogatepass")
        case {"encoding": "utf-8", "data": str(data), **rest} if not rest:
            return data.encode("utf-8", "surrogatepass")
        case {"encoding": "base64", "data": str(data), **rest} if not rest:
            try:
                return base64.b64decode(data, validate=True)
            except binascii.Error as error:
                raise RecordLineError(f"{member}: {data[:40]!r} is no base64: {error}") from None
        case dict() if member == "value":
            return raw.encode()
    raise RecordLineError(
        f"{member} is {raw[:60]}: write a string, null, or "
        '{"encoding": "utf-8" or "base64", "data": "..."}'
    )


def _headers_of(raw: str) -> Headers:
    document = _DECODER.decode(raw)
    pairs = list(document.items()) if isinstance(document, dict) else document or []
    headers: list[tuple[str, bytes | None]] = []
    for pair in pairs if isinstance(pairs, list) else [pairs]:
        match pair:
            case [str(name), value] | (str(name), value):
                shown = json.dumps(value)
                headers.append((name, _bytes_of(value, shown, f"header {name!r}")))
            case _:
                raise RecordLineError(
                    f"headers is {raw[:60]}: write an object of names and values, or a list of "
                    "[name, value] where a name recurs"
                )
    return headers
