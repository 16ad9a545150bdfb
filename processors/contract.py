"""What does the author of a processor have to know?

All of it is here and is imported from ``processors``: the event, the context of an attempt, the
decorator, and the errors that say what a failure means.  Nothing of Kafka.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from processors.current import Logger, Source, attempt_logger

Payload = TypeVar("Payload")
NOTHING: Mapping[str, Any] = MappingProxyType({})


class WorkflowEvent(Generic[Payload]):
    """One event, as its producer published it; treat it as read-only.

    A plain class with slots: it is built once per event on the hot path, where a frozen dataclass
    costs five times as much.
    """

    __slots__ = (
        "correlation_id",
        "event_id",
        "event_type",
        "extra",
        "idempotency_key",
        "occurred_at",
        "payload",
        "schema_version",
        "workflow_id",
        "workflow_run_id",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - the members of an event, by name in all but the decoder
        self,
        event_id: str,
        event_type: str,
        workflow_id: str,
        workflow_run_id: str,
        occurred_at: datetime,
        payload: Payload,
        idempotency_key: str | None = None,
        correlation_id: str | None = None,
        schema_version: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.event_id = event_id
        self.event_type = event_type
        self.workflow_id = workflow_id
        self.workflow_run_id = workflow_run_id
        self.occurred_at = occurred_at
        self.payload = payload
        self.idempotency_key = idempotency_key
        self.correlation_id = correlation_id
        self.schema_version = schema_version
        self.extra: Mapping[str, Any] = extra if extra is not None else NOTHING
        """Members of the event that the schema does not know; kept, never interpreted."""

    def with_payload(self, payload: Any) -> "WorkflowEvent[Any]":
        """Return the same event around another reading of its payload."""
        return WorkflowEvent(
            self.event_id,
            self.event_type,
            self.workflow_id,
            self.workflow_run_id,
            self.occurred_at,
            payload,
            self.idempotency_key,
            self.correlation_id,
            self.schema_version,
            self.extra,
        )

    def __repr__(self) -> str:
        """Name the event, without its payload: that may be large, or secret."""
        return f"WorkflowEvent({self.event_type} {self.event_id})"


@dataclass(frozen=True, slots=True)
class Trace:
    """The W3C trace context that came with the record."""

    traceparent: str
    tracestate: str | None = None


class Context:
    """What an attempt may know of itself; built anew for each attempt."""

    __slots__ = ("_event", "_source", "attempt", "idempotency_key", "max_attempts", "trace")

    def __init__(
        self,
        idempotency_key: str,
        attempt: int = 1,
        max_attempts: int = 1,
        trace: Trace | None = None,
        event: WorkflowEvent[Any] | None = None,
        source: Source | None = None,
    ) -> None:
        self.idempotency_key = idempotency_key
        """Stable over all attempts of the event: pass it on to make outside effects safe."""
        self.attempt = attempt
        """Number of this attempt; the first is 1."""
        self.max_attempts = max_attempts
        """Attempts in all that the policy allows."""
        self.trace = trace
        """Trace context of the record, where it had one."""
        # Kept as they are: what the log needs of them is read only where something is logged.
        self._event = event
        self._source = source

    @property
    def log(self) -> Logger:
        """A structured logger that already names the event and the attempt."""
        return attempt_logger(self.log_fields())

    def log_fields(self) -> dict[str, Any]:
        """Return what every log line written inside this attempt carries."""
        fields: dict[str, Any] = {}
        if (source := self._source) is not None:
            fields |= {
                "topic": source.topic,
                "partition": source.partition,
                "offset": source.offset,
            }
        if (event := self._event) is not None:
            fields |= {"event_id": event.event_id, "event_type": event.event_type}
        fields["attempt"] = self.attempt
        return fields


class ProcessorError(Exception):
    """An error whose raiser says what it means.

    Args:
        message: What happened; shown to operators.
        code: Error code of the table in docs/error-codes.md; the class's own without it.
        details: Anything that helps an operator, JSON-serialisable.
        status_code: HTTP status of the answer that failed, if it was one.
        request_id: The other side's name for the call that failed.
    """

    default_code = "EXECUTION_FAILED"

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        details: Mapping[str, Any] | None = None,
        status_code: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.details = details
        self.status_code = status_code
        self.request_id = request_id


class TransientError(ProcessorError):
    """May succeed when tried again: the event is retried as its policy says."""

    default_code = "SERVICE_UNAVAILABLE"


class PermanentError(ProcessorError):
    """Will fail however often it is tried: the event is dead-lettered at once."""


class RetryAfter(TransientError):  # noqa: N818 - its name is part of the contract
    """Transient, and it is known when to try again.

    Args:
        seconds: Wait before the next attempt, in place of the policy's delay.
    """

    default_code = "RATE_LIMITED"

    def __init__(self, seconds: float, message: str = "", **details: Any) -> None:
        if not seconds >= 0:
            raise ValueError(f"RetryAfter({seconds!r}): give the wait in seconds, 0 or more")
        super().__init__(message or f"try again after {seconds:g} s", **details)
        self.seconds = float(seconds)
