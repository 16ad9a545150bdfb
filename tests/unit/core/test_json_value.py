"""What a processor returns is written exactly, or refused with its place and reason."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field

from consumer.core.json_value import DEEPEST, UnserialisableError, encode_value


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Text(str):
    __slots__ = ()


class Whole(int):
    pass


class Moment(datetime):
    pass


class Id(UUID):
    pass


class Pair(NamedTuple):
    left: int
    right: int


@dataclass(slots=True)
class Receipt:
    amount: Any
    _private: str = "hidden"


class Invoice(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True, serialize_by_alias=True)

    number: int = Field(default=1, serialization_alias="no")
    amount: Decimal = Decimal("1.10")
    ratio: float = 0.5
    extra: Any = None


BIG = 10**24 + 1
MOMENT = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
UUID_1 = UUID(int=1)
UUID_TEXT = b'"00000000-0000-0000-0000-000000000001"'


def nested(levels: int, innermost: Any) -> Any:
    value = innermost
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (None, b"null"),
        (True, b"true"),
        ({"a": [1, "é", None]}, '{"a":[1,"é",null]}'.encode()),
        (2**64, b"18446744073709551616"),
        (-(2**63) - 1, b"-9223372036854775809"),
        ([BIG, None], b"[1000000000000000000000001,null]"),
        (Whole(7), b"7"),
        ([Whole(BIG)], b"[1000000000000000000000001]"),
        (Decimal("1.00000000000000000001"), b"1.00000000000000000001"),
        ([Decimal("-0E+3"), None], b"[-0E+3,null]"),
        (MOMENT, b'"2026-01-31T23:59:59+00:00"'),
        ([date(2026, 1, 31), time(1, 2), None], b'["2026-01-31","01:02:00",null]'),
        (Moment(2026, 1, 31), b'"2026-01-31T00:00:00"'),
        (UUID_1, UUID_TEXT),
        (Id(int=1), UUID_TEXT),
        (Colour.RED, b'"red"'),
        ([Level.HIGH, None], b"[3,null]"),
        (Text("t"), b'"t"'),
        ([Text("t"), None], b'["t",null]'),
        (Pair(1, 2), b"[1,2]"),
        (Receipt(BIG), b'{"amount":1000000000000000000000001}'),
        (Receipt(None), b'{"amount":null}'),
        (Invoice(), b'{"no":1,"amount":"1.10","ratio":0.5,"extra":null}'),
        ([Invoice(extra=BIG)], b'[{"no":1,"amount":"1.10","ratio":0.5,"extra":%d}]' % BIG),
        ({1: BIG, UUID_1: 2}, b'{"1":%d,%s:2}' % (BIG, UUID_TEXT)),
        ({Colour.RED: 1, MOMENT: 2}, b'{"red":1,"2026-01-31T23:59:59+00:00":2}'),
    ],
    ids=repr,
)
def test_a_value_is_written_exactly(value: object, encoded: bytes) -> None:
    assert encode_value(value) == encoded


def test_a_result_without_null_is_not_looked_at_twice() -> None:
    # A member named like the sign of danger only costs the second look.
    assert encode_value({"null": 1.5}) == b'{"null":1.5}'


def test_the_deepest_value_is_written() -> None:
    deepest = nested(DEEPEST - 1, None)

    assert json.loads(encode_value(deepest)) == deepest


def itself() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: float("nan"), "the value is nan, a float that JSON has no number for"),
        (lambda: {"a": [1, {"b": float("-inf")}]}, "the value.a[1].b is -inf, a float"),
        (lambda: Invoice(ratio=float("nan")), "the value.ratio is nan"),
        (lambda: Decimal("Infinity"), "the value is Infinity, a decimal.Decimal"),
        (lambda: [Decimal("sNaN")], "the value[0] is sNaN"),
        (lambda: {"raw": b"x"}, "the value.raw is a bytes, which has no JSON form: return JSON"),
        (lambda: {1, 2}, "the value is a set"),
        (lambda: Receipt, "the value is a type"),
        (lambda: [object()], "the value[0] is a object"),
        (lambda: Invoice(extra=object()), "Invoice that pydantic cannot write"),
        (lambda: {1: 2, "1": 3}, "the value has two keys that read '1' in JSON"),
        (lambda: {(1, 2): 3}, "the value has a key that is a tuple"),
        (lambda: {True: 3}, "the value has a key that is a bool"),
        (lambda: ["\ud800"], "the value[0] has half a surrogate pair at 0"),
        (lambda: {"\ud800": 1}, "the value (a key) has half a surrogate pair"),
        (lambda: 10**5000, "the value is an integer of 16610 bits"),
        (itself, "[0][0][0]…[0][0][0][0] is nested deeper than 250 levels, or contains itself"),
        (lambda: nested(DEEPEST, None), "is nested deeper than 250 levels"),
        (lambda: {"k" * 99: {1, 2}}, f"the value.{'k' * 39}… is a set"),
        (lambda: Receipt.__new__(Receipt), "the value cannot be written as JSON"),
    ],
)
def test_what_has_no_exact_form_is_refused_by_place(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(UnserialisableError) as refused:
        encode_value(make())

    assert message in str(refused.value)
