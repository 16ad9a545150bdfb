"""When does a partition stop, so that an outage does not become a flood of dead letters?"""

from pydantic import PositiveInt

from config.durations import PositiveDuration
from config.policies import Frozen
from config.values import OptionalCount, OptionalShare


class GuardSettings(Frozen):
    """When a partition pauses because too much of it becomes dead letters, and how it resumes."""

    enabled: bool = True
    """Whether partitions are guarded."""

    window: PositiveDuration = 60.0
    """Stretch of time in which settled events are counted."""

    min_events: PositiveInt = 100
    """Settled events within window below which no share is judged."""

    share: OptionalShare = 0.5
    """Share of settled events at which the partition pauses, counting dead letters that smell of
    an outage: exhausted, expired, or CIRCUIT_BREAKER_OPEN.  None: not judged."""

    letters: OptionalCount = None
    """Number of such dead letters within window at which the partition pauses.  None: not
    judged."""

    permanent_share: OptionalShare = None
    """The same share for dead letters that no waiting helps: poison, permanent, conflict."""

    permanent_letters: OptionalCount = None
    """The same number for those."""

    pause: PositiveDuration = 30.0
    """How long a partition pauses before some events are let through to see; also how long it
    waits for what becomes of them before it lets through some more."""

    probes: PositiveInt = 10
    """Events let through to see; as long as share of them may still become dead letters, the
    partition stays paused."""
