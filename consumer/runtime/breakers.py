"""Which breakers are there in this process, and who hears when one changes?"""

from collections.abc import Callable, Iterable

from config.breakers import BreakerPolicy
from config.settings import Settings
from consumer.core.breaker import Breaker
from consumer.core.outage_facts import BreakerChanged
from consumer.core.status import BreakerKind, BreakerStatus
from consumer.ports import Observer
from processors.registry import Processor

AFTER_ATTEMPT_SECONDS = 5.0
"""What an attempt may take beyond its timeout and the time to end it, until its end is noticed."""


class NamedBreaker:
    """A breaker, and those who ask it."""

    __slots__ = ("_observer", "breaker", "kind", "listeners", "name", "policy")

    def __init__(
        self,
        kind: BreakerKind,
        name: str,
        breaker: Breaker,
        policy: BreakerPolicy,
        observer: Observer,
    ) -> None:
        self.kind: BreakerKind = kind
        self.name = name
        self.policy = policy
        self.breaker = breaker
        self.listeners: list[Callable[[float], None]] = []
        """Called with the time when another attempt might be let through."""
        self._observer = observer

    def tell(self) -> None:
        """Say what has changed."""
        for change in self.breaker.take_changes():
            self._observer.observe(
                BreakerChanged(
                    self.name,
                    self.kind,
                    change.before,
                    change.after,
                    change.reason,
                    change.open_seconds,
                ),
            )

    def moved(self, now: float) -> None:
        """Let those who wait ask again: the state has changed, or a probe has ended."""
        self.tell()
        for listener in self.listeners:
            listener(now)

    def status(self) -> BreakerStatus:
        """Return what gauges and health show of it."""
        return BreakerStatus(self.name, self.kind, self.breaker.state)


class Breakers:
    """One breaker per processor, and one per dependency that a processor names.

    Args:
        settings: Those of the deployment.
        processors: All of it.
        observer: Who is told of changes.
        now: The loop's clock, seconds.
    """

    def __init__(
        self,
        settings: Settings,
        processors: Iterable[Processor],
        observer: Observer,
        *,
        now: float,
    ) -> None:
        self._observer = observer
        self._settings = settings.breakers
        self._now = now
        processors = tuple(processors)
        self._probe_seconds = longest_attempt_seconds(settings, processors)
        self._named: dict[tuple[BreakerKind, str], NamedBreaker] = {}
        for processor in processors:
            self._add("processor", processor.name, self._settings.of_processor(processor.name))
            for name in processor.dependencies:
                self._add("dependency", name, self._settings.of_dependency(name))

    def of(self, processor: Processor) -> tuple[NamedBreaker, ...]:
        """Return those that an attempt of *processor* needs a permit of: its own first."""
        names: list[tuple[BreakerKind, str]] = [("processor", processor.name)]
        names += [("dependency", name) for name in processor.dependencies]
        return tuple(self._named[name] for name in names if name in self._named)

    def statuses(self) -> tuple[BreakerStatus, ...]:
        """Return what gauges and health show of all of them."""
        return tuple(each.status() for each in self._named.values())

    def _add(self, kind: BreakerKind, name: str, policy: BreakerPolicy) -> None:
        if policy.enabled and (kind, name) not in self._named:
            breaker = Breaker(policy, now=self._now, probe_seconds=self._probe_seconds)
            self._named[kind, name] = NamedBreaker(kind, name, breaker, policy, self._observer)


def longest_attempt_seconds(settings: Settings, processors: Iterable[Processor]) -> float:
    """Return a time within which any attempt has ended."""
    timeouts = [policy.timeout or 0.0 for policy in settings.retry.named().values()]
    timeouts += [processor.timeout or 0.0 for processor in processors]
    processing = settings.processing
    longest = max(processing.timeout, *timeouts)
    return longest + processing.straggler_timeout + AFTER_ATTEMPT_SECONDS
