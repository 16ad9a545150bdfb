"""What a letter says."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from consumer.core.error_codes import ERROR_CODES
from consumer.core.retry import GiveUp
from tests.unit.core.letter_examples import (
    CONTEXT,
    EVENT_VALUE,
    a_failure,
    a_history,
    a_letter,
    a_record,
    given_up,
)


def said(**members: Any) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(a_letter(**members).value)
    return document


def exhausted() -> GiveUp:
    cause = a_failure(traceback="Traceback ...", details={"card": 7}, status_code=503)
    failure = replace(cause, code="MAX_RETRIES_EXCEEDED", message="Failed after 3 attempts: no")
    return GiveUp("exhausted", failure, cause)


def test_a_letter_has_every_member_of_the_design() -> None:
    assert list(said()) == [
        "schema",
        "dlq_id",
        "ledger_key",
        "timestamp",
        "disposition",
        "error",
        "retry_count",
        "attempts",
        "first_failed_at",
        "last_failed_at",
        "context",
        "source",
        "redrive",
        "original",
        "original_event",
        "cut",
    ]


def test_a_letter_says_where_the_record_stands() -> None:
    letter = said()

    assert letter["schema"] == "everonce.dead-letter/1"
    assert letter["ledger_key"] == "e:e-1"
    assert letter["timestamp"] == "2023-11-14T22:13:20.250000Z"
    assert letter["source"] == {
        "topic": "workflow-events",
        "partition": 3,
        "offset": 42,
        "timestamp": 1_699_999_999_123,
    }


def test_the_error_of_a_limit_names_what_failed_at_last() -> None:
    give_up = exhausted()
    error = said(give_up=give_up, history=a_history(3))["error"]

    assert error == {
        "code": "MAX_RETRIES_EXCEEDED",
        "type": "bank.TimeoutError",
        "message": "Failed after 3 attempts: no",
        "cause": "TIMEOUT",
        "details": {"card": 7},
        "status_code": 503,
        "request_id": None,
        "traceback": "Traceback ...",
        "retryable": True,
        "suggested_actions": [
            *ERROR_CODES["TIMEOUT"].actions,
            *ERROR_CODES["MAX_RETRIES_EXCEEDED"].actions,
        ],
    }


def test_an_error_that_no_limit_decided_has_no_cause() -> None:
    assert said()["error"]["cause"] is None


@pytest.mark.parametrize(
    ("details", "written"),
    [
        ({"amount": 10**30}, b'"details":{"amount":%d}' % 10**30),
        ({"raw": b"x"}, b'"details":{"not_written":"the value.raw is a bytes, which has no'),
        (None, b'"details":null'),
    ],
    ids=repr,
)
def test_details_are_written_or_it_is_said_why_not(
    details: dict[str, object] | None, written: bytes
) -> None:
    assert written in a_letter(give_up=given_up(a_failure(details=details))).value


def test_attempts_are_listed_with_their_delays() -> None:
    letter = said(history=a_history(2))

    assert letter["retry_count"] == 1
    assert letter["attempts"][0] == {
        "number": 1,
        "status": "transient",
        "started_at": "2023-11-14T22:13:21.250000Z",
        "duration_ms": 500.0,
        "code": "TIMEOUT",
        "message": "no answer",
        "step": None,
        "delay": 1.5,
    }
    assert letter["first_failed_at"] == "2023-11-14T22:13:21.750000Z"
    assert letter["last_failed_at"] == "2023-11-14T22:13:22.750000Z"


def test_of_many_attempts_the_first_and_the_last_nineteen_are_listed() -> None:
    letter = said(history=a_history(50))

    assert [attempt["number"] for attempt in letter["attempts"]] == [1, *range(32, 51)]
    assert letter["retry_count"] == 49


def test_what_never_ran_failed_when_it_was_given_up() -> None:
    letter = said()

    assert (letter["retry_count"], letter["attempts"]) == (0, [])
    assert letter["first_failed_at"] == letter["last_failed_at"] == letter["timestamp"]


def test_the_context_names_event_processor_and_consumer() -> None:
    assert said()["context"] == {
        "workflow_id": "w-1",
        "workflow_run_id": "r-1",
        "event_id": "e-1",
        "event_type": "invoice.created",
        "processor": "charge",
        "policy": "standard",
        "consumer": "billing",
        "version": "0.1.0",
        "trace_id": None,
    }


def test_a_poison_record_has_no_event_to_name() -> None:
    context = said(event=None)["context"]

    assert context["event_id"] is context["event_type"] is context["workflow_id"] is None


@pytest.mark.parametrize(
    ("traceparent", "trace_id"),
    [
        (b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f35"),
        (b"nonsense", None),
    ],
)
def test_the_trace_of_the_record_is_named(traceparent: bytes, trace_id: str | None) -> None:
    found = said(record=a_record(headers=[("traceparent", traceparent)]))["context"]["trace_id"]

    assert found == trace_id or found.startswith(trace_id)


def test_a_trace_that_is_given_wins() -> None:
    context = replace(CONTEXT, trace_id="t-1")

    assert said(context=context)["context"]["trace_id"] == "t-1"


def test_the_event_is_shown_digit_by_digit() -> None:
    assert b'"original_event":' + EVENT_VALUE + b"," in a_letter().value


@pytest.mark.parametrize(
    "value",
    [None, b"", b"not JSON", b"\xff", b'{"a":NaN}', b"[" * 500 + b"]" * 500],
    ids=["none", "empty", "text", "binary", "NaN", "deep"],
)
def test_what_is_no_readable_json_has_no_event(value: bytes | None) -> None:
    letter = said(record=a_record(value=value), event=None)

    assert letter["original_event"] is None


def test_an_event_of_many_objects_is_shown() -> None:
    value = b"[" + b",".join([b"{}"] * 500) + b"]"

    assert len(said(record=a_record(value=value))["original_event"]) == 500


def test_earlier_letters_are_named() -> None:
    previous = tuple(f"d-{number}" for number in range(30))
    redrive = said(previous_dlq_ids=previous, redrive_count=30)["redrive"]

    assert redrive == {"count": 30, "previous_dlq_ids": list(previous[-20:])}
