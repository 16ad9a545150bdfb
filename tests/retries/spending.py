"""How many attempts did an outage cost, how many may it, and when was all well again?

Pure functions of the attempts that were made.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from config.breakers import BreakerPolicy
from config.guard import GuardSettings
from tests.retries.attempts import Attempt


def failures_to_open(policy: BreakerPolicy) -> int:
    """Return how many failures a breaker needs that has seen enough good calls before."""
    share = math.ceil((policy.failure_rate or 0.0) * policy.rate_calls)
    return max(policy.failures, share)


def in_flight(attempts: Iterable[Attempt], at: float) -> int:
    """Return how many attempts ran at a time; seconds since the epoch."""
    return sum(
        each.began_at <= at and (each.ended_at is None or each.ended_at > at) for each in attempts
    )


def failed(attempts: Iterable[Attempt]) -> int:
    """Return how many attempts came to an end that was no success."""
    return sum(each.ended_at is not None and not each.succeeded for each in attempts)


def recovery_seconds(attempts: Iterable[Attempt], back_at: float, per_second: float) -> float:
    """Return how long after *back_at* a second begins with *per_second* successes.

    Infinite where none does.
    """
    ends = sorted(
        each.ended_at
        for each in attempts
        if each.succeeded and each.ended_at is not None and each.ended_at >= back_at
    )
    wanted = max(1, math.ceil(per_second))
    for position in range(len(ends) - wanted + 1):
        if ends[position + wanted - 1] - ends[position] <= 1.0:
            return ends[position] - back_at
    return math.inf


def most_beyond_budget(
    attempts: Sequence[Attempt], *, share: float, floor: int, window_seconds: float
) -> float:
    """Return by how much the retries of any window exceed what its first attempts allow.

    Args:
        attempts: Of one process, in the order of their beginnings.
        share: Retries per first attempt.
        floor: Retries of any window that are always possible.
        window_seconds: Length of a window; each begins with a retry.
    """
    firsts = [each.began_at for each in attempts if each.number == 1]
    retries = [each.began_at for each in attempts if each.number > 1]
    worst = -float(floor)
    for position, begin in enumerate(retries):
        end = begin + window_seconds
        made = bisect_left(retries, end) - position
        allowed = share * (bisect_left(firsts, end) - bisect_left(firsts, begin)) + floor
        worst = max(worst, made - allowed)
    return worst


def letters_to_trip(settings: GuardSettings, completed: int) -> int:
    """Return after how many letters a guard pauses, which has seen so many good events before."""
    share = settings.share or 1.0
    by_share = math.ceil(completed * share / (1.0 - share)) if share < 1.0 else 0
    return max(1, by_share, settings.min_events - completed)
