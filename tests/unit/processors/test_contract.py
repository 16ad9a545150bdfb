"""Is what authors are given as it is described?"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from structlog.testing import capture_logs

import processors
from processors.contract import (
    Context,
    PermanentError,
    ProcessorError,
    RetryAfter,
    Trace,
    TransientError,
    WorkflowEvent,
)

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


class Place(NamedTuple):
    topic: str
    partition: int
    offset: int


def _event(**members: Any) -> WorkflowEvent[Any]:
    return WorkflowEvent("e-1", "order.created", "w-1", "r-1", MOMENT, {"secret": 1}, **members)


def test_authors_import_exactly_what_the_design_names() -> None:
    assert set(processors.__all__) == {
        "Context",
        "PermanentError",
        "ProcessorError",
        "RetryAfter",
        "TransientError",
        "WorkflowEvent",
        "processor",
    }


def test_an_event_read_another_way_keeps_everything_but_its_payload() -> None:
    event = _event(idempotency_key="i", correlation_id="c", schema_version="1", extra={"x": 1})

    other = event.with_payload("read")

    assert other.payload == "read"
    assert event.payload == {"secret": 1}
    for member in WorkflowEvent.__slots__:
        if member != "payload":
            assert getattr(other, member) == getattr(event, member)


def test_an_event_without_unknown_members_has_none() -> None:
    assert _event().extra == {}


def test_an_event_is_shown_without_its_payload() -> None:
    assert repr(_event()) == "WorkflowEvent(order.created e-1)"


def test_a_context_of_a_test_is_the_first_and_only_attempt() -> None:
    context = Context("key")

    assert (context.idempotency_key, context.attempt, context.max_attempts) == ("key", 1, 1)
    assert context.trace is None
    assert context.log_fields() == {"attempt": 1}


def test_what_a_processor_logs_names_the_event_and_the_attempt() -> None:
    context = Context("key", 2, 3, Trace("00-ab-cd-01"), _event(), Place("events", 4, 17))

    with capture_logs() as lines:
        context.log.warning("card.refused", amount=3)

    [line] = lines
    assert line == {
        "event": "card.refused",
        "log_level": "warning",
        "logger": "processors",
        "amount": 3,
        "topic": "events",
        "partition": 4,
        "offset": 17,
        "event_id": "e-1",
        "event_type": "order.created",
        "attempt": 2,
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ProcessorError("x"), "EXECUTION_FAILED"),
        (TransientError("x"), "SERVICE_UNAVAILABLE"),
        (PermanentError("x"), "EXECUTION_FAILED"),
        (RetryAfter(3, "x"), "RATE_LIMITED"),
        (TransientError("x", code="NETWORK_ERROR"), "NETWORK_ERROR"),
    ],
)
def test_an_error_has_the_code_of_its_class_unless_told_another(
    error: ProcessorError,
    code: str,
) -> None:
    assert error.code == code
    assert str(error) == error.message == "x"


def test_an_error_carries_what_helps_an_operator() -> None:
    error = PermanentError("no", details={"a": 1}, status_code=402, request_id="r")

    assert (error.details, error.status_code, error.request_id) == ({"a": 1}, 402, "r")


def test_an_error_that_knows_when_to_try_again_says_so_by_itself() -> None:
    error = RetryAfter(1.5, status_code=429)

    assert error.seconds == 1.5
    assert str(error) == "try again after 1.5 s"
    assert isinstance(error, TransientError)


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_a_wait_that_cannot_be_waited_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="give the wait in seconds, 0 or more"):
        RetryAfter(seconds)
