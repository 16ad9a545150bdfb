"""How long was the event loop blocked?

A processor that computes, or that waits without awaiting, holds up everything: heartbeats,
fetches, commits.  A watcher sleeps for a short while again and again, and measures how much later
than asked it wakes up.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from consumer.core.process_facts import LoopLagged
from consumer.ports import Observer

INTERVAL_SECONDS = 0.5
REMEMBERED_SECONDS = 60.0
"""Longer than any scrape interval, so that no scrape misses the worst."""
LAGGED_SECONDS = 1.0
"""From here on it is stated: heartbeats are due every three seconds, and a third of that is gone.
"""


class LoopWatch:
    """Measures the lag of the event loop it is started in."""

    def __init__(
        self,
        observer: Observer,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Tell *observer* of lags; *now* is a monotonic clock in seconds."""
        self._observer = observer
        self._now = now
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None
        self._lags: deque[float] = deque(maxlen=int(REMEMBERED_SECONDS / INTERVAL_SECONDS))

    def worst_seconds(self) -> float:
        """Return the longest lag of the last minute."""
        return max(self._lags, default=0.0)

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch(), name="loop-watch")

    async def stop(self) -> None:
        """Watch no more; may be repeated."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _watch(self) -> None:
        while True:
            due = self._now() + INTERVAL_SECONDS
            await self._sleep(INTERVAL_SECONDS)
            lag = max(0.0, self._now() - due)
            self._lags.append(lag)
            if lag > LAGGED_SECONDS:
                self._observer.observe(LoopLagged(lag))
