"""May one more retry start now, or were there too many for the first attempts that there are?

A token bucket per processor: a first attempt adds a share of a token, time adds a few, a retry
takes one.  So retries are bounded by the traffic they come from, whatever fails and however often
policies would have it tried.  In any ``budget_window``::

    retries <= budget x first attempts + budget_floor

Half of the floor is what the bucket holds, the other half flows in over a window.  Whoever finds it
empty is told when to ask again, one after the other: they wait longer, in order, and do not come
back all at once.
"""

from config.retries import RetrySettings

LONGEST_WAIT_SECONDS = 60.0
"""The longest answer.  What it rests on, today's traffic, may be another by then."""

_ONE = 1.0 - 1e-6
"""A token: who waited just as long as it takes to flow in must not miss it by a rounding."""

_MEASURED_SECONDS = 1.0
"""Stretch of time over which first attempts are counted, for the answer to whoever has to wait."""


class RetryBudget:
    """How many retries one processor may make.

    Args:
        settings: The operator's limits; ``budget`` must be set.
        now: Any clock that does not go back, seconds; the same in all calls.

    Raises:
        ValueError: There is no budget to keep.
    """

    __slots__ = (
        "_at",
        "_capacity",
        "_firsts",
        "_measured_at",
        "_next_turn",
        "_per_second",
        "_share",
        "_tokens",
        "_traffic",
    )

    def __init__(self, settings: RetrySettings, *, now: float) -> None:
        if settings.budget is None:
            raise ValueError("retry.budget is none, so there is nothing to keep: make no budget")
        self._share = settings.budget
        self._capacity = settings.budget_floor / 2
        self._per_second = settings.budget_floor / 2 / settings.budget_window
        self._tokens = self._capacity
        self._at = now
        self._next_turn = now
        self._traffic = 0.0
        self._firsts = 0
        self._measured_at = now

    def first_attempts(self, count: int = 1) -> None:
        """Take note that *count* events are attempted for the first time."""
        self._firsts += count
        if self._tokens < self._capacity:
            self._tokens = min(self._capacity, self._tokens + self._share * count)

    def take(self, now: float, *, has_waited: bool = False) -> float:
        """Take a token for a retry that is about to start.

        Args:
            now: When.
            has_waited: Whether it comes back at the time it was told here: those who wait come
                before those who come.

        Returns:
            0.0 where it may start; else after how many seconds to ask again, at most a minute.
        """
        self._flow_in(now)
        is_turn = has_waited or self._next_turn <= now or self._tokens >= self._capacity
        if is_turn and self._tokens >= _ONE:
            self._tokens -= 1.0
            return 0.0
        pace = self._per_second + self._share * self._traffic
        turn = max(self._next_turn, now) + 1.0 / pace
        self._next_turn = min(turn, now + LONGEST_WAIT_SECONDS)
        return self._next_turn - now

    def _flow_in(self, now: float) -> None:
        elapsed = now - self._at
        if elapsed > 0:
            self._at = now
            self._tokens = min(self._capacity, self._tokens + elapsed * self._per_second)
        measured = now - self._measured_at
        if measured >= _MEASURED_SECONDS:
            self._traffic = self._firsts / measured
            self._firsts = 0
            self._measured_at = now
