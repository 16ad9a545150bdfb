"""What is published on the results topic about an event?

``ResultRecord`` is the schema; ``encode_result`` writes the same on the hot path without building
one, and the property tests hold the two together.
"""

from typing import Any, Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeInt

from consumer.core.exact_bytes import exact
from consumer.core.failure import Failure
from consumer.core.json_value import UnserialisableError, encode_plain, encode_value
from consumer.core.timestamps import rfc3339, utc
from processors.contract import WorkflowEvent

RESULT_SCHEMA = "everonce.result/1"
# For moments among the members around a result, which are ours.
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC
_SURELY_EXACT = frozenset({str, int, bool})
"""Types of which a value is written exactly or not at all."""

ResultStatus = Literal["success", "error", "duplicate"]


class ResultError(BaseModel):
    """Why an event has no result."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    code: str
    """Error code, of docs/error-codes.md or the processor's own."""

    message: str
    """What happened, for people."""

    retryable: bool
    """Whether the last failure was transient: a redrive of the letter may then succeed."""


class ResultRecord(BaseModel):
    """One answer to one event; times are RFC 3339 in UTC."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    schema_: Literal["everonce.result/1"] = Field(alias="schema")
    """Name and version of this form."""

    correlation_id: str
    """The event's own, or its event_id where it has none."""

    event_id: str
    """The event that is answered."""

    event_type: str
    """Its type."""

    workflow_id: str
    """Its workflow."""

    workflow_run_id: str
    """The run of that workflow."""

    status: ResultStatus
    """duplicate repeats the answer to an event that was completed before."""

    attempts: NonNegativeInt
    """Attempts made; 0 where the event never ran."""

    processor: str | None
    """Who processed it; null where no processor was reached."""

    started_at: AwareDatetime
    """When the first attempt began."""

    finished_at: AwareDatetime
    """When the last attempt ended."""

    duration_ms: float = Field(ge=0)
    """Milliseconds between the two, waits between attempts included."""

    error: ResultError | None
    """Why there is no result; null where there is one."""

    result: Any
    """What the processor returned."""

    dlq_id: str | None = None
    """Name of the event's letter on the dead-letter topic; only where status is error."""


def encode_result(  # noqa: PLR0913, PLR0917 - the members of a result; by position: one is made per event
    event: WorkflowEvent[Any],
    status: ResultStatus,
    attempts: int,
    processor: str | None,
    started_at: float,
    finished_at: float,
    result: object = None,
    error: Failure | None = None,
    dlq_id: str | None = None,
) -> bytes:
    """Return the result of *event*, encoded.

    Args:
        event: What is answered.
        status: How it ended.
        attempts: How many were made.
        processor: Name of the processor.
        started_at: Beginning of the first attempt, seconds since the epoch.
        finished_at: End of the last attempt, seconds since the epoch.
        result: What the processor returned; or ``orjson.Fragment`` around what ``encode_value``
            made of it before, for results that the ledger keeps and for answers to duplicates.
        error: Why there is no result.
        dlq_id: Name of the letter, where there is one.

    Raises:
        UnserialisableError: *result* has no exact JSON form.
    """
    event_id = event.event_id
    started, finished = utc(started_at), utc(finished_at)
    members = {
        "schema": RESULT_SCHEMA,
        "correlation_id": event_id if event.correlation_id is None else event.correlation_id,
        "event_id": event_id,
        "event_type": event.event_type,
        "workflow_id": event.workflow_id,
        "workflow_run_id": event.workflow_run_id,
        "status": status,
        "attempts": attempts,
        "processor": processor,
        "started_at": started,
        "finished_at": finished,
        # A clock set back meanwhile must not make the duration negative.
        "duration_ms": round((finished_at - started_at) * 1e6) / 1000
        if finished_at > started_at
        else 0.0,
        "error": None if error is None else _error(error),
        "result": result,
    }
    if not (started.microsecond and finished.microsecond):
        members["started_at"], members["finished_at"] = rfc3339(started_at), rfc3339(finished_at)
    if dlq_id is not None:
        members["dlq_id"] = dlq_id
    return exact(_encoded(members))


def _encoded(members: dict[str, Any]) -> bytes:
    """Return *members* as JSON, of which ``result`` is what a processor returned.

    The other members are written as they are, moments in UTC, and so is a result that is a
    ``Fragment``.

    Raises:
        UnserialisableError: The result holds something that JSON has no exact text for.
    """
    result = members["result"]
    if type(result) is dict and _SURELY_EXACT.issuperset(map(type, result.values())):
        try:
            return orjson.dumps(members, None, _OPTIONS)
        except TypeError:
            members["result"] = orjson.Fragment(encode_plain(result))
    elif type(result) is not orjson.Fragment:
        members["result"] = orjson.Fragment(encode_value(result))
    try:
        return orjson.dumps(members, None, _OPTIONS)
    except TypeError as error:
        raise UnserialisableError(f"the result cannot be written as JSON: {error}") from error


def _error(failure: Failure) -> dict[str, object]:
    return {
        "code": failure.code,
        "message": failure.message,
        "retryable": failure.is_transient,
    }
