"""Which parked lanes have a head that waits for its time, and who is next?

A heap with lazy deletion: a lane in it never changes its due time; where a head is taken out of
turn, the lane becomes another object and the old one is passed over when its time comes.  What
became due while nobody ran stands apart, so that catching up never slows what becomes due now.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

Follower = tuple[str, int, float]
"""Ledger key, units of its size, parked at; tuples of atoms cost the garbage collector nothing."""


class Lane:
    """One parked lane: its head, and who waits behind it."""

    __slots__ = ("due_at", "followers", "key", "parked_at", "units")

    def __init__(self, key: str | None, units: int, parked_at: float, due_at: float | None) -> None:
        self.key = key
        """Ledger key of the head; None where a letter holds the lane, or it was taken out."""
        self.units = units
        """Size of the head's entry; 0 where the head is not parked itself."""
        self.parked_at = parked_at
        """When the head was parked first, seconds since the epoch."""
        self.due_at = due_at
        """Seconds since the epoch; None while the head runs, or there is none."""
        # A list, not a deque, which takes 600 bytes from its first follower on; to take the first
        # of 100,000 off it costs 20 us.
        self.followers: list[Follower] | None = None
        """In order; None until there is one."""

    def add(self, follower: Follower) -> None:
        """Add somebody behind all others."""
        if self.followers is None:
            self.followers = []
        self.followers.append(follower)

    def __lt__(self, other: "Lane") -> bool:
        """Whether it is due earlier; asked by heaps, in which everyone has a due time."""
        return (self.due_at or 0.0) < (other.due_at or 0.0)


class DueHeads:
    """The lanes of one partition whose heads may run when they are due."""

    __slots__ = ("_due", "_missed", "_restored_at")

    def __init__(self) -> None:
        self._due: list[Lane] = []
        self._missed: list[Lane] = []
        """The longest due last."""
        self._restored_at = 0.0

    def add(self, lane: Lane) -> None:
        """Let the head of *lane* wait for its time."""
        heappush(self._due, lane)

    def add_restored(self, lanes: Iterable[Lane], now: float) -> None:
        """Let the heads of *lanes* wait; those due by *now* were missed."""
        waiting = list(lanes)
        self._restored_at = now
        self._due += [lane for lane in waiting if not _is_due(lane, now)]
        heapify(self._due)
        # Sorted first and then turned round: equal ones keep their order.
        self._missed += sorted(lane for lane in waiting if _is_due(lane, now))
        self._missed.reverse()

    def next_due(self) -> float | None:
        """Return when the next one is due, seconds since the epoch; what was missed aside."""
        due = self._due
        while due and due[0].key is None:
            heappop(due)
        return due[0].due_at if due else None

    @property
    def has_missed(self) -> bool:
        """Whether some became due while nobody ran, and wait still."""
        missed = self._missed
        while missed and missed[-1].key is None:
            missed.pop()
        return bool(missed)

    def overdue_seconds(self, now: float) -> float:
        """Return how long the longest due has waited at *now* (seconds since the epoch); or 0.

        One without a due time of its own became due when it was restored.
        """
        since = [now if (at := self.next_due()) is None else at]
        if self.has_missed:
            since.append(self._missed[-1].due_at or self._restored_at)
        return max(0.0, now - min(since))

    def take_due(self, now: float, limit: int) -> list[str]:
        """Take up to *limit* that are due, the longest due first; return their ledger keys."""
        taken: list[str] = []
        while len(taken) < limit and (at := self.next_due()) is not None and at <= now:
            taken.append(_started(heappop(self._due)))
        return taken

    def take_missed(self, limit: int) -> list[str]:
        """Take up to *limit* that were missed, the longest due first; return their ledger keys."""
        taken: list[str] = []
        while len(taken) < limit and self.has_missed:
            taken.append(_started(self._missed.pop()))
        return taken


def _started(lane: Lane) -> str:
    lane.due_at = None
    return lane.key or ""


def _is_due(lane: Lane, now: float) -> bool:
    return (lane.due_at or 0.0) <= now
