"""What do the events of the benchmarks do?"""

import asyncio
from collections import Counter
from typing import Any

from processors import Context, PermanentError, WorkflowEvent, processor

IO_SECONDS = 0.02

_running: Counter[str] = Counter()


@processor("bench.trivial")
async def trivial(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Answer at once."""
    return {"number": event.payload["number"]}


@processor("bench.io")
async def waiting(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    """Wait as for another system's answer; two events of one key at a time would be an error."""
    # The benchmark's workflow ids are its keys.
    _running[event.workflow_id] += 1
    try:
        if _running[event.workflow_id] > 1:
            raise PermanentError(f"two events of {event.workflow_id} run side by side")
        await asyncio.sleep(IO_SECONDS)
    finally:
        _running[event.workflow_id] -= 1
    return {"number": event.payload["number"]}
