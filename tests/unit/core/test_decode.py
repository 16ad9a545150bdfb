"""A record is an event, to the letter of the standards, or it is poison with a reason."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from consumer.core.decode import decode, inexact_number
from consumer.core.failure import Failure
from processors.contract import WorkflowEvent
from tests.builders import event_bytes

WHOLE = event_bytes()


def refusal(value: bytes) -> str:
    decoded = decode(value)
    assert isinstance(decoded, Failure)
    assert (decoded.code, decoded.failure_class, decoded.rule, decoded.type) == (
        "INVALID_INPUT",
        "permanent",
        "decode",
        "DecodeError",
    )
    return decoded.message


def number(text: str) -> bytes:
    return WHOLE.replace(b"7", text.encode())


def test_an_event_is_read_with_all_its_members() -> None:
    decoded = decode(
        event_bytes(correlation_id="c", idempotency_key="i", schema_version="2", colour="red")
    )

    assert isinstance(decoded, WorkflowEvent)
    assert decoded.event_id == "event-1"
    assert decoded.event_type == "order.created"
    assert (decoded.workflow_id, decoded.workflow_run_id) == ("orders", "run-1")
    assert decoded.occurred_at == datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert decoded.payload == {"amount": 7}
    assert (decoded.correlation_id, decoded.idempotency_key) == ("c", "i")
    assert decoded.schema_version == "2"
    assert decoded.extra == {"colour": "red"}


def test_an_optional_member_may_be_null() -> None:
    decoded = decode(event_bytes(correlation_id=None))

    assert isinstance(decoded, WorkflowEvent)
    assert decoded.correlation_id is None
    assert decoded.extra == {}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00\x01\x02", id="binary"),
        pytest.param(number("NaN"), id="NaN"),
        pytest.param(number("-Infinity"), id="infinity"),
        pytest.param(number("07"), id="leading zero"),
        pytest.param(number("+7"), id="plus sign"),
        pytest.param(number(".7"), id="no digit before the point"),
        pytest.param(number("0x7"), id="hexadecimal"),
        pytest.param(WHOLE + b"x", id="trailing text"),
        pytest.param(WHOLE + WHOLE, id="two values"),
        pytest.param(WHOLE[:-1], id="cut short"),
        pytest.param(WHOLE[:-1] + b",}", id="trailing comma"),
        pytest.param(b"\xef\xbb\xbf" + WHOLE, id="byte order mark"),
        pytest.param(WHOLE.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(WHOLE.replace(b"orders", b"\xff"), id="bad UTF-8"),
        pytest.param(WHOLE.replace(b"orders", b"\xc0\xaf"), id="overlong UTF-8"),
        pytest.param(WHOLE.replace(b"orders", b"\xed\xa0\x80"), id="surrogate in UTF-8"),
        pytest.param(WHOLE.replace(b"orders", b"\\ud800"), id="lone high surrogate"),
        pytest.param(WHOLE.replace(b"orders", b"\\udc00x"), id="lone low surrogate"),
        pytest.param(WHOLE.replace(b"orders", b"a\nb"), id="control character"),
        pytest.param(number("1e999"), id="beyond any double"),
        pytest.param(number("[" * 5000 + "]" * 5000), id="nested five thousand deep"),
    ],
)
def test_what_is_not_strict_json_is_poison(value: bytes) -> None:
    assert refusal(value).startswith("the value is not JSON (RFC 8259, UTF-8): ")


@pytest.mark.parametrize(
    "text",
    [
        "1234567890123456789012345",
        "18446744073709551616",
        "-9223372036854775809",
        "1.00000000000000000001",
        "0.12345678901234567891",
        "1e-400",
        "4.9e-324",
        "1e-99999999999999999999",
        "12345678901234567e10",
        "9007199254740993.0",
    ],
)
def test_a_number_that_would_change_is_refused_by_name(text: str) -> None:
    message = refusal(number(text))

    assert f"the number {text} cannot be kept exactly" in message
    assert "send it as a string" in message


def test_a_very_long_number_is_named_by_its_beginning() -> None:
    assert inexact_number(b"[0." + b"3" * 5000 + b"]") == "0." + "3" * 62


@pytest.mark.parametrize(
    "text",
    [
        "18446744073709551615",
        "-9223372036854775808",
        "0.1",
        "1e23",
        "-0.0",
        "5e-324",
        "0e999",
        "100000000000000000000000.0",
        "0.30000000000000004",
        "1.7976931348623157e308",
    ],
)
def test_a_number_that_fits_is_kept(text: str) -> None:
    decoded = decode(number(text))

    assert isinstance(decoded, WorkflowEvent)
    assert Decimal(repr(decoded.payload["amount"])) == Decimal(text)


def test_long_numbers_and_exponents_within_texts_are_no_numbers() -> None:
    text = '1234567890123456789012345 1e999 \\" 1.00000000000000000001'

    assert isinstance(decode(event_bytes(payload={"note": text})), WorkflowEvent)


def test_deep_nesting_around_a_long_number_does_not_raise() -> None:
    assert refusal(number("[" * 1000 + "1.00000000000000000001" + "]" * 1000))


@pytest.mark.parametrize(
    ("event_id", "fits"),
    [
        pytest.param("a" * 512, True, id="512 of one byte"),
        pytest.param("a" * 513, False, id="513 of one byte"),
        pytest.param("é" * 256, True, id="256 of two bytes"),
        pytest.param("é" * 256 + "a", False, id="one byte more"),
        pytest.param("🦉" * 128, True, id="128 of four bytes"),
        pytest.param("🦉" * 129, False, id="129 of four bytes"),
        pytest.param("", False, id="empty"),
    ],
)
def test_an_id_is_bounded_in_bytes(event_id: str, *, fits: bool) -> None:
    assert isinstance(decode(event_bytes(event_id)), WorkflowEvent) is fits


@pytest.mark.parametrize(
    ("text", "offset_minutes"),
    [
        ("2026-01-31T23:59:59Z", 0),
        ("2026-01-31T23:59:59.5Z", 0),
        ("2026-01-31T23:59:59.123456789Z", 0),
        ("2026-01-31T23:59:59+05:30", 330),
        ("2026-01-31T23:59:59-11:00", -660),
        ("2024-02-29T00:00:00+00:00", 0),
    ],
)
def test_a_moment_is_rfc_3339_with_a_zone(text: str, offset_minutes: int) -> None:
    decoded = decode(event_bytes(occurred_at=text))

    assert isinstance(decoded, WorkflowEvent)
    assert decoded.occurred_at.utcoffset() == timedelta(minutes=offset_minutes)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T23:59:59",
        "2026-01-31",
        "2026-01-31 23:59:59Z",
        "2026-01-31T23:59Z",
        "2026-01-31T23:59:59+0530",
        "2026-01-31T23:59:59.Z",
        "2026-01-31T23:59:59.1234567890Z",
        "2026-02-30T00:00:00Z",
        "2026-01-31T25:00:00Z",
        "2026-01-31T23:59:59+24:00",
        "2026-W05-6T23:59:59Z",
        "1769903999",
        " 2026-01-31T23:59:59Z",
        "٢٠٢٦-01-31T23:59:59Z",
    ],
)
def test_any_other_form_of_a_moment_is_poison(text: str) -> None:
    assert refusal(event_bytes(occurred_at=text)).startswith("occurred_at is ")


@pytest.mark.parametrize("value", [b"null", b"[]", b'"text"', b"7", b"true"])
def test_only_an_object_is_an_event(value: bytes) -> None:
    assert "an event is a JSON object" in refusal(value)
