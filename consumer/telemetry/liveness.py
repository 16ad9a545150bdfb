"""Would a restart of this process help?

Only then may ``/health/live`` say no.  Never for the broker's sake: while brokers are away,
sessions are lost or starting, and those are not judged.  Never for a slow or failing processor
within its timeout and retries: a failed attempt counts as a sign of life until the next attempt is
due, however far away that is, and so does every commit that settled something.  What is left is a
partition that runs, has events in flight, and has not stirred for longer than any attempt and any
wait for a free slot can take: the engine itself is stuck.
"""

import math
from collections.abc import Callable, Mapping
from typing import assert_never

from config.settings import Settings
from consumer.core.act_facts import ActDone
from consumer.core.facts import AttemptFailed, BatchCommitted, EventDeadLettered, EventSettled, Fact
from consumer.core.outage_facts import BreakerChanged, FallbackFailed, GuardChanged, RetryDelayed
from consumer.core.process_facts import (
    AssignmentChanged,
    IntakeChanged,
    LifeCycleChanged,
    LoopLagged,
    SourceFailed,
)
from consumer.core.session_facts import (
    ControlRefused,
    LedgerTrimmed,
    PartitionRefused,
    RecordsConsumed,
    SessionClosed,
    SessionLost,
    SessionStarted,
)
from consumer.core.status import Status

LONGEST_STALL_SECONDS = 3600.0


def stall_seconds(settings: Settings, longest_timeout: float = 0.0) -> float:
    """Return how long a partition with events in flight may go without a sign of life.

    The oldest event may wait for a slot while everything else in flight has an attempt of the
    longest timeout, then have one itself, hang on until it is given up, and wait for its commit:
    half an hour with the default settings, where all that is in flight hangs.  At most an hour, or
    three attempts where one may take longer.

    Args:
        settings: The deployment's.
        longest_timeout: The longest timeout that a processor declares; seconds, 0 for none.
    """
    processing = settings.processing
    timeouts = [policy.timeout or 0.0 for policy in settings.retry.named().values()]
    attempt = max(processing.timeout, longest_timeout, *timeouts)
    rounds = math.ceil(processing.max_in_flight_records / processing.concurrency)
    end = processing.straggler_timeout + settings.commit.deadline
    return min(rounds * attempt + end, max(LONGEST_STALL_SECONDS, 3 * attempt + end))


class Activity:
    """The last sign of life of each partition; told every fact, keeps one number."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Note times of *now*, a monotonic clock in seconds."""
        self._now = now
        self._alive_until: dict[int, float] = {}

    def tell(self, fact: Fact) -> None:
        """Note that the partition of *fact* stirred, and how long it may rightly rest."""
        match fact:
            case AttemptFailed():
                self._rest(fact.partition, fact.delay_seconds)
            case BatchCommitted():
                # One that only moved offsets settled nothing: the committable says that itself.
                if fact.events:
                    earlier = self._alive_until.get(fact.partition, 0.0)
                    self._alive_until[fact.partition] = max(self._now(), earlier)
            case BreakerChanged():
                # Whatever waits behind it rests rightly, in every partition.
                for partition in self._alive_until:
                    self._rest(partition, fact.open_seconds)
            case GuardChanged():
                self._rest(fact.partition, fact.pause_seconds)
            case SessionStarted():
                # Retries of an earlier session are gone, and with them what they excused.
                self._alive_until[fact.partition] = self._now()
            case (
                EventDeadLettered()
                | EventSettled()
                | RecordsConsumed()
                | SessionLost()
                | SessionClosed()
                | PartitionRefused()
                | AssignmentChanged()
                | SourceFailed()
                | IntakeChanged()
                | ControlRefused()
                | ActDone()
                | LedgerTrimmed()
                | LifeCycleChanged()
                | LoopLagged()
                | FallbackFailed()
                | RetryDelayed()
            ):
                pass  # no sign that events in flight get on
            case _:
                assert_never(fact)

    def _rest(self, partition: int, seconds: float | None) -> None:
        """Note that *partition* stirs now, and may rest for so long."""
        until = self._now() + (seconds or 0.0)
        self._alive_until[partition] = max(until, self._alive_until.get(partition, until))

    def still_seconds(self) -> Mapping[int, float]:
        """Return how long each partition has not stirred; negative while it rightly rests."""
        now = self._now()
        return {partition: now - until for partition, until in self._alive_until.items()}


def liveness_problems(
    status: Status,
    still_seconds: Mapping[int, float],
    stall_after_seconds: float,
) -> list[str]:
    """Return why the process should be restarted; empty while it should not.

    Args:
        status: The process at this moment.
        still_seconds: Since the last sign of life, by partition; negative while a retry's delay
            runs; a partition that is missing has given none yet.
        stall_after_seconds: From here on it is stuck.
    """
    problems = []
    for each in status.partitions:
        if each.state != "running" or not each.in_flight_events:
            continue
        still = min(each.progress_age_seconds, still_seconds.get(each.partition, math.inf))
        if still > stall_after_seconds:
            problems.append(
                f"partition {each.partition} has {each.in_flight_events} events in flight and gave "
                f"no sign of life for {still:.0f} s (bound: {stall_after_seconds:.0f} s)",
            )
    return problems
