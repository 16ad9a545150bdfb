"""Did too many of the newest calls fail?

A success costs an addition; only failures are remembered one by one, and only as many of them as
can matter.
"""

import math
from collections import deque

from config.breakers import BreakerPolicy
from consumer.core.window_marks import WindowMarks


class RecentCalls:
    """The calls of one processor, or one dependency, since its breaker was last closed.

    Args:
        policy: The operator's limits.
        now: Any clock that does not go back, seconds; the same in all calls.
    """

    __slots__ = ("_calls", "_failures", "_marks", "_policy")

    def __init__(self, policy: BreakerPolicy, now: float) -> None:
        self._policy = policy
        self._calls = 0
        self._marks = WindowMarks(policy.window, 0, now)
        # When each failure was, and which call of all it was.
        self._failures: deque[tuple[float, int]] = deque(
            maxlen=max(policy.failures, policy.rate_calls),
        )

    def succeeded(self, now: float) -> None:
        """Count a success."""
        if now >= self._marks.slice_ends:
            self._marks.turn(self._calls, now)
        self._calls += 1

    def failed(self, now: float) -> str | None:
        """Count a failure; return why it is one too many, where it is."""
        self._marks.turn(self._calls, now)
        self._calls += 1
        failures, policy = self._failures, self._policy
        failures.append((now, self._calls))
        begin = now - policy.window
        while failures[0][0] <= begin:
            failures.popleft()
        calls = self._calls - self._marks.before(now)
        if calls < policy.min_calls or len(failures) < policy.failures:
            return None
        if policy.failure_rate is None:
            return f"{len(failures)} calls failed within {policy.window:g} s"
        newest = min(calls, policy.rate_calls)
        # 0.1 * 30 is a little above 3 as a float.
        needed = max(1, math.ceil(policy.failure_rate * newest - 1e-9))
        if len(failures) < needed or failures[-needed][1] <= self._calls - newest:
            return None
        failed = sum(call > self._calls - newest for _, call in failures)
        return f"{failed} of the last {newest} calls failed"
