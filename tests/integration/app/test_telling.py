"""A whole consumer tells a webhook of its first dead letter, and a collector of its attempts."""

import hashlib
import hmac

import orjson
import pytest
from aiokafka import AIOKafkaConsumer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.integration.app.stage import Stage
from tests.integration.app.work import Work, event
from tests.runtime.telemetry.listening import Listener, listening

pytestmark = pytest.mark.broker

SECRET = "0123456789abcdef"  # noqa: S105 - of a test
TRACE = "0af7651916cd43dd8448eb211c80319c"


async def test_dead_letter_is_told_once_and_its_attempts_are_traced(
    stage: Stage, work: Work
) -> None:
    work.broken |= {"p", "q"}
    async with listening() as hook, listening(*[200] * 99) as collector:
        settings = stage.settings(
            notify={"urls": [hook.url], "secret": SECRET},
            tracing={"enabled": True, "endpoint": collector.url},
            dlq={"headers": "spring"},
        )
        async with stage.running(work.registry(), settings) as app:
            key, value = event("p")
            traceparent = f"00-{TRACE}-b7ad6b7169203331-01".encode()
            await stage.producer.send_and_wait(
                stage.topics.input, value, key=key.encode(), headers=[("traceparent", traceparent)]
            )
            await stage.publish(event("a"), event("q"), event("f", "flaky"))
            await stage.caught_up(app)
            (posting,) = await hook.wait_for(1)
        assert len(hook.postings) == 1, "q is of the same group"
        spans = received(collector)
        headers = await headers_of_first_letter(stage)

    signed = dict(part.split("=") for part in posting.headers["everonce-signature"].split(","))
    expected = hmac.new(SECRET.encode(), signed["t"].encode() + b"." + posting.body, hashlib.sha256)
    assert signed["v1"] == expected.hexdigest()
    notice = orjson.loads(posting.body)
    assert (notice["kind"], notice["details"]["code"]) == ("group_appeared", "INVALID_INPUT")
    assert notice["source"]["consumer"] == settings.kafka.group_id

    assert len(spans) == 5, "two attempts of f"
    (of_p,) = [span for span in spans if span.trace_id.hex() == TRACE]
    assert (
        headers["traceparent"]
        == f"00-{TRACE}-{of_p.span_id.hex()}-".encode() + headers["traceparent"][-2:]
    )
    assert headers["kafka_dlt-original-offset"] == bytes(8)


def received(collector: Listener) -> list[Span]:
    """Return every span that was sent."""
    return [
        span
        for posting in collector.postings
        for resource in ExportTraceServiceRequest.FromString(posting.body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


async def headers_of_first_letter(stage: Stage) -> dict[str, bytes]:
    consumer = AIOKafkaConsumer(
        stage.topics.dlq,
        bootstrap_servers=stage.servers,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    async with consumer:
        record = await consumer.getone()
    return dict(record.headers)
