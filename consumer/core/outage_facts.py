"""What is telemetry told while something that processors depend on fails?"""

from dataclasses import dataclass

from consumer.core.breaker import BreakerState
from consumer.core.flood_guard import GuardState, Smell
from consumer.core.status import BreakerKind


@dataclass(frozen=True, slots=True)
class BreakerChanged:
    """A breaker opened, lets some calls through to see, or closed."""

    breaker: str
    """Name of the processor, or of the dependency."""
    kind: BreakerKind
    before: BreakerState
    after: BreakerState
    reason: str
    open_seconds: float | None
    """How long it holds calls back, where it opened."""


@dataclass(frozen=True, slots=True)
class FallbackFailed:
    """What should have answered in place of a processor did not; its event waits."""

    processor: str
    fallback: str
    event_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RetryDelayed:
    """A retry was due, and there were too many for the first attempts that there are."""

    processor: str
    seconds: float
    """How much longer it waits, until it asks again."""


@dataclass(frozen=True, slots=True)
class GuardChanged:
    """A partition paused, lets some events through to see, or goes on."""

    topic: str
    partition: int
    before: GuardState
    after: GuardState
    reason: str
    smell: Smell
    pause_seconds: float | None
    """How long nothing is let through, where it paused."""
