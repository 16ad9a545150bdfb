"""What do the events of these runs do, before and after somebody has mended it?

``DESK_MENDED`` says how far the code is mended: not at all, half, or all of it.  An attempt that
succeeds writes its event down first: what runs twice is seen even where Kafka hides it.
"""

import asyncio
import os
import random
from typing import Any

from processors import (
    Context,
    PermanentError,
    RetryAfter,
    TransientError,
    WorkflowEvent,
    processor,
)

VARIABLE = "DESK_MENDED"
LATER_SECONDS = 3600.0
"""For how long what is to be cancelled, or started by hand, is parked."""
SOON_SECONDS = 2.1
"""Just above what is waited for in memory."""
_WORK_SECONDS = 0.01

_MENDED = os.environ.get(VARIABLE, "")
_PATH = os.environ.get("FAULTS_EFFECTS")
_effects = os.open(_PATH, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if _PATH else None


def is_mended(number: int) -> bool:
    """Whether the code copes with event *number*."""
    return _MENDED == "all" or (_MENDED == "half" and number % 2 == 0)


async def _done(event: WorkflowEvent[Any]) -> dict[str, Any]:
    await asyncio.sleep(random.random() * _WORK_SECONDS)  # noqa: S311 - not a secret
    if _effects is not None:
        # One write, unbuffered: it outlives the SIGKILL that may come next.
        os.write(_effects, f"{event.event_id}\n".encode())
    return {"number": event.payload["number"]}


@processor("desk.plain", policy="fast")
async def plain(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Succeed."""
    return await _done(event)


@processor("desk.permanent", policy="fast")
async def permanent(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Fail for good until the code is mended."""
    number = event.payload["number"]
    if not is_mended(number):
        raise PermanentError(f"no tax rate for country {number:04}", code="INVALID_CONFIG")
    return await _done(event)


@processor("desk.data", policy="fast")
async def data(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Fail for good until the event is mended."""
    amount = event.payload["amount"]
    if amount < 0:
        raise PermanentError(f"amount {amount} is below 0", code="INVALID_INPUT")
    return await _done(event)


@processor("desk.exhausted", policy="fast")
async def exhausted(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Fail at every attempt until the code is mended."""
    number = event.payload["number"]
    if not is_mended(number):
        raise TransientError(f"connection {number} was reset", code="NETWORK_ERROR")
    return await _done(event)


@processor("desk.later")
async def later(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Ask to be tried again in an hour until the code is mended."""
    if not is_mended(event.payload["number"]):
        raise RetryAfter(LATER_SECONDS, "maintenance until the evening")
    return await _done(event)


@processor("desk.flaky", policy="fast")
async def flaky(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Fail once, then succeed."""
    if ctx.attempt == 1:
        raise TransientError("not yet", code="NETWORK_ERROR")
    return await _done(event)


@processor("desk.soon")
async def soon(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Be parked for a moment, then succeed."""
    if ctx.attempt == 1:
        raise RetryAfter(SOON_SECONDS, "busy")
    return await _done(event)


@processor("desk.hostile", policy="no_retry")
async def hostile(event: WorkflowEvent[Any], ctx: Context) -> None:
    """Fail with what the event says."""
    raise PermanentError(event.payload["message"], code="INVALID_INPUT")


if _MENDED:

    @processor("desk.unknown", policy="fast")
    async def known(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
        """Succeed: its processor has been deployed."""
        return await _done(event)
