"""Records, failures and letters to vary: valid by default."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from consumer.core.dead_letter import DeadLetter, LetterContext, build_letter
from consumer.core.failure import Attempt, Failure, History
from consumer.core.output import OutputRecord, output_bytes
from consumer.core.record import LogRecord, Record
from consumer.core.retry import GiveUp
from processors.contract import WorkflowEvent

NOW = 1_700_000_000.25
EVENT_VALUE = b'{"event_id":"e-1","payload":{"amount":1234567890123456789012345}}'
CONTEXT = LetterContext(processor="charge", policy="standard", consumer="billing", version="0.1.0")


def an_event(**members: Any) -> WorkflowEvent[Any]:
    given: dict[str, Any] = {
        "event_id": "e-1",
        "event_type": "invoice.created",
        "workflow_id": "w-1",
        "workflow_run_id": "r-1",
        "occurred_at": datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC),
        "payload": {},
    }
    return WorkflowEvent(**(given | members))


def a_record(**members: Any) -> LogRecord:
    given: dict[str, Any] = {
        "topic": "workflow-events",
        "partition": 3,
        "offset": 42,
        "timestamp": 1_699_999_999_123,
        "key": b"k-1",
        "value": EVENT_VALUE,
        "headers": [],
    }
    return LogRecord(**(given | members))


def a_failure(**members: Any) -> Failure:
    given: dict[str, Any] = {
        "code": "TIMEOUT",
        "message": "the bank did not answer",
        "failure_class": "transient",
        "rule": "explicit",
        "type": "bank.TimeoutError",
    }
    return Failure(**(given | members))


def given_up(failure: Failure | None = None, **members: Any) -> GiveUp:
    cause = failure or a_failure()
    given: dict[str, Any] = {"disposition": "permanent", "failure": cause, "cause": cause}
    return GiveUp(**(given | members))


def a_history(attempts: int) -> History:
    history = History()
    for number in range(1, attempts + 1):
        started_at = NOW + number
        attempt = Attempt(number, "transient", started_at, 0.5, "TIMEOUT", "no answer", None, 1.5)
        history.add(attempt, a_failure())
    return history


def a_letter(record: Record | None = None, **members: Any) -> DeadLetter:
    given: dict[str, Any] = {
        "event": an_event(),
        "ledger_key": "e:e-1",
        "give_up": given_up(),
        "history": None,
        "context": CONTEXT,
        "max_bytes": 1_000_000,
        "now": NOW,
    }
    return build_letter(record or a_record(), **(given | members))


def letter_bytes(letter: DeadLetter) -> int:
    return output_bytes(OutputRecord(letter.key, letter.value, letter.headers))


def header(letter: DeadLetter, name: str) -> bytes | None:
    headers: Sequence[tuple[str, bytes | None]] = letter.headers
    return dict(headers).get(f"everonce-dlq-{name}")
