"""A process whose attempts are traced into memory."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from consumer.telemetry.tracing import OtelTracer
from processors.registry import Processor
from tests.builders import Function, a_registry, event_bytes
from tests.fakes.clock import eventually
from tests.fakes.kafka import MemoryKafka
from tests.fakes.process import MemoryProcess

LATER: dict[str, Any] = {
    "policies": {"later": {"max_attempts": 2, "base_delay": 60, "jitter": "none"}},
    "default_policy": "later",
}
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


class Traced:
    """The tracer of a process, and the spans that ended."""

    def __init__(self, kafka: MemoryKafka) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracer = OtelTracer(
            kafka.settings,
            version="1.2.3",
            instance="one",
            processor=SimpleSpanProcessor(self._exporter),
        )

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        """Those that ended, in that order."""
        return self._exporter.get_finished_spans()

    @asynccontextmanager
    async def serving(
        self, kafka: MemoryKafka, *processors: Processor | Function, name: str = "one"
    ) -> AsyncIterator[MemoryProcess]:
        """Run a process whose partitions are all set up; drained at the end of the block."""
        registry = a_registry(*processors)
        process = MemoryProcess(kafka, registry, name=name, tracer=self.tracer)
        async with process.running():
            await eventually(lambda: all(map(process.reads, range(kafka.partitions))), "set up")
            yield process


def publish(
    kafka: MemoryKafka, event_id: str, traceparent: str | None = TRACEPARENT, **record: Any
) -> None:
    """Publish an event that belongs to a trace."""
    headers = [("traceparent", traceparent.encode())] if traceparent else []
    kafka.publish(event_bytes(event_id), headers=headers, **record)


def trace_of(span: ReadableSpan) -> str:
    return f"{span.context.trace_id:032x}"


def name_of(span: ReadableSpan) -> str:
    """Return the traceparent that names *span*."""
    return f"00-{trace_of(span)}-{span.context.span_id:016x}-{int(span.context.trace_flags):02x}"


def links_of(span: ReadableSpan) -> list[str]:
    """Return trace and span that *span* links to."""
    return [f"{each.context.trace_id:032x}-{each.context.span_id:016x}" for each in span.links]


def said(span: ReadableSpan) -> Mapping[str, Any]:
    return span.attributes or {}


def noted(span: ReadableSpan) -> list[str]:
    return [event.name for event in span.events]
