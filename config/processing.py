"""Whose code runs, how much of it at once, and how are its results committed?"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt

from config.durations import Duration, PositiveDuration
from config.policies import Frozen
from config.values import Names


def _importable(modules: tuple[str, ...]) -> tuple[str, ...]:
    """Return *modules* when each could be imported, and there is one."""
    if not modules:
        raise ValueError("no module is named: without one no event has a processor")
    for module in modules:
        if not all(part.isidentifier() for part in module.split(".")):
            raise ValueError(
                f"{module!r} is no import path: write it as an import statement would, "
                "package.module, without slashes and .py",
            )
    return modules


Modules = Annotated[Names, AfterValidator(_importable)]


class ProcessorSettings(Frozen):
    """Whose code runs."""

    modules: Modules = ("processors.examples",)
    """Import paths of the modules that register processors."""


class ProcessingSettings(Frozen):
    """How events run."""

    guarantee: Literal["exactly_once", "at_least_once"] = "exactly_once"
    """at_least_once is for brokers without transactions."""

    ordering: Literal["key", "partition", "none"] = "key"
    """Which events wait for each other: those of one key, of one partition, or none."""

    concurrency: PositiveInt = 256
    """Attempts that run at the same time in this process."""

    threads: PositiveInt = 32
    """Threads that run processors which are not async; one attempt holds one."""

    max_in_flight_records: PositiveInt = 16_000
    """Records admitted and not yet settled, in this process; intake waits at the bound.  Large
    enough for 8 partitions with a full transaction of 2,000 events each."""

    max_in_flight_bytes: PositiveInt = 64 * 1024 * 1024
    """Bytes of those records; intake waits at the bound."""

    max_window: PositiveInt = 20000
    """Distance, in offsets of one partition, from the committable to the newest record read:
    bounds what a crash re-reads when one key is slow."""

    unmatched: Literal["dead_letter", "park", "ignore"] = "dead_letter"
    """What happens to an event whose type no processor wants; park keeps it until one does."""

    timeout: PositiveDuration = 30.0
    """Time one attempt may take, where neither processor nor policy says otherwise."""

    straggler_timeout: PositiveDuration = 30.0
    """How long the key of a timed-out attempt waits for it to really end; then the process
    ends, because two attempts of one event never run side by side."""

    drain_timeout: PositiveDuration = 25.0
    """How long a stop waits for what is in flight; also bounded by half the rebalance timeout."""


class CommitSettings(Frozen):
    """How group commits are paced."""

    linger: Duration = 0.01
    """How long a commit waits for company at rest; a transaction that begins within 10 ms of the
    last one's end costs a 20 ms back-off."""

    linger_max: PositiveDuration = 0.4
    """How long a commit waits for company under load: the wait grows with the rate of events, so
    that one transaction holds 1,000 to 2,000 of them."""

    max_events: PositiveInt = 2000
    """Events in one transaction."""

    max_rate: float = Field(default=100.0, gt=0, allow_inf_nan=False)
    """Transactions a second of the whole process."""

    deadline: PositiveDuration = 15.0
    """Bound of one commit; beyond it its outcome is unknown and the session lost."""
