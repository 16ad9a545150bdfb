"""What is telemetry told?

A closed set: a new fact does not type-check until every sink has decided about it.  Facts of the
hot path come once per commit, never once per event, unless a sink asked for ``EventSettled``.
Durations are seconds; attempts are counted from 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consumer.core.failure import Disposition, FailureClass

EventOutcome = Literal["completed", "dead_lettered", "duplicate", "ignored"]
LifeState = Literal["starting", "running", "draining", "stopped"]
IntakeBound = Literal["records", "bytes", "window", "waiting", "entries"]
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


@dataclass(frozen=True, slots=True)
class BatchCommitted:
    """A group commit is visible."""

    partition: int
    events: int
    duration_seconds: float
    committable: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class RecordsConsumed:
    """Records were read."""

    topic: str
    partition: int
    records: int
    bytes: int


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A partition is fenced, restored and read."""

    topic: str
    partition: int
    start: int
    rule: str
    """Row of the start-position table that decided."""
    entries: int
    restored_records: int
    restore_seconds: float
    skipped: int
    """Input records that retention removed before they were read."""
    note: str | None = None
    """What an operator should hear of."""


@dataclass(frozen=True, slots=True)
class SessionLost:
    """A session ended without a last commit; it is fenced, restored and re-read."""

    topic: str
    partition: int
    reason: str
    """Closed set: fenced, produce_failed, commit_failed, deadline, refused, setup_failed, ..."""
    message: str
    backoff_seconds: float


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """A session ended with a last commit."""

    topic: str
    partition: int
    committable: int
    clean: bool


@dataclass(frozen=True, slots=True)
class PartitionRefused:
    """A partition stays closed until an operator accepts what was found."""

    topic: str
    partition: int
    rule: str
    message: str
    command: str


@dataclass(frozen=True, slots=True)
class AssignmentChanged:
    """The group gave or took partitions."""

    assigned: Sequence[int]
    revoked: Sequence[int]
    owned: Sequence[int]


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """The client failed in a poll; every partition was sought back to its next offset."""

    message: str
    failures: int
    """In a row."""


@dataclass(frozen=True, slots=True)
class IntakeChanged:
    """A bound stopped the reading of records, or the reading goes on."""

    paused: bool
    bound: IntakeBound


@dataclass(frozen=True, slots=True)
class ControlRefused:
    """A record of the control topic asked for something that is not known."""

    partition: int
    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class LedgerTrimmed:
    """Entries were forgotten."""

    partition: int
    expired: int
    evicted: int
    entries: int


@dataclass(frozen=True, slots=True)
class LifeCycleChanged:
    """The process starts, runs, drains or stopped."""

    state: LifeState
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoopLagged:
    """Something blocked the event loop; heartbeats waited with it."""

    seconds: float


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
)


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    """One partition, as the gauges and the health page show it."""

    partition: int
    state: Literal["starting", "running", "draining", "refused", "lost"]
    committable: int
    position: int
    lag_records: int | None
    """High watermark less committable; None before the first fetch."""
    in_flight_events: int
    ledger_entries: int
    progress_age_seconds: float
    """Since the committable last moved, or nothing was left to do."""


@dataclass(frozen=True, slots=True)
class Status:
    """The process at one moment."""

    state: LifeState
    partitions: Sequence[PartitionStatus]
    in_flight_events: int
    in_flight_bytes: int
    running_attempts: int
    waiting_retries: int
    problems: Sequence[str]
    """What makes the process not ready, for people."""
