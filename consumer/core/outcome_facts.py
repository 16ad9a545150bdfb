"""Which fact tells of the outcome of an attempt or an event?"""

from consumer.core.facts import AttemptFailed, EventDeadLettered, EventOutcome, EventSettled
from consumer.core.failure import Attempt, Failure
from consumer.core.in_flight import InFlight
from consumer.core.record import Record
from consumer.core.retry import GiveUp


def attempt_failed(
    item: InFlight, attempt: Attempt, failure: Failure, due_at: float | None = None
) -> AttemptFailed:
    """Return the fact of a failed attempt, after which *item* is parked until *due_at*, if at all.

    *due_at* is seconds since the epoch.
    """
    record = item.record
    return AttemptFailed(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        event_id=item.event.event_id,
        event_type=item.event.event_type,
        processor=item.processor.name if item.processor is not None else "",
        policy=item.policy_name,
        attempt=attempt.number,
        max_attempts=item.policy.max_attempts,
        code=failure.code,
        failure_class=failure.failure_class,
        rule=failure.rule,
        message=failure.message,
        duration_seconds=attempt.duration_seconds,
        delay_seconds=attempt.delay_seconds,
        due_at=due_at,
    )


def event_dead_lettered(
    record: Record,
    item: InFlight | None,
    give_up: GiveUp,
    dlq_id: str,
) -> EventDeadLettered:
    """Return the fact of a letter; *item* is None for a record that is no event."""
    return EventDeadLettered(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        dlq_id=dlq_id,
        # Of one that was an event to another version only, nothing is known.
        event_id=(item.event.event_id or None) if item is not None else None,
        event_type=(item.event.event_type or None) if item is not None else None,
        disposition=give_up.disposition,
        code=give_up.failure.code,
        message=give_up.failure.message,
        attempts=item.attempts if item is not None else 0,
        cause=give_up.cause.code,
        exception=give_up.cause.type,
        processor=item.processor.name if item is not None and item.processor else None,
        workflow_run_id=item.event.workflow_run_id if item is not None else None,
    )


def event_settled(
    item: InFlight,
    outcome: EventOutcome,
    attempts: int,
    duration_seconds: float,
) -> EventSettled:
    """Return the fact of a settled event."""
    record = item.record
    return EventSettled(
        record.topic,
        record.partition,
        record.offset,
        item.event.event_id,
        item.event.event_type,
        outcome,
        attempts,
        duration_seconds,
    )
