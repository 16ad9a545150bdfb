"""Who is told how an attempt ended, and what else of a session do attempts need?"""

from typing import Any, Protocol

from consumer.core.failure import Failure
from consumer.core.in_flight import InFlight
from consumer.runtime.partition_guard import PartitionGuard


class Told(Protocol):
    """Who is told of one attempt."""

    def succeeded(self, item: InFlight, value: Any, started_at: float, finished_at: float) -> None:
        """Settle *item* as completed; seconds since the epoch."""
        ...

    def failed(
        self,
        item: InFlight,
        failure: Failure,
        started_at: float,
        finished_at: float,
    ) -> None:
        """Decide what follows the failed attempt."""
        ...


class Outcomes(Told, Protocol):
    """The event's session."""

    guard: PartitionGuard
    """Asked before a first attempt."""

    def postpone(self, item: InFlight, delay_seconds: float) -> None:
        """Let *item* wait for its turn without an attempt; its key waits with it."""
        ...

    def gave_up(self, item: InFlight) -> None:
        """Dead-letter *item*, which was decided about without an attempt."""
        ...
