"""How do arbitrary bytes stand in a JSON document, and come back as they were?

As text where they are UTF-8 and that is no longer than base64, so that people can read them.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict


class EncodedBytes(BaseModel):
    """Bytes in a JSON document."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    encoding: Literal["utf-8", "base64"]
    """How data stands for them: as their text, or in base64."""

    data: str
    """The text, or the digits of base64."""

    def decoded(self) -> bytes:
        """Return the bytes."""
        return bytes_of({"encoding": self.encoding, "data": self.data})


def encoded_bytes(data: bytes) -> dict[str, Any]:
    """Return *data* as orjson is to write it, in the shorter of the two encodings."""
    try:
        text = orjson.dumps(data.decode())
    except UnicodeDecodeError:
        text = None
    if text is not None and len(text) - 2 <= _base64_size(len(data)):
        # Escaped already: orjson copies it as it is.
        return {"encoding": "utf-8", "data": orjson.Fragment(text)}
    return {"encoding": "base64", "data": b64encode(data).decode()}


def bytes_of(members: Mapping[str, Any]) -> bytes:
    """Return the bytes that ``encoded_bytes`` has made *members* of."""
    data: str = members["data"]
    return data.encode() if members["encoding"] == "utf-8" else b64decode(data)


def encoded_size(data: bytes) -> int:
    """Return the most bytes that the text of *data* takes in JSON."""
    return _base64_size(len(data))


def cut_bytes(data: bytes, room: int) -> dict[str, Any]:
    """Return the beginning of *data*, as long as its text takes at most *room* bytes."""
    # So much of anything fits as base64; of a text often more, in steps as it is escaped.
    surely = max(0, room // 4 * 3)
    if not _is_text(data):
        return encoded_bytes(data[:surely])
    kept = max(0, min(len(data), room))
    while True:
        # With half a character at its end, a text would have to be base64.
        part = encoded_bytes(data[:kept].decode(errors="ignore").encode())
        size = len(orjson.dumps(part["data"])) - 2
        if size <= room or kept <= surely:
            return part
        kept = max(surely, min(kept - 1, kept * room // size))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _base64_size(size: int) -> int:
    return (size + 2) // 3 * 4
