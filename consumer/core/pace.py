"""When may a session's next transaction begin?

At rest at once, for latency; under load later, so that one transaction holds many events.  A
transaction costs the client 1-3 ms of CPU and the broker as much, however little it holds, and one
that begins within about 10 ms of the last one's end waits 20 ms more (AIOKAFKA.md section 00).
"""

from config.settings import CommitSettings

FULL_LOAD = 1500.0
"""Settled events per second of one session, or records that it has yet to read, from which on the
longest linger is worth its latency."""


def linger_seconds(
    settings: CommitSettings,
    *,
    sessions: int,
    events_per_second: float,
    backlog: int,
    company_expected: bool,
) -> float:
    """Return the least time from the end of one commit to the beginning of the next.

    Args:
        settings: The operator's limits.
        sessions: Sessions of this process, which share ``commit.max_rate``.
        events_per_second: What this session settled lately.
        backlog: Records that it has not read yet: before anything has settled they tell of load.
        company_expected: Whether more events are in flight, or wait in the log: where all that
            there is has been settled, waiting longer would only be late.
    """
    share = min(1.0, max(events_per_second, backlog) / FULL_LOAD) if company_expected else 0.0
    loaded = settings.linger + share * max(0.0, settings.linger_max - settings.linger)
    return max(loaded, sessions / settings.max_rate)


class SettlingRate:
    """Events per second, smoothed over about a second; the clock is an argument."""

    __slots__ = ("_at", "per_second")

    def __init__(self, now: float) -> None:
        self.per_second = 0.0
        self._at = now

    def add(self, events: int, now: float) -> None:
        """Take note that *events* were settled since the last call."""
        elapsed = max(now - self._at, 1e-3)
        weight = min(1.0, elapsed)
        self.per_second += weight * (events / elapsed - self.per_second)
        self._at = now
