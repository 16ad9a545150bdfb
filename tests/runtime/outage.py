"""What does a test of breakers take down, and where does it look while it is away?"""

import asyncio
from typing import Any

from consumer.core.outage_facts import BreakerChanged
from consumer.ports import SessionLostError
from processors.contract import Context, TransientError, WorkflowEvent
from tests.builders import event_bytes
from tests.fakes.clock import eventually
from tests.fakes.kafka import MemoryKafka
from tests.fakes.process import MemoryProcess

LOST = SessionLostError("deadline", "no answer in time")
BRISK: dict[str, Any] = {"failures": 3, "min_calls": 3, "open_time": 20, "probes": 2}
"""Opens after three failures, for 20 s."""
PATIENT = {
    "policies": {
        "patient": {"max_attempts": 50, "base_delay": 1, "max_delay": 1, "jitter": "none"},
    },
    "default_policy": "patient",
    "budget": None,
}


class Dependency:
    """Something that processors call, and that is down when the test says so."""

    def __init__(self) -> None:
        self.is_down = True

        async def call(event: WorkflowEvent[Any], ctx: Context) -> str:
            return await self._call(event)

        self.call = call
        self.calls: list[tuple[float, str]] = []
        self.at_once = 0
        self.most_at_once = 0

    async def _call(self, event: WorkflowEvent[Any]) -> str:
        loop = asyncio.get_running_loop()
        self.calls.append((loop.time(), event.event_id))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.05)
        self.at_once -= 1
        if self.is_down:
            raise TransientError("away")
        return "well"

    def between(self, begin: float, end: float) -> list[str]:
        """Return the events it was called for in a stretch of time."""
        return [event_id for at, event_id in self.calls if begin <= at < end]


def publish(kafka: MemoryKafka, *ids: str, **members: Any) -> None:
    for event_id in ids:
        kafka.publish(event_bytes(event_id, **members), key=event_id.encode())


def changes(process: MemoryProcess) -> list[tuple[str, str]]:
    """Return which breaker went into which state."""
    return [(each.breaker, each.after) for each in process.told.of(BreakerChanged)]


async def is_open(process: MemoryProcess) -> None:
    await eventually(lambda: any(after == "open" for _, after in changes(process)), "open")
