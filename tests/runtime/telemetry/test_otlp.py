"""Spans reach a collector over a real socket, and a bad collector harms nobody."""

import asyncio
import time

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from config.settings import Settings
from consumer.process import tracer_for
from consumer.telemetry.tracing import FAREWELL_SECONDS, OtelTracer
from tests.builders import in_flight
from tests.runtime.telemetry.listening import hang, listening


def tracer(endpoint: str, **tracing: object) -> OtelTracer:
    settings = Settings.model_validate(
        {"tracing": {"enabled": True, "endpoint": endpoint, **tracing}},
    )
    found = tracer_for(settings)
    assert found is not None
    return found


async def test_span_is_sent_as_otlp_with_the_headers_of_the_settings() -> None:
    async with listening(200) as collector:
        traced = tracer(collector.url, headers={"api-key": "s3cr3t"}, service_name="billing")
        traced.attempt(in_flight(), 1, "charge").end()
        await traced.stop()
        (posting,) = await collector.wait_for(1)
    request = ExportTraceServiceRequest.FromString(posting.body)
    (spans,) = request.resource_spans
    resource = {each.key: each.value.string_value for each in spans.resource.attributes}
    assert resource["service.name"] == "billing"
    assert [span.name for span in spans.scope_spans[0].spans] == ["process workflow-events"]
    assert posting.headers["api-key"] == "s3cr3t"
    assert posting.headers["content-type"] == "application/x-protobuf"


@pytest.mark.parametrize("answer", [hang, 500, 400], ids=["hangs", "fails", "refuses"])
async def test_bad_collector_holds_up_neither_attempts_nor_the_end(answer: object) -> None:
    async with listening(*[answer] * 20) as collector:  # type: ignore[arg-type]
        traced = tracer(collector.url, max_spans=64, timeout=0.2)
        began = time.monotonic()
        for _ in range(1000):
            span = traced.attempt(in_flight(), 1, "charge")
            span.fail("TIMEOUT", "bank.Timeout")
            span.end()
        assert time.monotonic() - began < 2
        async with asyncio.timeout(FAREWELL_SECONDS + 3):
            await traced.stop()


def test_nothing_is_traced_unless_asked() -> None:
    assert tracer_for(Settings()) is None
