"""Which trace does a record belong to?

Of the headers of the input topic only these (and content type) are read: anything else there is
the producer's business and never trusted for control.
"""

from consumer.core.record import Headers
from processors.contract import Trace


def trace_of(headers: Headers) -> Trace | None:
    """Return the W3C trace context among *headers*, where there is one."""
    parent: str | None = None
    state: str | None = None
    for name, value in headers:
        if value is None:
            continue
        if name == "traceparent":
            parent = value.decode("ascii", "replace")
        elif name == "tracestate":
            state = value.decode("ascii", "replace")
    return Trace(parent, state) if parent else None
