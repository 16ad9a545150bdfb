"""How is a JSON document changed, and keeps every number that was not meant?

Numbers are kept as the very text they have; common parsers would round 1.00000000000000000001 and
give up at 1e999.  Two numbers are equal when their values are.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Self

import orjson
from jsonpatch import JsonPatch, JsonPatchException, JsonPointerException


class NotJsonError(ValueError):
    """A text that is no JSON document, or one that cannot be written in UTF-8."""


class PatchError(ValueError):
    """A patch that is none, or cannot be applied to this document."""


class ExactNumber(Decimal):
    """A number, and the text that stands for it."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Keep *text*.

        Raises:
            NotJsonError: Its exponent is beyond what any number here may have.
        """
        try:
            number = super().__new__(cls, text)
        except InvalidOperation:
            raise NotJsonError(f"the number {text[:60]} is out of all bounds") from None
        number.text = text
        return number

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        return self

    def __copy__(self) -> Self:
        return self


def exact_document(text: bytes) -> Any:
    """Return the document in *text*, its numbers as ``ExactNumber``.

    Raises:
        NotJsonError: It is none.
    """
    try:
        return json.loads(
            text.decode(),
            parse_int=ExactNumber,
            parse_float=ExactNumber,
            parse_constant=_no_number,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise NotJsonError(f"it is no JSON document (RFC 8259, UTF-8): {error}") from error
    except RecursionError as error:
        raise NotJsonError("it is nested too deeply") from error


def exact_text(document: Any, *, indented: bool = False) -> bytes:
    """Return *document* as JSON, every number by its own text.

    Args:
        document: As ``exact_document`` returns it.
        indented: For people; else without any space.

    Raises:
        NotJsonError: A text in it holds half a surrogate pair.
    """
    try:
        return orjson.dumps(document, _number, orjson.OPT_INDENT_2 if indented else 0)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise NotJsonError(f"it cannot be written in UTF-8: {error}") from error


def patched(document: Any, patch: Any) -> Any:
    """Return *document* as *patch* changes it; both as ``exact_document`` returns them.

    A list is a JSON Patch (RFC 6902), an object a JSON Merge Patch (RFC 7396).

    Raises:
        PatchError: It is no patch, a test in it fails, or a path leads nowhere.
    """
    if isinstance(patch, dict):
        return _merged(document, patch)
    if not isinstance(patch, list):
        raise PatchError(
            "it is neither a list of operations (JSON Patch, RFC 6902) nor an object (JSON Merge "
            "Patch, RFC 7396)"
        )
    try:
        return JsonPatch(patch).apply(document)
    except (JsonPatchException, JsonPointerException, TypeError, KeyError) as error:
        raise PatchError(f"it cannot be applied: {error}") from error


def _merged(document: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    members = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            members.pop(name, None)
        else:
            members[name] = _merged(members.get(name), value)
    return members


def _number(value: Any) -> Any:
    if isinstance(value, ExactNumber):
        return orjson.Fragment(value.text)
    raise TypeError(type(value).__name__)


def _no_number(text: str) -> Any:
    raise NotJsonError(f"{text} is no number in JSON")
