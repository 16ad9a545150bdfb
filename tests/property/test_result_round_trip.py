"""What the hot path writes is what the schema says, digit by digit."""

import json
import math
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from consumer.core.json_value import UnserialisableError, encode_value
from consumer.core.result import ResultRecord, ResultStatus, encode_result
from consumer.core.schemas import schemas
from tests.unit.core.letter_examples import a_failure, an_event

SCHEMA = Draft202012Validator(schemas()["result"])

numbers = (
    st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
broken = st.sampled_from(
    [math.nan, math.inf, -math.inf, Decimal("NaN"), b"x", object(), {1, 2}, "\ud800", 10**5000]
)
moments = st.floats(0, 4 * 10**9)


def exactly(text: bytes) -> Any:
    return json.loads(text, parse_float=Decimal)


def same(written: Any, value: Any) -> bool:
    match value:
        case dict():
            return written.keys() == value.keys() and all(
                same(written[name], value[name]) for name in value
            )
        case list():
            return len(written) == len(value) and all(map(same, written, value))
        case float():
            return float(written) == value
        case Decimal():
            return bool(Decimal(written) == value)
        case _:
            return type(written) is type(value) and bool(written == value)


@given(values)
def test_a_value_comes_back_digit_by_digit(value: object) -> None:
    assert same(exactly(encode_value(value)), value)


@given(values, broken, st.integers(0, 3), st.booleans())
def test_a_value_that_holds_something_without_json_is_refused(
    value: object, wrong: object, depth: int, in_list: bool
) -> None:
    holder: object = wrong
    for _ in range(depth):
        holder = [value, holder] if in_list else {"a": value, "b": holder}

    with pytest.raises(UnserialisableError):
        encode_value(holder)


@given(
    values,
    st.builds(an_event, event_id=st.text(min_size=1), correlation_id=st.none() | st.text()),
    st.sampled_from(["success", "error", "duplicate"]),
    st.integers(0, 100),
    moments,
    moments,
    st.booleans(),
)
def test_a_result_is_what_its_schema_says(
    value: object,
    event: Any,
    status: ResultStatus,
    attempts: int,
    started_at: float,
    finished_at: float,
    kept: bool,
) -> None:
    encoded = encode_result(
        event,
        status=status,
        result=orjson.Fragment(encode_value(value)) if kept else value,
        error=a_failure() if status == "error" else None,
        attempts=attempts,
        processor="charge",
        started_at=started_at,
        finished_at=finished_at,
    )
    record = ResultRecord.model_validate(json.loads(encoded))

    SCHEMA.validate(json.loads(encoded))
    assert same(exactly(encoded)["result"], value)
    assert record.correlation_id == (
        event.event_id if event.correlation_id is None else event.correlation_id
    )
    assert abs(record.started_at.timestamp() - started_at) < 2e-6
    assert abs(record.duration_ms - max(0.0, finished_at - started_at) * 1000) < 0.002
