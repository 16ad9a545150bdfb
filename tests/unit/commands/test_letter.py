"""A dead letter as an operator reads it."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.commands.letter import decoded, letter_report
from consumer.commands.printable import is_harmless
from tests.unit.commands.rendering import rendered

LETTER: dict[str, Any] = {
    "dlq_id": "11111111-2222-5333-8444-555555555555",
    "timestamp": "2026-01-02T03:04:05.678901Z",
    "disposition": "exhausted",
    "source": {"topic": "orders", "partition": 3, "offset": 14},
    "original": {
        "key": {"encoding": "utf-8", "data": "workflow-9"},
        "value": {"encoding": "utf-8", "data": '{"amount": 1.10000000000000000001}'},
    },
    "error": {
        "code": "MAX_RETRIES_EXCEEDED",
        "cause": "NETWORK_ERROR",
        "message": "Failed after 2 attempts: no route",
        "retryable": True,
        "suggested_actions": ["Look at the network.", "Redrive."],
    },
    "attempts": [
        {
            "number": number,
            "status": "transient",
            "started_at": "2026-01-02T03:04:05Z",
            "duration_ms": 12.5,
            "code": "NETWORK_ERROR",
            "message": f"no route ({number})",
            "delay": 0.25,
        }
        for number in (1, 2)
    ],
    "context": {
        "event_id": "e-1",
        "event_type": "order.created",
        "workflow_id": "w",
        "workflow_run_id": "r",
        "processor": "shop.price",
        "policy": "standard",
    },
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "words",
    [
        ("What happened", "MAX_RETRIES_EXCEEDED", "no route", "cause: NETWORK_ERROR"),
        ("order.created e-1 of workflow w, run r", "orders/3/14", "2026-01-02 03:04:05.678Z"),
        ("What was tried", "2 attempts by processor shop.price, policy standard"),
        ("1  03:04:05.000Z  transient after 12 ms, tried again after 0.25 s", "no route (1)"),
        ("What to do", "• Look at the network.", "Tried again as it is, it may succeed."),
        ("The original", "key workflow-9", '"amount": 1.10000000000000000001'),
    ],
)
def test_report_says_what_happened_what_was_tried_what_to_do_and_the_original(
    words: tuple[str, ...],
) -> None:
    report = rendered(letter_report(LETTER))

    for word in words:
        assert word in report


def test_a_poison_record_says_that_nothing_was_tried() -> None:
    poison = {**LETTER, "attempts": [], "context": {}}

    report = rendered(letter_report(poison))

    assert "nothing: it was recognised before any processor was asked" in report
    assert "the record is no event" in report


def test_many_attempts_are_shown_as_the_first_and_the_last() -> None:
    attempts = [{**LETTER["attempts"][0], "number": number} for number in range(1, 21)]

    report = rendered(letter_report({**LETTER, "attempts": attempts}))

    assert "… 14 more" in report
    assert "\n│      1  " in report
    assert "\n│     20  " in report
    assert "\n│      9  " not in report


def test_headers_of_the_original_are_shown_the_first_of_them() -> None:
    headers = [{"name": f"h-{n}", "encoding": "utf-8", "data": f"v\x1b{n}"} for n in range(10)]
    original = {**LETTER["original"], "headers": headers}

    report = rendered(letter_report({**LETTER, "original": original}))

    assert r"header h-7: v\x1b7" in report
    assert "… 2 headers more" in report


def test_end_of_the_traceback_and_details_are_shown() -> None:
    trace = "\n".join(f"line {number}" for number in range(20))
    error = {**LETTER["error"], "traceback": trace, "details": {"limit": 7}}

    report = rendered(letter_report({**LETTER, "error": error}))

    assert 'details: {"limit": 7}' in report
    assert "… 14 lines more" in report
    assert "line 19" in report
    assert "line 13 " not in report


def test_letter_of_another_system_does_not_say_what_was_tried() -> None:
    trace = "\n".join(f"line {number}" for number in range(20))
    error = {**LETTER["error"], "traceback": trace}
    foreign = {**LETTER, "error": error, "attempts": [], "desk": {"dialect": "spring"}}

    report = rendered(letter_report(foreign))

    assert "its letter does not say" in report
    assert "line 0" in report
    assert "it may succeed" not in report


def test_a_cut_original_says_so() -> None:
    original = {**LETTER["original"], "truncated": True, "size": 7_000_000, "sha256": "abc"}

    assert "(cut; 7000000 bytes, sha256 abc)" in rendered(
        letter_report({**LETTER, "original": original})
    )


@given(st.dictionaries(st.sampled_from(list(LETTER)), JSON))
def test_any_document_can_be_read_as_a_letter_without_harm(document: dict[str, Any]) -> None:
    report = rendered(letter_report(document))

    assert all(is_harmless(line) for line in report.split("\n"))


def test_what_a_producer_wrote_cannot_command_the_terminal() -> None:
    escape = base64.b64encode(b"\x1b[2J\xff").decode()
    hostile = {
        **LETTER,
        "dlq_id": "\x1b[31m[bold]",
        "original": {"value": {"encoding": "base64", "data": escape}},
    }

    report = rendered(letter_report(hostile))

    assert r"\x1b[31m[bold]" in report
    assert r"\x1b[2J\xff" in report


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"encoding": "utf-8", "data": "é"}, "é".encode()),
        ({"encoding": "base64", "data": "/w=="}, b"\xff"),
        ({"encoding": "base64", "data": "not base64!"}, b"not base64!"),
        (None, None),
        ("text", None),
    ],
)
def test_fields_of_the_envelope_are_decoded(field: object, expected: bytes | None) -> None:
    assert decoded(field) == expected
