"""What goes into a letter, part by part?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from consumer.core.encoded_bytes import encoded_bytes
from consumer.core.error_codes import suggested_actions
from consumer.core.exception_text import ask, bounded, encodable
from consumer.core.failure import Attempt, History
from consumer.core.json_value import UnserialisableError, encode_value
from consumer.core.record import Record
from consumer.core.retry import GiveUp
from consumer.core.timestamps import rfc3339
from consumer.core.trace import trace_of
from processors.contract import WorkflowEvent

Members = dict[str, Any]
"""A part of a letter, as orjson is to write it."""

_LONGEST_ATTEMPT_MESSAGE = 500
# Nesting that any reader of JSON takes; beyond it the event stands in the value alone.
_OPENING, _CLOSING = b"[" * 900, b"]" * 900
_SURELY_FLAT = 100


@dataclass(frozen=True, slots=True)
class LetterContext:
    """What a letter says of those who gave the record up."""

    processor: str | None
    policy: str | None
    consumer: str
    """Consumer group."""
    version: str
    """Of Everonce."""
    trace_id: str | None = None
    """Without it, that of the record's traceparent header."""


def cause_of(give_up: GiveUp) -> str | None:
    """Return the code of the last failure, where a limit decided and not the failure itself."""
    code = give_up.cause.code
    return code if code != give_up.failure.code else None


def error_members(give_up: GiveUp) -> Members:
    """Return why the record was given up."""
    failure, cause = give_up.failure, give_up.cause
    cause_code = cause_of(give_up)
    return {
        "code": encodable(failure.code),
        "type": encodable(cause.type),
        "message": encodable(failure.message),
        "cause": _text(cause_code),
        "details": None if cause.details is None else _details(cause.details),
        "status_code": cause.status_code,
        "request_id": _text(cause.request_id),
        "traceback": _text(cause.traceback),
        "retryable": cause.is_transient,
        "suggested_actions": suggested_actions(cause_code, failure.code),
    }


def _details(details: Mapping[str, Any]) -> object:
    try:
        return orjson.Fragment(encode_value(ask(partial(dict, details), {})))
    except UnserialisableError as error:
        return {"not_written": str(error)}


def attempt_members(history: History | None, now: float) -> Members:
    """Return what is known of attempts; what failed without one failed now."""
    known = history if history is not None else History()
    ran = bool(known.attempts)
    return {
        "retry_count": max(0, known.count - 1),
        "attempts": [_attempt(attempt) for attempt in known.attempts],
        "first_failed_at": rfc3339(known.first_failed_at if ran else now),
        "last_failed_at": rfc3339(known.last_failed_at if ran else now),
    }


def _attempt(attempt: Attempt) -> Members:
    message = attempt.message
    return {
        "number": attempt.number,
        "status": attempt.status,
        "started_at": rfc3339(attempt.started_at),
        "duration_ms": round(attempt.duration_seconds * 1000, 3),
        "code": _text(attempt.code),
        "message": None if message is None else bounded(message, _LONGEST_ATTEMPT_MESSAGE),
        "step": _text(attempt.step),
        "delay": attempt.delay_seconds,
    }


def context_members(
    record: Record,
    event: WorkflowEvent[Any] | None,
    context: LetterContext,
) -> Members:
    """Return what the record was part of."""
    texts = {
        "workflow_id": event.workflow_id if event is not None else None,
        "workflow_run_id": event.workflow_run_id if event is not None else None,
        "event_id": event.event_id if event is not None else None,
        "event_type": event.event_type if event is not None else None,
        "processor": context.processor,
        "policy": context.policy,
        "consumer": context.consumer,
        "version": context.version,
        "trace_id": context.trace_id or _trace_id(record),
    }
    return {name: _text(text) for name, text in texts.items()}


def _text(text: str | None) -> str | None:
    return None if text is None else encodable(text)


def _trace_id(record: Record) -> str | None:
    trace = trace_of(record.headers)
    parts = trace.traceparent.split("-") if trace is not None else []
    return parts[1] if len(parts) >= 4 else None


def original_members(record: Record) -> Members:
    """Return the record, byte for byte."""
    return {
        "key": None if record.key is None else encoded_bytes(record.key),
        "value": None if record.value is None else encoded_bytes(record.value),
        "headers": [
            {"name": encodable(name), "encoding": "utf-8", "data": None}
            | ({} if value is None else encoded_bytes(value))
            for name, value in record.headers
        ],
    }


def as_json(value: bytes | None) -> object:
    """Return the value as the JSON it is, digit by digit; None where it is none."""
    if value is None:
        return None
    deep = value.count(b"[") + value.count(b"{") > _SURELY_FLAT
    try:
        orjson.loads(_OPENING + value + _CLOSING if deep else value)
    except orjson.JSONDecodeError:
        return None
    return orjson.Fragment(value)
