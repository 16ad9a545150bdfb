"""When does a breaker hold attempts back, for how long, and what happens meanwhile?

The pure state machine in ``consumer.core.breaker`` takes the very model that is here.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, StringConstraints

from config.durations import PositiveDuration
from config.policies import Frozen
from config.values import OptionalShare

Table = Literal["processors", "dependencies"]
OnOpen = Literal["pause", "park", "reject", "fallback"]


class BreakerPolicy(Frozen):
    """The limits of one breaker; timeouts and crashes are failures, permanent failures are not."""

    enabled: bool = True
    """Whether there is a breaker at all."""

    failures: PositiveInt = 5
    """Failed calls within window that open it, if they are failure_rate of the newest calls."""

    failure_rate: OptionalShare = 0.5
    """Share of the newest calls that must have failed too, so that a few bad keys among thousands
    of good calls hold nobody back (0.5 as in resilience4j).  None: the number alone decides."""

    rate_calls: PositiveInt = 100
    """How many of the newest calls failure_rate looks at, where there are that many in window:
    under load an outage is seen after this many calls, not after half a window."""

    min_calls: PositiveInt = 5
    """Calls within window below which it never opens."""

    window: PositiveDuration = 60.0
    """Stretch of time that is looked at; closed for as long, the breaker counts as stable."""

    open_time: PositiveDuration = 30.0
    """How long it holds calls back before it lets some through to see; doubled each time it opens
    again before it was stable."""

    max_open_time: PositiveDuration = 300.0
    """Longest that doubling makes it."""

    probes: PositiveInt = 3
    """Calls let through at a time to see; as many successes close it, one failure opens it
    again."""

    on_open: OnOpen = "pause"
    """What events do while it is open: pause holds them where they are, park puts them into the
    ledger, reject makes them dead letters CIRCUIT_BREAKER_OPEN, fallback gives another answer."""


# Of a processor or dependency; it becomes a label of metrics.
Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Named = dict[Name, BreakerPolicy]


class BreakerSettings(BreakerPolicy):
    """The breaker that every processor and every named dependency has, and those that differ."""

    processors: Named = Field(default_factory=dict)
    """Breakers by name of a processor; what is not given is as for all."""

    dependencies: Named = Field(default_factory=dict)
    """Breakers by name of a dependency; what is not given is as for all."""

    def of_processor(self, name: str) -> BreakerPolicy:
        """Return the limits of the breaker of processor *name*."""
        return self._over_these(self.processors.get(name))

    def of_dependency(self, name: str) -> BreakerPolicy:
        """Return the limits of the breaker of dependency *name*."""
        return self._over_these(self.dependencies.get(name))

    def named(self) -> Iterator[tuple[Table, str, BreakerPolicy]]:
        """Yield table, name and limits of every breaker that differs, as it is in effect."""
        for name in self.processors:
            yield "processors", name, self.of_processor(name)
        for name in self.dependencies:
            yield "dependencies", name, self.of_dependency(name)

    def _over_these(self, given: BreakerPolicy | None) -> BreakerPolicy:
        own = given.model_fields_set if given is not None else frozenset[str]()
        return BreakerPolicy.model_construct(
            **{
                limit: getattr(given if limit in own else self, limit)
                for limit in BreakerPolicy.model_fields
            },
        )
