"""How much longer does a retry that is due have to wait, because there are too many?

One budget per processor.  What adds to it, the first attempts, is counted where they start and
handed over when a retry asks: nothing but these two changes a budget, so that it makes no
difference.
"""

from config.retries import RetrySettings
from consumer.core.outage_facts import RetryDelayed
from consumer.core.retry_budget import RetryBudget
from consumer.ports import Observer

LONGEST_WAIT_SECONDS = 2.0
"""After this a retry asks again, whatever it was told: that rests on the traffic of the moment, and
when a breaker closes there is more of it within a second."""


class Starts:
    """First attempts of one processor that its budget has not been told of yet."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class RetryBudgets:
    """The retry budgets of one process, by the names of its processors.

    Args:
        settings: The operator's limits.
        observer: Who is told where a retry has to wait.
        now: The loop's clock, seconds; first attempts are counted from here on.
    """

    def __init__(self, settings: RetrySettings, observer: Observer, *, now: float) -> None:
        self._began_at = now
        self._settings = settings
        self._observer = observer
        self._starts: dict[str, Starts] = {}
        self._budgets: dict[str, RetryBudget] = {}

    def starts(self, processor: str) -> Starts:
        """Return where first attempts of *processor* are counted."""
        return self._starts.setdefault(processor, Starts())

    def wait_seconds(self, processor: str, now: float, *, has_waited: bool = False) -> float:
        """Let a retry of *processor* that is due start, or say how much longer it has to wait.

        Args:
            processor: Its name.
            now: The loop's clock, seconds.
            has_waited: Whether it comes back at the time it was told here.

        Returns:
            0.0 where it may start, and is counted; else after how many seconds to ask again.
        """
        if self._settings.budget is None:
            return 0.0
        budget = self._budgets.get(processor)
        if budget is None:
            budget = self._budgets[processor] = RetryBudget(self._settings, now=self._began_at)
        starts = self.starts(processor)
        budget.first_attempts(starts.count)
        starts.count = 0
        seconds = min(budget.take(now, has_waited=has_waited), LONGEST_WAIT_SECONDS)
        if seconds > 0 and not has_waited:
            self._observer.observe(RetryDelayed(processor, seconds))
        return seconds
