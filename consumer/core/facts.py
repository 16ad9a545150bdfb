"""What is telemetry told?

A closed set, ``Fact``: a new fact does not type-check until every sink has decided about it.  Here
is what is told of events and their commits; ``session_facts`` tell of a partition and its sessions,
``process_facts`` of everything around them.  Facts of the hot path come once per commit, never once
per event, unless a sink asked for ``EventSettled``.  Durations are seconds; attempts are counted
from 1.
"""

from dataclasses import dataclass, field
from typing import Literal

from consumer.core.act_facts import ActDone
from consumer.core.failure import Disposition, FailureClass
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

EventOutcome = Literal["completed", "dead_lettered", "duplicate", "ignored"]
DuplicateKind = Literal["dropped", "answered", "conflict", "reread", "resend_dropped"]


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """An attempt did not succeed."""

    topic: str
    partition: int
    offset: int
    event_id: str
    event_type: str
    processor: str
    policy: str
    attempt: int
    max_attempts: int
    code: str
    failure_class: FailureClass
    rule: str
    message: str
    duration_seconds: float
    delay_seconds: float | None
    """Wait before the next attempt; None where there is none."""
    due_at: float | None = None
    """Until when it is parked, seconds since the epoch; None where it is not."""


@dataclass(frozen=True, slots=True)
class EventDeadLettered:
    """A letter was built; it is visible once its commit is."""

    topic: str
    partition: int
    offset: int
    dlq_id: str
    event_id: str | None
    event_type: str | None
    disposition: Disposition
    code: str
    message: str
    attempts: int
    cause: str | None = None
    """Code of the last failure; of another one than ``code`` where a limit decided."""
    exception: str = ""
    """Name of the exception, with its module; empty where there was none."""
    processor: str | None = None
    """None where none ran."""
    workflow_run_id: str | None = None


@dataclass(frozen=True, slots=True)
class EventSettled:
    """One event is done; only stated where a sink asked for each event."""

    topic: str
    partition: int
    offset: int
    event_id: str | None
    event_type: str | None
    outcome: EventOutcome
    attempts: int
    duration_seconds: float


@dataclass(slots=True)
class Tally:
    """What one commit settled, added up."""

    outcomes: dict[EventOutcome, int] = field(default_factory=dict)
    duplicates: dict[DuplicateKind, int] = field(default_factory=dict)
    letters: dict[tuple[Disposition, str], int] = field(default_factory=dict)
    """By disposition and error code."""
    attempts: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    """Durations of attempts that succeeded, by processor and policy."""
    attempts_per_event: dict[int, int] = field(default_factory=dict)
    """How many settled events took how many attempts."""
    end_to_end_seconds: list[float] = field(default_factory=list)
    """From the record's timestamp to the commit, one per processed event."""
    answers: int = 0
    sent_home: int = 0
    """Events without a key that went on to the partition that dedups their id."""
    parked: dict[str, int] = field(default_factory=dict)
    """Events that were parked, by policy."""
    released: list[float] = field(default_factory=list)
    """How late parked events began to run, seconds after they were due, one per event."""


@dataclass(frozen=True, slots=True)
class BatchCommitted:
    """A group commit is visible."""

    partition: int
    events: int
    duration_seconds: float
    committable: int
    tally: Tally


Fact = (
    AttemptFailed
    | EventDeadLettered
    | EventSettled
    | BatchCommitted
    | RecordsConsumed
    | SessionStarted
    | SessionLost
    | SessionClosed
    | PartitionRefused
    | AssignmentChanged
    | SourceFailed
    | IntakeChanged
    | ControlRefused
    | LedgerTrimmed
    | LifeCycleChanged
    | LoopLagged
    | BreakerChanged
    | FallbackFailed
    | RetryDelayed
    | GuardChanged
    | ActDone
)
