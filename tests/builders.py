"""What does a test need that is valid as it is, with one thing varied?"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from config.policies import RetryPolicy
from config.settings import Settings
from consumer.core.failure import Attempt, Failure, FailureClass, History
from consumer.core.in_flight import InFlight
from consumer.core.ledger_entry import Entry, EntryStatus, LetterMark, LetterState
from consumer.core.parked_event import Parked, copied
from consumer.core.progress import Progress
from consumer.core.record import Headers, LogRecord
from consumer.core.settlement import Rules
from processors.contract import Context, WorkflowEvent
from processors.registration import processor, registrations_of
from processors.registry import Processor, Registry, processor_of

NOW = 1_760_000_000.0
"""A moment, seconds since the epoch."""

Function = Callable[[WorkflowEvent[Any], Context], Any]


def event_json(event_id: str = "event-1", **members: Any) -> dict[str, Any]:
    """Return the members of an event; a member that is ``...`` is left out."""
    whole = {
        "event_id": event_id,
        "event_type": "order.created",
        "workflow_id": "orders",
        "workflow_run_id": "run-1",
        "occurred_at": "2026-01-31T23:59:59Z",
        "payload": {"amount": 7},
    }
    return {name: value for name, value in (whole | members).items() if value is not ...}


def event_bytes(event_id: str = "event-1", **members: Any) -> bytes:
    """Return an event as a producer writes it."""
    return json.dumps(event_json(event_id, **members)).encode()


def an_event(event_id: str = "event-1", **members: Any) -> WorkflowEvent[Any]:
    """Return a decoded event."""
    values: dict[str, Any] = {
        "event_type": "order.created",
        "workflow_id": "orders",
        "workflow_run_id": "run-1",
        "occurred_at": datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC),
        "payload": {"amount": 7},
    }
    return WorkflowEvent(event_id, **(values | members))


def a_record(
    value: bytes | None = b"{}",
    *,
    offset: int = 0,
    key: bytes | None = b"key",
    topic: str = "workflow-events",
    partition: int = 0,
    timestamp: int = int(NOW * 1000),
    headers: Headers = (),
) -> LogRecord:
    """Return a record of the input."""
    return LogRecord(topic, partition, offset, timestamp, key, value, headers)


def a_failure(
    failure_class: FailureClass = "transient", *, code: str = "SERVICE_UNAVAILABLE", **other: Any
) -> Failure:
    """Return a classified failure."""
    return Failure(code, other.pop("message", "no answer"), failure_class, "explicit", **other)


def a_history(attempts: int = 1) -> History:
    """Return the history of an event whose *attempts* have failed, a second apart."""
    history = History()
    for number in range(1, attempts + 1):
        attempt = Attempt(number, "transient", NOW + number, 0.25, "TIMEOUT", "late", None, 1.0)
        history.add(attempt, a_failure())
    return history


def an_entry(status: EntryStatus = "completed", **other: Any) -> Entry:
    """Return an entry of the ledger, answered by input offset 5."""
    settled = status in {"completed", "dead_lettered", "discarded"}
    values: dict[str, Any] = {
        "fingerprints": ("b1:one",),
        "input_offset": 5,
        "settled_at": NOW if settled else None,
    }
    if status in {"dead_lettered", "discarded"}:
        state: LetterState = "open" if status == "dead_lettered" else "discarded"
        values["letter"] = LetterMark(("letter-1",), 1, state, NOW)
    return Entry(status, **(values | other))


def a_parked(
    seq: int = 0,
    *,
    key: bytes | None = b"key",
    due_at: float | None = NOW + 10,
    parked_at: float = NOW,
    held_by: str | None = None,
) -> Parked:
    """Return what an entry holds of a parked event: due ten seconds after it was parked."""
    record = copied(a_record(event_bytes(), offset=5, key=key))
    return Parked(record, seq, parked_at, due_at, held_by)


def a_progress(**other: Any) -> Progress:
    """Return the progress of a shard that is read up to input offset 10."""
    values: dict[str, Any] = {
        "group": "everonce",
        "topic": "workflow-events",
        "lineage": "line",
        "template": "{event_id}",
        "next_input": 10,
        "next_control": 0,
        "last_offset": 9,
        "last_timestamp": int(NOW * 1000),
        "instance": "here",
        "epoch": 1,
    }
    return Progress(**(values | other))


def rules(**other: Any) -> Rules:
    """Return what is the same for all events of a partition."""
    values: dict[str, Any] = {
        "topic": "workflow-events",
        "partition": 0,
        "keep_results": False,
        "keep_result_max_bytes": 1024,
        "limits": dict.fromkeys(("results", "dlq", "state", "audit"), 1024 * 1024),
        "consumer": "everonce",
        "version": "1.2.3",
    }
    return Rules(**(values | other))


def in_flight(
    event: WorkflowEvent[Any] | None = None,
    *,
    offset: int = 0,
    prior: Entry | None = None,
    policy: RetryPolicy | None = None,
    **record: Any,
) -> InFlight:
    """Return an admitted event."""
    return InFlight(
        a_record(offset=offset, **record),
        event or an_event(),
        f"e:{(event or an_event()).event_id}",
        "b1:one",
        b"key",
        prior,
        100,
        None,
        a_processor(),
        "default",
        policy or RetryPolicy(),
    )


async def _accept(event: WorkflowEvent[Any], ctx: Context) -> dict[str, Any]:
    return {"accepted": event.event_id}


def a_processor(function: Function = _accept, pattern: str = "*", **options: Any) -> Processor:
    """Return *function* as the processor of *pattern*."""
    processor(pattern, **options)(function)
    return processor_of(function, registrations_of(function)[-1])


def a_registry(*processors: Processor | Function) -> Registry:
    """Return the registry of *processors*; a bare function is for every event."""
    return Registry(
        [each if isinstance(each, Processor) else a_processor(each) for each in processors],
    )


def a_settings(**sections: Any) -> Settings:
    """Return settings with some keys of some sections given; commits linger briefly."""
    return Settings.model_validate(sections)
