"""What of a letter is nobody's business?

Values of members and headers whose name matches a pattern of ``desk.redact`` are hidden, in
documents, in the original where it is JSON, and behind such a name in texts (messages, tracebacks).
A hidden value says how long it was, and nothing else.
"""

import json
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from fnmatch import translate
from typing import Any

import orjson

HIDDEN = "(hidden)"
# Quoted, quoted inside a quoted text, with an authorization scheme, or up to the next delimiter.
_VALUE = r"""(?:
    "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | \\"(?:(?!\\").)*\\"
    | (?:(?:bearer|basic|digest|negotiate)\s+)?[^\s,;&}\])]+
)"""
_LONGEST_NAME = 200
_DEEPEST = 200
_CLASS = re.compile(r"\[[^\]]+\]")


class Redaction:
    """Hides what stands under names of some patterns."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Hide what stands under names that match.

        Args:
            patterns: As in a shell, whatever the case: ``*password*``; none hides nothing.
        """
        self._name = (
            re.compile("|".join(translate(pattern) for pattern in patterns), re.IGNORECASE)
            if patterns
            else None
        )
        words = [_word(pattern) for pattern in patterns]
        self._traces = [_trace(pattern) for pattern in patterns]
        self._texts = (
            re.compile(
                rf"""(?P<name>(?<![\w-])(?:{"|".join(words)})\\?["']?\s*[:=]\s*){_VALUE}""",
                re.IGNORECASE | re.VERBOSE,
            )
            if words
            else None
        )

    def __bool__(self) -> bool:
        """Whether it hides anything."""
        return self._name is not None

    def hides(self, name: str) -> bool:
        """Whether what stands under *name* is hidden."""
        return self._name is not None and self._name.match(name[:_LONGEST_NAME]) is not None

    def _may_hide(self, data: bytes) -> bool:
        """Whether a look inside is worth while; escapes and base64 could spell anything."""
        if b"\\u" in data or b'"base64"' in data:
            return True
        lower = data.lower()
        return any(trace.search(lower) is not None for trace in self._traces)

    def text(self, text: str) -> str:
        """Return *text* without what stands behind such a name: password=..., "token": "..."."""
        if self._texts is None or not self._may_hide(text.encode("utf-8", "surrogatepass")):
            return text
        return self._texts.sub(lambda found: f"{found['name']}{HIDDEN}", text)

    def document(self, value: Any, depth: int = 0) -> Any:
        """Return a parsed JSON document with what is hidden replaced.

        So is what is nested deeper than JSON is written here; *depth* is how deep it stands.
        """
        match value:
            case dict() | list() if depth > _DEEPEST:
                return HIDDEN
            case dict():
                return {
                    name: HIDDEN
                    if each is not None and self.hides(name)
                    else self.document(each, depth + 1)
                    for name, each in value.items()
                }
            case list():
                return [self.document(each, depth + 1) for each in value]
            case str():
                return self.text(value)
            case _:
                return value

    def value(self, data: bytes) -> bytes:
        """Return the value of a record with what is hidden replaced, where it is JSON or text.

        Numbers keep every digit, and bytes that are no UTF-8 stay as they are.
        """
        if not self or not self._may_hide(data):
            return data
        try:
            document = exactly(data)
        except (ValueError, RecursionError):
            # Bytes of another encoding stay what they are: a password stands beside them all the
            # same.
            text = self.text(data.decode("utf-8", "surrogateescape"))
            return text.encode("utf-8", "surrogateescape")
        try:
            return _unless_same(data, document, self.document(document))
        except orjson.JSONEncodeError:
            # Half of a surrogate pair: it cannot be written again.
            return HIDDEN.encode()

    def header(self, name: str, value: bytes | None) -> bytes | None:
        """Return the value of a header, hidden where its name says so."""
        if value is None or not self:
            return value
        return HIDDEN.encode() if self.hides(name) else self.value(value)

    def envelope(self, envelope: bytes) -> bytes:
        """Return a letter, as JSON, with what is hidden replaced everywhere in it.

        Raises:
            ValueError: It is no JSON object.
        """
        if not self or not self._may_hide(envelope):
            return envelope
        try:
            document = exactly(envelope)
        except RecursionError:
            # The value itself has it as a text; nothing else is nested so deeply.
            document = orjson.loads(envelope) | {"original_event": None}
        hidden = {
            name: self._original(each)
            if name == "original" and isinstance(each, dict)
            else self.document(each)
            for name, each in document.items()
        }
        return _unless_same(envelope, document, hidden)

    def _original(self, original: dict[str, Any]) -> dict[str, Any]:
        headers = original.get("headers")
        shown = {**original, "value": self._encoded(original.get("value"))}
        if isinstance(headers, list):
            shown["headers"] = [self._header(each) for each in headers]
        return shown

    def _header(self, header: Any) -> Any:
        if not isinstance(header, dict):
            return header
        if header.get("data") is not None and self.hides(str(header.get("name"))):
            return {**header, "encoding": "utf-8", "data": HIDDEN}
        return self._encoded(header)

    def _encoded(self, field: Any) -> Any:
        """Return an ``{encoding, data}`` whose text has nothing that is hidden."""
        match field:
            case {"encoding": "utf-8", "data": str(data)}:
                hidden = self.value(data.encode("utf-8", "surrogatepass"))
                return {**field, "data": hidden.decode("utf-8", "surrogatepass")}
            case {"encoding": "base64", "data": str(data)}:
                try:
                    text = b64decode(data, validate=True)
                    hidden = self.value(text)
                except (Base64Error, ValueError):
                    return field
                return field if hidden == text else {**field, **_readable(hidden)}
            case _:
                return field


def _readable(data: bytes) -> dict[str, str]:
    try:
        return {"encoding": "utf-8", "data": data.decode()}
    except UnicodeDecodeError:
        return {"encoding": "base64", "data": b64encode(data).decode()}


def _unless_same(written: bytes, document: Any, hidden: Any) -> bytes:
    """Return *hidden* as JSON; where nothing was hidden the *document* as it was written."""
    shown = orjson.dumps(hidden)
    try:
        return written if shown == orjson.dumps(document) else shown
    except orjson.JSONEncodeError:
        return shown


def exactly(text: bytes) -> Any:
    """Return a JSON text parsed so that ``orjson.dumps`` writes its numbers digit by digit.

    Raises:
        ValueError: It is no JSON.
        RecursionError: It is nested too deeply.
    """
    return json.loads(
        text.decode(),
        parse_int=orjson.Fragment,
        parse_float=orjson.Fragment,
        parse_constant=_no_constant,
    )


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _trace(pattern: str) -> re.Pattern[bytes]:
    """Return what is in every lower-case text that has a name of *pattern*."""
    if not pattern.isascii():
        return re.compile(b"")
    core = _CLASS.sub("?", pattern).strip("*").lower()
    found = "".join({"*": ".*", "?": "."}.get(c) or re.escape(c) for c in core)
    return re.compile(found.encode(), re.DOTALL)


def _word(pattern: str) -> str:
    """Return the names of a *pattern* as they stand in a text."""
    plain = _CLASS.sub("?", pattern)
    return "".join({"*": r"[\w-]{0,60}", "?": r"[\w-]"}.get(c) or re.escape(c) for c in plain)
