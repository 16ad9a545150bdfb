"""How many of the events that became due while nobody ran may start now?

At most ``rate`` in any second, evenly: a partition that was down for an hour must not meet the
dependency that has just come back with all of its parked events at once.
"""

_BURST_SECONDS = 0.1
"""How much of a second's allowance may be saved up, and is then spent at once."""


class CatchUp:
    """The pace of one partition: a token bucket; the clock is an argument."""

    __slots__ = ("_at", "_burst", "_refill", "_tokens")

    def __init__(self, rate: float, now: float) -> None:
        """Start with a full bucket.

        Args:
            rate: Events per second, above 0.
            now: Seconds of a monotonic clock.
        """
        self._burst = max(1.0, float(int(rate * _BURST_SECONDS)))
        # Full, a bucket adds its burst to what it lets through in a second.
        self._refill = rate - self._burst + 1.0
        self._tokens = self._burst
        self._at = now

    def allowance(self, now: float) -> int:
        """Return how many may start at *now*, seconds of the same clock."""
        gained = max(0.0, now - self._at) * self._refill
        self._tokens = min(self._burst, self._tokens + gained)
        self._at = max(self._at, now)
        # A hair of a token is lost by the arithmetic, and would be waited for again and again.
        return int(self._tokens + 1e-6)

    def start(self, events: int) -> None:
        """Take note that so many of the last allowance have started."""
        self._tokens -= events

    def wait_seconds(self) -> float:
        """Return how long after the last ``allowance`` there is one again; 0 where there is."""
        return max(0.0, 1.0 - self._tokens) / self._refill
