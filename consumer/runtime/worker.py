"""What is one task of the pool doing?"""

import asyncio
from collections.abc import Callable

from consumer.core.in_flight import InFlight


class Worker:
    """One task of the pool, and what it is doing."""

    __slots__ = ("cancelled_at", "deadline", "ends", "item", "reason", "task", "time")

    def __init__(self, time: Callable[[], float]) -> None:
        """Idle yet; *time* is the loop's, monotonic seconds."""
        self.time = time
        self.task: asyncio.Task[None] | None = None
        self.item: InFlight | None = None
        """The event whose attempt is running."""
        self.deadline = float("inf")
        """Of the attempt; by ``time``."""
        self.cancelled_at: float | None = None
        """When the attempt was told to end; monotonic seconds."""
        self.reason = ""
        """Why: timeout, or dropped with its session."""
        self.ends = False
        """Whether the pool ends: a cancellation then means the worker itself."""

    def end(self) -> bool:
        """Take note that the attempt ended; whether it had been told to."""
        self.item = None
        task = self.task
        if self.cancelled_at is None and (task is None or not task.cancelling()):
            return False
        # Whoever cancelled the task, the wheel or the processor itself, meant the attempt.
        while task is not None and not self.ends and task.cancelling():
            task.uncancel()
        told, self.cancelled_at = self.cancelled_at is not None, None
        return told

    def cancel(self, reason: str, now: float) -> None:
        """Tell the attempt to end."""
        if self.task is not None and self.cancelled_at is None:
            self.cancelled_at = now
            self.reason = reason
            self.task.cancel()
