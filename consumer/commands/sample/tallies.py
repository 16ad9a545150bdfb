"""What has the consumer done so far, as the live view shows it?

An observer like metrics and logs: it is told facts and adds them up.
"""

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import quantiles

from consumer.core.facts import AttemptFailed, BatchCommitted, EventDeadLettered, EventOutcome, Fact
from consumer.core.session_facts import PartitionRefused, SessionLost, SessionStarted

_RECENT_LETTERS = 5
_RECENT_LATENCIES = 2000
_RATE_SECONDS = 3.0
_HISTORY = 40


@dataclass(slots=True)
class Tallies:
    """Sums since the start, and a little of the recent past."""

    wants_each_event: bool = False
    outcomes: Counter[EventOutcome] = field(default_factory=Counter)
    failed_attempts: int = 0
    retries: int = 0
    """Failed attempts that are followed by another."""
    parked: int = 0
    """Parkings; an event may be parked more than once."""
    released: int = 0
    """Parked events that began to run."""
    latest: float = 0.0
    """How long after its due time the latest of them did, in seconds."""
    commits: int = 0
    letters: deque[EventDeadLettered] = field(default_factory=lambda: deque(maxlen=_RECENT_LETTERS))
    """The newest, oldest first."""
    lost_sessions: int = 0
    last_lost: SessionLost | None = None
    refused: dict[int, PartitionRefused] = field(default_factory=dict)
    """What keeps a partition closed, until it opens."""
    _latencies: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT_LATENCIES))
    _marks: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=_HISTORY))

    def observe(self, fact: Fact) -> None:
        """Take note of *fact*."""
        match fact:
            case BatchCommitted():
                self.commits += 1
                self.outcomes.update(fact.tally.outcomes)
                self.parked += sum(fact.tally.parked.values())
                self.released += len(fact.tally.released)
                self.latest = max([self.latest, *fact.tally.released])
                self._latencies.extend(fact.tally.end_to_end_seconds)
            case AttemptFailed():
                self.failed_attempts += 1
                self.retries += fact.delay_seconds is not None
            case EventDeadLettered():
                self.letters.append(fact)
            case SessionLost():
                self.lost_sessions += 1
                self.last_lost = fact
            case PartitionRefused():
                self.refused[fact.partition] = fact
            case SessionStarted():
                self.refused.pop(fact.partition, None)
            case _:
                pass  # the view has no place for it; metrics and logs tell it

    @property
    def settled(self) -> int:
        """Records that are done."""
        return self.outcomes.total()

    def mark(self, now: float | None = None) -> None:
        """Note how much is settled at *now*; called at a steady pace, it makes the rate."""
        self._marks.append((time.monotonic() if now is None else now, self.settled))

    def rate(self) -> float:
        """Return records settled per second over the last 3 s."""
        if len(self._marks) < 2:
            return 0.0
        end, settled = self._marks[-1]
        begin, before = next(mark for mark in self._marks if mark[0] >= end - _RATE_SECONDS)
        return (settled - before) / (end - begin) if end > begin else 0.0

    def history(self) -> list[int]:
        """Return how many were settled between one mark and the next, oldest first."""
        settled = [count for _, count in self._marks]
        return [after - before for before, after in pairwise(settled)]

    def latency(self) -> tuple[float, float] | None:
        """Return median and 99th percentile of the recent end-to-end times, in seconds."""
        if len(self._latencies) < 2:
            return None
        parts = quantiles(self._latencies, n=100)
        return parts[49], parts[98]
