"""What do the events of these tests do, and which attempts were made?"""

import asyncio
from collections import defaultdict
from typing import Any

from processors import Context, PermanentError, TransientError, WorkflowEvent
from processors.registry import Registry
from tests.builders import a_processor, a_registry, event_bytes

HUGE_BYTES = 5 * 1024 * 1024


def event(event_id: str, kind: str = "ok", **payload: Any) -> tuple[str, bytes]:
    """Return key and value of an event, which has a key of its own unless payload has one."""
    key = str(payload.pop("key", event_id))
    return key, event_bytes(
        event_id, event_type=f"work.{kind}", payload={"id": event_id, **payload}
    )


class Work:
    """Processors that note what they run."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        """Event ids in the order in which attempts began."""
        self.broken: set[str] = set()
        """Those that fail for good."""
        self.gates: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        """What the events of kind ``gated`` wait for."""

    def registry(self) -> Registry:
        """Return one processor per kind of event."""

        async def ok(event: WorkflowEvent[Any], ctx: Context) -> Any:
            self.runs.append(event.event_id)
            if event.event_id in self.broken:
                raise PermanentError("it is broken", code="INVALID_INPUT")
            return event.payload

        async def flaky(event: WorkflowEvent[Any], ctx: Context) -> int:
            self.runs.append(event.event_id)
            if ctx.attempt == 1:
                raise TransientError("not yet", code="NETWORK_ERROR")
            return ctx.attempt

        async def gated(event: WorkflowEvent[Any], ctx: Context) -> None:
            self.runs.append(event.event_id)
            await self.gates[event.event_id].wait()

        async def slow(event: WorkflowEvent[Any], ctx: Context) -> None:
            self.runs.append(event.event_id)
            await asyncio.sleep(0.02)

        def opaque(event: WorkflowEvent[Any], ctx: Context) -> object:
            self.runs.append(event.event_id)
            return object()

        def huge(event: WorkflowEvent[Any], ctx: Context) -> str:
            self.runs.append(event.event_id)
            return "x" * HUGE_BYTES

        functions = (ok, flaky, gated, slow, opaque, huge)
        return a_registry(*(a_processor(f, f"work.{f.__name__}", policy="fast") for f in functions))
