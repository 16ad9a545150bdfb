"""How is a value that a processor returned written as JSON: exactly, or not at all?

Common encoders write NaN as null and refuse an integer beyond 64 bits; here the first is refused
and the second written digit by digit.  Decimals become JSON numbers with all their digits;
pydantic models are written as they say themselves, so a Decimal inside one is pydantic's string.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel
from pydantic_core import PydanticSerializationError

DEEPEST = 250
"""Levels of nesting; orjson itself ends at 254."""

_NULL = b"null"
# orjson itself ends the process (segmentation fault) on a dataclass with slots of which one is
# not set.
_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS
_ADVICE = "return JSON values, a pydantic model or a dataclass, or convert it first"

_Place = tuple[Any, str]
"""Where in the value, as (the place around it, the last step): a text is only made of it for a
message."""


class UnserialisableError(Exception):
    """A value that no JSON text stands for; the message says where in it, and why."""


def encode_value(value: object) -> bytes:
    """Return *value* as JSON.

    Raises:
        UnserialisableError: It holds something that JSON has no exact text for.
    """
    if value is None:
        return _NULL
    try:
        encoded = orjson.dumps(value, _default, _OPTIONS)
    except TypeError:
        return encode_plain(value)
    # orjson and pydantic write NaN and the infinities as null, so only a null needs a look.
    return encode_plain(value) if _NULL in encoded else encoded


def encode_plain(value: object) -> bytes:
    """Return *value* as JSON, where every part of it has to be looked at.

    Raises:
        UnserialisableError: It holds something that JSON has no exact text for.
    """
    try:
        plain = _plain(value, (None, "the value"), DEEPEST)
        return orjson.dumps(plain, _default, _OPTIONS)
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UnserialisableError(f"the value cannot be written as JSON: {error}") from error


def _default(value: object) -> object:
    """Return what orjson is to write for a type that it does not know; it may hide a NaN.

    Raises:
        TypeError: There is no exact text for it; orjson's own way to be told.
    """
    if isinstance(value, BaseModel):
        return orjson.Fragment(value.__pydantic_serializer__.to_json(value, warnings=False))
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    if _is_dataclass(value):
        return _public_fields(value)
    raise TypeError(type(value).__name__)


def _plain(value: Any, place: _Place, levels: int) -> Any:
    """Return *value* in terms that orjson writes exactly.

    Raises:
        UnserialisableError: It, or something in it, cannot be.
    """
    if levels == 0:
        raise _refusal(place, f"is nested deeper than {DEEPEST} levels, or contains itself")
    reading = _BY_TYPE.get(type(value)) or _reading_of(value)
    if reading is None:
        raise _refusal(place, f"is a {_type_name(value)}, which has no JSON form")
    return reading(value, place, levels)


def _refusal(place: _Place, problem: str, advice: str = _ADVICE) -> UnserialisableError:
    steps: list[str] = []
    around: _Place | None = place
    while around is not None:
        around, step = around
        steps.append(step if len(step) <= 40 else f"{step[:40]}…")
    if len(steps) > 8:
        steps[4:-4] = ["…"]
    return UnserialisableError(f"{''.join(reversed(steps))} {problem}: {advice}")


def _type_name(value: object) -> str:
    kind = type(value)
    within = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{within}{kind.__qualname__}"


def _as_it_is(value: Any, _place: _Place, _levels: int) -> Any:
    return value


def _isoformat(value: date | time, _place: _Place, _levels: int) -> str:
    return value.isoformat()


def _digits(value: UUID, _place: _Place, _levels: int) -> str:
    return str(value)


def _text(value: str, place: _Place, _levels: int) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise _refusal(
            place,
            f"has half a surrogate pair at {error.start}, which no UTF-8 text can hold",
            "decode it with the right encoding, or drop it",
        ) from error
    return value


def _integer(value: int, place: _Place, _levels: int) -> Any:
    if -(2**63) <= value < 2**64:
        return int(value)
    try:
        return orjson.Fragment(str(int(value)))
    except ValueError as error:
        raise _refusal(
            place,
            f"is an integer of {value.bit_length()} bits, more than Python writes in digits",
            "return it as a text",
        ) from error


def _number(value: float | Decimal, place: _Place, _levels: int) -> Any:
    finite = value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)
    if not finite:
        raise _refusal(
            place,
            f"is {value}, a {_type_name(value)} that JSON has no number for",
            "return null or a text instead",
        )
    return value


def _model(value: BaseModel, place: _Place, levels: int) -> Any:
    try:
        dumped = value.__pydantic_serializer__.to_python(value, mode="json", warnings=False)
    except PydanticSerializationError as error:
        problem = f"is a {_type_name(value)} that pydantic cannot write ({error})"
        raise _refusal(place, problem) from error
    return _plain(dumped, place, levels - 1)


def _enum(value: Enum, place: _Place, levels: int) -> Any:
    return _plain(value.value, place, levels - 1)


def _list(value: list[Any] | tuple[Any, ...], place: _Place, levels: int) -> list[Any]:
    return [_plain(item, (place, f"[{number}]"), levels - 1) for number, item in enumerate(value)]


def _dataclass(value: Any, place: _Place, levels: int) -> dict[str, Any]:
    return _members(_public_fields(value), place, levels)


def _is_dataclass(value: object) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _public_fields(value: Any) -> dict[str, Any]:
    names = (field.name for field in dataclasses.fields(value))
    return {name: getattr(value, name) for name in names if not name.startswith("_")}


def _members(value: Mapping[Any, Any], place: _Place, levels: int) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, member in value.items():
        name = _key(key, place)
        if name in members:
            raise _refusal(place, f"has two keys that read {name!r} in JSON", "keep one of them")
        members[name] = _plain(member, (place, f".{name}"), levels - 1)
    return members


def _key(key: object, place: _Place) -> str:
    match key:
        case Enum():
            return _key(key.value, place)
        case str():
            return _text(key, (place, " (a key)"), 1)
        case int() | UUID() if not isinstance(key, bool):
            return str(key)
        case date():
            return key.isoformat()
        case _:
            problem = f"has a key that is a {_type_name(key)}"
            raise _refusal(place, problem, "JSON keys are texts: convert it")


def _reading_of(value: object) -> "_Reading | None":
    """Return how a value of a derived type is read."""
    for kind, reading in _READINGS.items():
        if isinstance(value, kind):
            return reading
    return _dataclass if _is_dataclass(value) else None


_Reading = Callable[[Any, _Place, int], Any]
_READINGS: dict[type, _Reading] = {
    # An Enum that is also a str or an int is its value, as orjson has it.
    Enum: _enum,
    str: _text,
    bool: _as_it_is,
    type(None): _as_it_is,
    int: _integer,
    float: _number,
    Decimal: _number,
    dict: _members,
    list: _list,
    tuple: _list,
    BaseModel: _model,
    date: _isoformat,
    time: _isoformat,
    UUID: _digits,
}
"""How each kind of value is read; for derived types the first match decides."""
_BY_TYPE: dict[type, _Reading] = {
    **_READINGS,
    **dict.fromkeys((datetime, date, time, UUID), _as_it_is),
}
