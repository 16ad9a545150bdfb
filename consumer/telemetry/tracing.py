"""How do attempts become OpenTelemetry spans?

The only file that knows OpenTelemetry, and only imported where ``tracing.enabled`` is set.  The
first attempts of an event are part of the trace that its record brings; those that come long after
it, parked or redriven, begin a trace of their own that links to it, and are sampled as it was.
Spans wait in a bounded queue and are sent by a thread; what does not fit, or is not taken, is lost.
"""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ALWAYS_ON,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, TraceState
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes as OtelAttributes

from config.settings import Settings
from config.tracing import TracingSettings
from consumer.core.in_flight import InFlight
from consumer.core.record import Headers, Record
from consumer.core.retry import GiveUp
from consumer.core.span_shape import (
    Attributes,
    attempt_attributes,
    is_late,
    letter_attributes,
    record_attributes,
)
from consumer.core.trace import trace_of

FAREWELL_SECONDS = 2.0
"""How long an ending process tries to send what waits."""
LONGEST_BATCH = 512
LONGEST_TRACESTATE_BYTES = 512
_PROPAGATOR = TraceContextTextMapPropagator()


class OtelSpan:
    """The span of one attempt."""

    __slots__ = ("_span",)

    def __init__(self, span: Span) -> None:
        self._span = span

    def current(self) -> AbstractContextManager[object]:
        """Make it the parent of what is traced inside the block."""
        return trace.use_span(
            self._span,
            end_on_exit=False,
            record_exception=False,
            set_status_on_exception=False,
        )

    def headers(self) -> Headers:
        """Return the trace context that names it."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, trace.set_span_in_context(self._span, Context()))
        headers = [(name, value.encode()) for name, value in carrier.items()]
        return [pair for pair in headers if len(pair[1]) <= LONGEST_TRACESTATE_BYTES]

    def note(self, name: str, attributes: Attributes) -> None:
        """Say what became of the event."""
        self._span.add_event(name, attributes)

    def fail(self, code: str, exception: str) -> None:
        """Say that the attempt failed."""
        self._span.set_attribute("error.type", code)
        if exception:
            self._span.set_attribute("exception.type", exception)
        self._span.set_status(Status(StatusCode.ERROR, code))

    def end(self) -> None:
        """End it."""
        self._span.end()


class OtelTracer:
    """Makes spans, and sends them.

    Args:
        settings: The deployment's.
        version: Of Everonce.
        instance: This process.
        processor: Takes the spans in place of the exporter.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        version: str,
        instance: str,
        processor: SpanProcessor | None = None,
    ) -> None:
        tracing = settings.tracing
        self._input = settings.topics.input
        self._group = settings.kafka.group_id
        self.provider = TracerProvider(
            sampler=ParentBased(_AsLinked(tracing.sample_ratio)),
            resource=Resource.create(
                {
                    "service.name": tracing.service_name,
                    "service.version": version,
                    "service.instance.id": instance,
                },
            ),
            shutdown_on_exit=False,
        )
        """For spans that processors make of their own."""
        self.provider.add_span_processor(processor or _exporting(tracing))
        self._tracer = self.provider.get_tracer("everonce", version)

    def attempt(self, item: InFlight, attempt: int, processor: str) -> OtelSpan:
        """Begin the span of an attempt (the first is 1) of *item* by *processor*."""
        attributes = attempt_attributes(item, attempt, processor, self._group)
        late = is_late(item, self._input)
        return OtelSpan(self._begin("process", item.record, attributes, is_late=late))

    def letter(self, record: Record, dlq_id: str, give_up: GiveUp, *, is_late: bool) -> None:
        """Note that *record* became a letter without an attempt."""
        attributes = {
            **record_attributes(record, self._group),
            **letter_attributes(dlq_id, give_up),
        }
        span = self._begin("dead-letter", record, attributes, is_late=is_late)
        span.set_status(Status(StatusCode.ERROR, give_up.failure.code))
        span.end()

    def start(self) -> None:
        """Take the spans that processors make of their own, unless they see to that themselves."""
        if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            trace.set_tracer_provider(self.provider)

    async def stop(self) -> None:
        """Send what waits, for a moment at the most."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def shut_down() -> None:
            self.provider.shutdown()
            # Too late: nobody waits any more.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(ended.set)

        # A thread that the end of the process does not wait for, whatever the collector does.
        threading.Thread(target=shut_down, name="tracing-end", daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await ended.wait()

    def _begin(self, verb: str, record: Record, attributes: Attributes, *, is_late: bool) -> Span:
        # Made explicit: whatever span is current where a worker was woken is not its parent.
        context, links = Context(), []
        if (known := trace_of(record.headers)) is not None:
            carrier = {"traceparent": known.traceparent, "tracestate": known.tracestate or ""}
            brought = _PROPAGATOR.extract(carrier, Context())
            if is_late:
                origin = trace.get_current_span(brought).get_span_context()
                links = [Link(origin)] if origin.is_valid else []
            else:
                context = brought
        return self._tracer.start_span(
            f"{verb} {self._input}",
            context,
            SpanKind.CONSUMER,
            attributes,
            links,
        )


def _exporting(tracing: TracingSettings) -> SpanProcessor:
    headers = {name: value.get_secret_value() for name, value in tracing.headers.items()}
    return BatchSpanProcessor(
        OTLPSpanExporter(tracing.endpoint, headers=headers, timeout=tracing.timeout),
        max_queue_size=tracing.max_spans,
        max_export_batch_size=min(LONGEST_BATCH, tracing.max_spans),
    )


class _AsLinked(Sampler):
    """Samples a trace that begins with a link as the trace it links to, others by a share."""

    def __init__(self, ratio: float) -> None:
        self._by_share = TraceIdRatioBased(ratio)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: OtelAttributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Return whether a span is recorded."""
        sampler: Sampler = self._by_share
        if links:
            sampler = ALWAYS_ON if links[0].context.trace_flags.sampled else ALWAYS_OFF
        return sampler.should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )

    def get_description(self) -> str:
        """Return what it does, for whoever debugs it."""
        return f"AsLinked({self._by_share.get_description()})"
