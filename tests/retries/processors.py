"""What do the events of these runs do?

Each attempt writes down its beginning and its end; what fails is in the payload, or a matter of the
dependency.
"""

import asyncio
import os
import random
import zlib
from typing import Any

from processors import Context, RetryAfter, TransientError, WorkflowEvent, processor
from tests.retries.attempt_log import note
from tests.retries.dependency import is_down

DELAYS_SECONDS = (2.1, 2.2, 2.5, 3.0, 3.0, 4.0, 6.0, 12.0, 24.0, 40.0)
"""From just above what is waited for in memory to beyond the life of a worker."""
CALL_SECONDS = 0.02
"""How long the dependency takes to answer, or to fail."""
EXIT_STATUS = 70


def asked_delay(event_id: str, number: int) -> float:
    """Return the seconds that the failure of an attempt of ``retry.depends`` asks for."""
    draw = zlib.crc32(f"{event_id}/{number}".encode())
    return DELAYS_SECONDS[draw % len(DELAYS_SECONDS)]


@processor("retry.depends")
async def depends(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Work a while; where the payload depends, fail as long as the dependency is down."""
    note("begun", event, ctx)
    await asyncio.sleep(0.002 + random.random() * CALL_SECONDS)  # noqa: S311 - not a secret
    if event.payload["depends"] and is_down():
        note("failed", event, ctx)
        raise RetryAfter(asked_delay(event.event_id, ctx.attempt), "the dependency is down")
    note("succeeded", event, ctx)
    return {"number": event.payload["number"]}


@processor("retry.answers")
async def answers(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Answer at once, or after the seconds of the payload; where it depends, always fail."""
    if event.payload["seconds"]:
        await asyncio.sleep(event.payload["seconds"])
    if event.payload["depends"]:
        raise RetryAfter(asked_delay(event.event_id, ctx.attempt), "the dependency is down")
    return {"number": event.payload["number"]}


@processor("retry.later")
async def later(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Fail once, asking for the delay in the payload; then succeed."""
    if ctx.attempt == 1:
        raise RetryAfter(event.payload["delay"], "not now")
    note("begun", event, ctx)
    note("succeeded", event, ctx)
    return {"number": event.payload["number"]}


@processor("retry.calls")
async def calls(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Call the dependency, and fail as its policy says while it is down."""
    note("begun", event, ctx)
    await asyncio.sleep(CALL_SECONDS)
    if is_down():
        note("failed", event, ctx)
        raise TransientError("the dependency is down", code="SERVICE_UNAVAILABLE")
    note("succeeded", event, ctx)
    return {"number": event.payload["number"]}


@processor("retry.kills")
async def kills(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Work a while; where the payload says so, end the process."""
    note("begun", event, ctx)
    await asyncio.sleep(random.random() * CALL_SECONDS)  # noqa: S311 - not a secret
    if event.payload["kills"]:
        os._exit(EXIT_STATUS)
    note("succeeded", event, ctx)
    return {"number": event.payload["number"]}


@processor("retry.storms")
async def storms(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Fail as often as the payload says, then succeed."""
    note("begun", event, ctx)
    await asyncio.sleep(0.002)
    if ctx.attempt <= event.payload["failures"]:
        note("failed", event, ctx)
        raise TransientError("not yet", code="NETWORK_ERROR")
    note("succeeded", event, ctx)
    return {"number": event.payload["number"]}
