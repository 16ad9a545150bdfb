"""What do the events of the fault runs do?

Each sleeps up to 50 ms, so that events of different keys finish in any order; some fail as their
type says.  Every attempt that reaches its end is noted in a file: effects outside Kafka are at
least once, and the report says how many were repeated.
"""

import asyncio
import os
import random
from typing import Any

from processors import Context, PermanentError, TransientError, WorkflowEvent, processor

_SLEEP_SECONDS = 0.05
_EFFECTS = os.environ.get("FAULTS_EFFECTS")
_effects = os.open(_EFFECTS, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if _EFFECTS else None


async def _work(event: WorkflowEvent[Any], ctx: Context) -> None:
    await asyncio.sleep(random.random() * _SLEEP_SECONDS)  # noqa: S311 - not a secret
    if _effects is not None:
        # One write, unbuffered: it outlives the SIGKILL that may come next.
        os.write(_effects, f"{event.event_id} {ctx.attempt}\n".encode())


@processor("fault.plain", policy="fast")
async def plain(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Succeed."""
    await _work(event, ctx)
    return {"number": event.payload["number"]}


@processor("fault.transient", policy="fast")
async def transient(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Fail once, then succeed."""
    await _work(event, ctx)
    if ctx.attempt == 1:
        raise TransientError("the first attempt fails", code="NETWORK_ERROR")
    return {"number": event.payload["number"]}


@processor("fault.exhausted", policy="fast")
async def exhausted(event: WorkflowEvent[Any], ctx: Context) -> None:
    """Fail at every attempt, as if the next one could succeed."""
    await _work(event, ctx)
    raise TransientError("every attempt fails", code="NETWORK_ERROR")


@processor("fault.permanent", policy="fast")
async def permanent(event: WorkflowEvent[Any], ctx: Context) -> None:
    """Fail for good."""
    await _work(event, ctx)
    raise PermanentError("this event cannot succeed", code="INVALID_INPUT")


@processor("fault.oversized", policy="fast")
async def oversized(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Return more than the broker takes."""
    await _work(event, ctx)
    return {"filling": "x" * int(event.payload["result_bytes"])}
