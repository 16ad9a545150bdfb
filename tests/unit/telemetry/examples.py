"""One of each fact, and a status: valid as they are, one thing varied by the test."""

from dataclasses import replace

from consumer.core.act_facts import ActDone
from consumer.core.facts import (
    AttemptFailed,
    BatchCommitted,
    EventDeadLettered,
    EventSettled,
    Fact,
    Tally,
)
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
from consumer.core.status import PartitionStatus, Status

ATTEMPT_FAILED = AttemptFailed(
    topic="workflow-events",
    partition=3,
    offset=41,
    event_id="invoice-7",
    event_type="invoice.paid",
    processor="charge",
    policy="standard",
    attempt=1,
    max_attempts=3,
    code="TIMEOUT",
    failure_class="timeout",
    rule="timeout",
    message="no answer in 30 s",
    duration_seconds=30.0,
    delay_seconds=0.1,
)
BREAKER_OPENED = BreakerChanged(
    breaker="payments",
    kind="dependency",
    before="closed",
    after="open",
    reason="50 of the last 100 calls failed",
    open_seconds=30.0,
)
GUARD_PAUSED = GuardChanged(
    topic="workflow-events",
    partition=3,
    before="passing",
    after="paused",
    reason="60 of 100 settled events became dead letters",
    smell="outage",
    pause_seconds=30.0,
)
SESSION_STARTED = SessionStarted(
    topic="workflow-events",
    partition=3,
    start=42,
    rule="progress",
    entries=1000,
    restored_records=1200,
    restore_seconds=0.4,
    skipped=0,
)
SESSION_LOST = SessionLost(
    topic="workflow-events",
    partition=3,
    reason="fenced",
    message="another producer has everonce:g:workflow-events:3",
    backoff_seconds=1.0,
)


def a_tally() -> Tally:
    """Return what a commit of two completed events, a duplicate and a letter adds up to."""
    return Tally(
        outcomes={"completed": 2, "duplicate": 1, "dead_lettered": 1},
        duplicates={"dropped": 1},
        letters={("exhausted", "TIMEOUT"): 1},
        attempts={("charge", "standard"): [0.002, 0.2]},
        attempts_per_event={1: 2, 3: 1},
        end_to_end_seconds=[0.02, 0.3, 100.0],
        answers=1,
        sent_home=3,
    )


def a_commit(*, partition: int = 3, events: int = 4, tally: Tally | None = None) -> BatchCommitted:
    """Return a commit; without a tally the one above."""
    return BatchCommitted(partition, events, 0.008, 45, tally or a_tally())


def one_of_each() -> list[Fact]:
    """Return one fact of every type."""
    return [
        ATTEMPT_FAILED,
        EventDeadLettered(
            topic="workflow-events",
            partition=3,
            offset=41,
            dlq_id="0b6c1c9e-1f39-5c52-8c0e-0d1f6a5b7f10",
            event_id="invoice-7",
            event_type="invoice.paid",
            disposition="exhausted",
            code="TIMEOUT",
            message="failed after 3 attempts",
            attempts=3,
        ),
        EventSettled(
            topic="workflow-events",
            partition=3,
            offset=41,
            event_id="invoice-7",
            event_type="invoice.paid",
            outcome="completed",
            attempts=1,
            duration_seconds=0.01,
        ),
        a_commit(),
        RecordsConsumed(topic="workflow-events", partition=3, records=500, bytes=175_000),
        SESSION_STARTED,
        SESSION_LOST,
        SessionClosed(topic="workflow-events", partition=3, committable=45, clean=True),
        PartitionRefused(
            topic="workflow-events",
            partition=3,
            rule="ledger_lost",
            message="committed 90 is above the ledger's 45",
            command="everonce ledger accept --partition 3",
        ),
        AssignmentChanged(assigned=[3], revoked=[], owned=[3]),
        SourceFailed(message="connection reset", failures=2),
        IntakeChanged(paused=True, bound="waiting"),
        ActDone(
            kind="redrive",
            outcome="accepted",
            topic="workflow-events",
            partition=3,
            act_id="5c1f0b52-8f7e-4b1c-9a53-1d7c0c6f5a11",
            operator="ada",
            ledger_key="invoice-7",
            dlq_id="0b6c1c9e-1f39-5c52-8c0e-0d1f6a5b7f10",
        ),
        ControlRefused(partition=3, offset=7, reason="unknown act"),
        LedgerTrimmed(partition=3, expired=10, evicted=2, entries=1000, released=1),
        LifeCycleChanged(state="running", details={"group": "everonce"}),
        LoopLagged(seconds=1.5),
        BREAKER_OPENED,
        FallbackFailed(
            processor="charge",
            fallback="charge_later",
            event_id="invoice-7",
            code="TIMEOUT",
            message="no answer in 30 s",
        ),
        RetryDelayed(processor="charge", seconds=0.5),
        GUARD_PAUSED,
    ]


A_PARTITION = PartitionStatus(
    partition=3,
    state="running",
    committable=45,
    position=60,
    lag_records=15,
    in_flight_events=4,
    ledger_entries=1000,
    progress_age_seconds=0.5,
)
A_STATUS = Status(
    state="running",
    partitions=[A_PARTITION],
    in_flight_events=4,
    in_flight_bytes=1400,
    running_attempts=2,
    waiting_retries=1,
    problems=[],
)


def a_status(*partitions: PartitionStatus) -> Status:
    """Return a running process with these partitions."""
    return replace(A_STATUS, partitions=partitions)
