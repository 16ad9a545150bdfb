"""Is the consumer alive, and not only there?

Its tasks can end without a word: polls then return nothing, heartbeats go on, and the partitions
stay ours for ever.  What is reported here is a fault of the client; brokers that do not answer
are not, and show as lag.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from consumer.kafka.errors import described


class Watchdog:
    """Looks at the client's inside whenever it is asked.

    Args:
        consumer: The client's consumer.
        rejoin_seconds: How long a rebalance may take that nobody hinders.
        poll_seconds: Longest time between two polls.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        consumer: Any,
        *,
        rejoin_seconds: float,
        poll_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._consumer = consumer
        self._rejoin_seconds = rejoin_seconds
        self._poll_seconds = poll_seconds
        self._clock = clock
        self._polled_at = clock()
        self._rejoining_since: float | None = None

    def polled(self) -> None:
        """Take note that a poll has returned."""
        self._polled_at = self._clock()

    def problems(self) -> Sequence[str]:
        """Return what is wrong, one sentence each."""
        return [*self._ended_tasks(), *self._late_poll(), *self._long_rejoin()]

    def _ended_tasks(self) -> Sequence[str]:
        consumer = self._consumer
        tasks = {
            "fetches": consumer._fetcher._fetch_task,  # noqa: SLF001
            "keeps our place in the group": consumer._coordinator._coordination_task,  # noqa: SLF001
            "keeps the metadata fresh": consumer._client._sync_task,  # noqa: SLF001
        }
        return [
            f"the client's task that {does} has ended ({_why(task)}): restart the process"
            for does, task in tasks.items()
            if task is None or task.done()
        ]

    def _late_poll(self) -> Sequence[str]:
        seconds = self._clock() - self._polled_at
        if seconds <= self._poll_seconds:
            return []
        return [f"no poll has returned for {seconds:.0f} s: the group will count us as stuck"]

    def _long_rejoin(self) -> Sequence[str]:
        coordinator, now = self._consumer._coordinator, self._clock()  # noqa: SLF001
        rejoining = self._consumer._subscription.reassignment_in_progress  # noqa: SLF001
        if not rejoining or coordinator.coordinator_id is None:
            self._rejoining_since = None
            return []
        if self._rejoining_since is None:
            self._rejoining_since = now
        seconds = now - self._rejoining_since
        if seconds <= self._rejoin_seconds:
            return []
        return [f"the rebalance has not ended for {seconds:.0f} s: restart the process"]


def _why(task: Any) -> str:
    if task is None or task.cancelled():
        return "cancelled"
    return described(task.exception()) if task.exception() else "without an error"
