"""What does an entry remember of the failed attempts of an unfinished event?

All of them up to ``History.KEPT``, their texts bounded; and of the last failure what a letter needs
that is written without another attempt.  Tracebacks and details are not kept: a thousand events
that wait for the same outage would keep as many copies of them.
"""

from typing import Any

from consumer.core.dead_letter_size import short_text
from consumer.core.failure import Attempt, Failure, History

HISTORY_BYTES = 24 * 1024
"""Most that the members of a history take in JSON."""

_CODE_BYTES = 100
_NAME_BYTES = 200
_ATTEMPT_MESSAGE_BYTES = 500
_MESSAGE_BYTES = 2000


def history_members(history: History) -> dict[str, Any]:
    """Return *history* as members of an entry; it holds an attempt at least."""
    members: dict[str, Any] = {
        "attempts": [_attempt_members(attempt) for attempt in history.attempts],
        "first_failed_at": history.first_failed_at,
        "last_failed_at": history.last_failed_at,
    }
    if history.held_seconds:
        members["held_seconds"] = history.held_seconds
    if history.last_failure is not None:
        members["last_error"] = _failure_members(history.last_failure)
    return members


def history_of(document: dict[str, Any]) -> History | None:
    """Return the history in an entry's *document*; None where no attempt has failed."""
    attempts = document.get("attempts")
    if not attempts:
        return None
    last_error = document.get("last_error")
    return History(
        attempts=[_attempt_of(members) for members in attempts],
        first_failed_at=document["first_failed_at"],
        last_failed_at=document["last_failed_at"],
        last_failure=_failure_of(last_error) if last_error is not None else None,
        held_seconds=document.get("held_seconds", 0.0),
    )


def _attempt_members(attempt: Attempt) -> dict[str, Any]:
    members = {
        "number": attempt.number,
        "status": attempt.status,
        "started_at": attempt.started_at,
        "duration": attempt.duration_seconds,
        "code": _short(attempt.code, _CODE_BYTES),
        "message": _short(attempt.message, _ATTEMPT_MESSAGE_BYTES),
        "step": _short(attempt.step, _NAME_BYTES),
        "delay": attempt.delay_seconds,
    }
    return {name: value for name, value in members.items() if value is not None}


def _attempt_of(members: dict[str, Any]) -> Attempt:
    return Attempt(
        number=members["number"],
        status=members["status"],
        started_at=members["started_at"],
        duration_seconds=members["duration"],
        code=members.get("code"),
        message=members.get("message"),
        step=members.get("step"),
        delay_seconds=members.get("delay"),
    )


def _failure_members(failure: Failure) -> dict[str, Any]:
    members = {
        "code": _short(failure.code, _CODE_BYTES),
        "message": _short(failure.message, _MESSAGE_BYTES),
        "class": failure.failure_class,
        "rule": _short(failure.rule, _NAME_BYTES),
        "type": _short(failure.type, _NAME_BYTES) or None,
        "status_code": failure.status_code,
        "request_id": _short(failure.request_id, _NAME_BYTES),
    }
    return {name: value for name, value in members.items() if value is not None}


def _failure_of(members: dict[str, Any]) -> Failure:
    return Failure(
        members["code"],
        members["message"],
        members["class"],
        members["rule"],
        members.get("type", ""),
        status_code=members.get("status_code"),
        request_id=members.get("request_id"),
    )


def _short(text: str | None, room: int) -> str | None:
    return None if text is None else short_text(text, room)
