"""Who is told of attempts as spans of a trace?"""

from contextlib import AbstractContextManager
from typing import Protocol

from consumer.core.in_flight import InFlight
from consumer.core.record import Headers, Record
from consumer.core.retry import GiveUp
from consumer.core.span_shape import Attributes


class AttemptSpan(Protocol):
    """The span of one attempt; no call raises."""

    def current(self) -> AbstractContextManager[object]:
        """Make it the parent of what is traced inside the block."""
        ...

    def headers(self) -> Headers:
        """Return the trace context that names it, at most TRACE_BYTES of it."""
        ...

    def note(self, name: str, attributes: Attributes) -> None:
        """Say what became of the event."""
        ...

    def fail(self, code: str, exception: str) -> None:
        """Say that the attempt failed, with which error code and exception."""
        ...

    def end(self) -> None:
        """End it; may be repeated."""
        ...


class Tracer(Protocol):
    """Makes spans."""

    def attempt(self, item: InFlight, attempt: int, processor: str) -> AttemptSpan:
        """Begin the span of an attempt (the first is 1) of *item* by *processor*."""
        ...

    def letter(self, record: Record, dlq_id: str, give_up: GiveUp, *, is_late: bool) -> None:
        """Note that *record* became a letter without an attempt."""
        ...


TRACE_BYTES = 640
"""Most that the headers of a trace context add to a record: traceparent, and a tracestate of up to
512 bytes."""
