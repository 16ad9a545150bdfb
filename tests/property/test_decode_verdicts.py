"""Both readings of an event agree on what one is, and numbers are exact or refused."""

import json
from decimal import Decimal
from typing import Any

import orjson
from hypothesis import assume, event, example, given
from hypothesis import strategies as st

from consumer.core.decode import MAX_EVENT_ID_BYTES, decode
from consumer.core.event_record import LONGEST_EVENT_ID_BYTES, why_invalid
from consumer.core.failure import Failure
from processors.contract import WorkflowEvent
from tests.builders import event_json

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | texts | st.just(0.5)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
moments = st.sampled_from(
    [
        "2026-01-31T23:59:59Z",
        "2026-01-31T23:59:59.123456789+05:30",
        "2026-01-31T23:59:59",
        "2026-02-30T00:00:00Z",
        "2026-01-31T23:59:60Z",
        "2026-01-31T24:00:00Z",
        "2026-01-31T23:59:59+24:00",
        "2026-01-31 23:59:59Z",
        "2026-01-31T23:59:59Z\n",
        "٢٠٢٦-01-31T23:59:59Z",
        "20260131T235959Z",
        "0000-01-01T00:00:00Z",
    ]
)
ids = st.one_of(
    texts,
    st.integers(120, 520).map("a".__mul__),
    st.integers(120, 260).map("é".__mul__),
    st.integers(120, 180).map("€".__mul__),
    st.integers(120, 135).map("🦉".__mul__),
)
names = ["event_type", "workflow_id", "workflow_run_id"]
optional = ["idempotency_key", "correlation_id", "schema_version"]
changes = st.fixed_dictionaries(
    {},
    optional={
        "event_id": ids | values,
        "occurred_at": moments | values,
        "payload": st.dictionaries(texts, values, max_size=3) | values,
        **dict.fromkeys(names, texts | values),
        **dict.fromkeys(optional, st.none() | texts | values),
        "unknown": values,
    },
)
documents = st.builds(
    lambda changed, left_out: {
        name: value for name, value in (event_json() | changed).items() if name not in left_out
    },
    changes,
    st.sets(st.sampled_from(["event_id", "occurred_at", "payload", *names]), max_size=1)
    | st.just(set[str]()),
)


@given(documents | values)
def test_both_readings_of_an_event_agree(document: Any) -> None:
    decoded = decode(orjson.dumps(document))
    reasons = why_invalid(document)

    event("refused" if reasons else "accepted")
    if isinstance(decoded, Failure):
        assert reasons
        assert decoded.message == reasons
    else:
        assert not reasons


@given(changes)
def test_what_is_accepted_is_kept_member_by_member(changed: dict[str, Any]) -> None:
    document = event_json() | changed
    decoded = decode(orjson.dumps(document))
    assume(isinstance(decoded, WorkflowEvent))
    assert isinstance(decoded, WorkflowEvent)

    for name in ("event_id", "payload", *names, *optional):
        assert getattr(decoded, name) == document.get(name)
    assert decoded.extra == {name: changed[name] for name in changed if name == "unknown"}


def test_both_readings_bound_the_id_alike() -> None:
    assert MAX_EVENT_ID_BYTES == LONGEST_EVENT_ID_BYTES == 512


def with_number(text: str) -> bytes:
    return orjson.dumps(event_json(payload={"number": "@"})).replace(b'"@"', text.encode())


def exactly(text: bytes) -> Decimal:
    """Return the payload's number with all its digits."""
    number = json.loads(text, parse_int=Decimal, parse_float=Decimal)["number"]
    assert isinstance(number, Decimal)
    return number


digits = st.text("0123456789", min_size=1, max_size=30)
whole = digits.map(lambda text: text.lstrip("0") or "0")
decimals = st.builds(
    lambda sign, before, after, exponent: f"{sign}{before}{after}{exponent}",
    st.sampled_from(["", "-"]),
    whole,
    st.just("") | digits.map(".{}".format),
    st.just("")
    | st.builds(
        "{}{}{}".format,
        st.sampled_from(["e", "E", "e+", "e-"]),
        st.sampled_from(["", "0", "00"]),
        st.integers(0, 500),
    ),
)
floats = st.floats(allow_nan=False, allow_infinity=False).map(repr)
edges = st.builds(
    lambda power, by: str(power + by),
    st.sampled_from([2**53, 2**63, 2**64, -(2**53), -(2**63)]),
    st.integers(-3, 3),
)


@given(decimals | floats | edges)
@example("1234567890123456789012345")
@example("1.00000000000000000001")
@example("1e999")
@example("1e-400")
@example("1e-99999999999999999999")
@example("0e99999999999999999999")
@example("-0.0")
@example("5e-324")
@example("1e23")
def test_a_number_is_kept_exactly_or_refused(text: str) -> None:
    decoded = decode(with_number(text))

    if isinstance(decoded, Failure):
        event("refused")
        assert (decoded.code, decoded.failure_class) == ("INVALID_INPUT", "permanent")
    else:
        event("kept")
        written = orjson.dumps(decoded.payload)
        assert exactly(written) == Decimal(text)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**64 - 1))
def test_no_number_that_fits_is_refused(number: float) -> None:
    decoded = decode(with_number(json.dumps(number)))

    assert isinstance(decoded, WorkflowEvent)
    assert decoded.payload["number"] == number


@given(st.integers(2**64, 10**40) | st.integers(-(10**40), -(2**63) - 1))
def test_no_integer_beyond_64_bits_is_let_through(number: int) -> None:
    decoded = decode(with_number(str(number)))

    assert isinstance(decoded, Failure)
    assert str(number) in decoded.message


@given(st.binary(max_size=60))
def test_no_bytes_make_the_decoder_raise(value: bytes) -> None:
    decoded = decode(value)

    assert isinstance(decoded, Failure)
    assert decoded.message
