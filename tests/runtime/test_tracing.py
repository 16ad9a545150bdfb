"""Attempts are spans: of their record's trace while it is young, linked to it ever after."""

import asyncio
from typing import Any

from opentelemetry import trace

from consumer.runtime.attempts import Attempts
from consumer.runtime.settling import Settling
from processors.contract import Context, PermanentError, TransientError, WorkflowEvent
from tests.builders import a_processor, a_registry
from tests.fakes.clock import eventually
from tests.fakes.process import MemoryProcess
from tests.runtime.operator import about, ask
from tests.runtime.staging import Stage, a_cluster, accept, at_rest, is_passed, letters
from tests.runtime.tracing import (
    LATER,
    PARENT,
    TRACE,
    TRACEPARENT,
    Traced,
    links_of,
    name_of,
    noted,
    publish,
    said,
    trace_of,
)

SOON: dict[str, Any] = {
    "policies": {"soon": {"max_attempts": 2, "base_delay": 0.1, "jitter": "none"}},
    "default_policy": "soon",
}


async def test_attempt_is_a_consumer_span_of_its_records_trace() -> None:
    kafka = a_cluster()
    traced = Traced(kafka)
    publish(kafka, "one")
    async with traced.serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    (span,) = traced.spans
    assert span.name == "process workflow-events"
    assert span.kind is trace.SpanKind.CONSUMER
    assert trace_of(span) == TRACE
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == PARENT
    assert said(span)["messaging.message.id"] == "one"
    assert span.status.status_code is trace.StatusCode.UNSET
    assert span.resource.attributes["service.name"] == "everonce"


async def test_result_carries_the_span_that_made_it() -> None:
    kafka = a_cluster()
    traced = Traced(kafka)
    publish(kafka, "one")
    async with traced.serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    (result,) = kafka.visible("results")
    assert dict(result.headers)["traceparent"] == name_of(traced.spans[0]).encode()
    assert dict(result.headers)["everonce-source"] == b"workflow-events/0/0"


async def test_record_without_a_trace_begins_one() -> None:
    kafka = a_cluster()
    traced = Traced(kafka)
    publish(kafka, "one", None)
    publish(kafka, "two", "nonsense")
    async with traced.serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    assert [span.parent for span in traced.spans] == [None, None]
    assert len({trace_of(span) for span in traced.spans}) == 2


async def test_retry_that_comes_soon_is_a_span_of_the_same_trace() -> None:
    kafka, stage = a_cluster(retry=SOON), Stage()
    traced = Traced(kafka)
    publish(kafka, "one")
    async with traced.serving(kafka, stage.processor):
        (await stage.next("one")).fail(TransientError("busy", code="SERVICE_UNAVAILABLE"))
        (await stage.next("one", attempt=2)).succeed()
        await eventually(lambda: at_rest(kafka))
    first, second = traced.spans
    assert trace_of(first) == trace_of(second) == TRACE
    assert (said(first)["everonce.attempt"], said(second)["everonce.attempt"]) == (1, 2)
    assert first.status.status_code is trace.StatusCode.ERROR
    assert said(first)["error.type"] == "SERVICE_UNAVAILABLE"
    assert noted(first) == ["waiting"]


async def test_parked_attempt_links_to_the_trace_and_does_not_lengthen_it() -> None:
    kafka, stage = a_cluster(retry=LATER), Stage()
    traced = Traced(kafka)
    publish(kafka, "one")
    async with traced.serving(kafka, stage.processor):
        (await stage.next("one")).fail(TransientError("busy"))
        await eventually(lambda: is_passed(kafka))
        (await stage.next("one", attempt=2)).succeed()
        await eventually(lambda: at_rest(kafka))
    first, second = traced.spans
    assert noted(first) == ["parked"]
    assert links_of(second) == [f"{TRACE}-{PARENT}"]
    assert second.parent is None
    assert trace_of(second) != TRACE
    (result,) = kafka.visible("results")
    assert dict(result.headers)["traceparent"] == name_of(second).encode()


async def test_letter_and_its_answer_carry_the_last_attempt() -> None:
    kafka = a_cluster()
    traced = Traced(kafka)

    async def refuse(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise PermanentError("secret 4711", code="INVALID_INPUT")

    publish(kafka, "one")
    async with traced.serving(kafka, refuse):
        await eventually(lambda: at_rest(kafka))
    (span,) = traced.spans
    assert noted(span) == ["dead_lettered"]
    assert (span.events[0].attributes or {})["everonce.dlq_id"] == letters(kafka)[0]["dlq_id"]
    for role in ("dlq", "results"):
        (record,) = kafka.visible(role)
        assert dict(record.headers)["traceparent"] == name_of(span).encode()
    assert letters(kafka)[0]["context"]["trace_id"] == TRACE
    assert "4711" not in span.to_json()


async def test_redriven_attempt_links_to_the_trace_of_the_first() -> None:
    kafka, stage = a_cluster(), Stage()
    traced = Traced(kafka)
    publish(kafka, "one")
    async with traced.serving(kafka, stage.processor):
        (await stage.next("one")).fail(PermanentError("no"))
        await eventually(lambda: letters(kafka))
        ask(kafka, about(kafka, "redrive"))
        (await stage.next("one")).succeed()
        await eventually(lambda: at_rest(kafka))
    first, second = traced.spans
    assert trace_of(first) == TRACE
    assert trace_of(second) != TRACE
    assert links_of(second) == [f"{TRACE}-{PARENT}"]
    assert dict(kafka.visible("results")[-1].headers)["traceparent"] == name_of(second).encode()


async def test_letter_without_an_attempt_is_a_span_too() -> None:
    kafka = a_cluster()
    traced = Traced(kafka)
    kafka.publish(b"not JSON", headers=[("traceparent", TRACEPARENT.encode())])
    async with traced.serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    (span,) = traced.spans
    assert span.name == "dead-letter workflow-events"
    assert trace_of(span) == TRACE
    assert said(span)["everonce.code"] == "INVALID_INPUT"
    (letter,) = kafka.visible("dlq")
    assert "traceparent" not in dict(letter.headers)


async def test_what_processors_trace_is_inside_the_span_of_their_attempt() -> None:
    kafka = a_cluster()
    traced = Traced(kafka)

    async def look(event: WorkflowEvent[Any], ctx: Context) -> str:
        with traced.tracer.provider.get_tracer("mine").start_as_current_span("query"):
            await asyncio.sleep(0)
        return f"{trace.get_current_span().get_span_context().span_id:016x}"

    publish(kafka, "one")
    publish(kafka, "two", key=b"other")
    async with traced.serving(kafka, look):
        await eventually(lambda: at_rest(kafka))
    attempts = {span.context.span_id for span in traced.spans if span.name != "query"}
    queries = [span.parent for span in traced.spans if span.name == "query"]
    assert len(attempts) == 2
    assert {parent.span_id for parent in queries if parent is not None} == attempts
    assert trace.get_current_span() is trace.INVALID_SPAN


async def test_fallback_is_a_span_under_its_own_name_and_answers_with_it() -> None:
    kafka = a_cluster(
        breakers={"failures": 1, "min_calls": 1, "failure_rate": None, "on_open": "fallback"},
        retry=LATER,
    )
    traced = Traced(kafka)

    async def charge(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise TransientError("busy")

    async def later(event: WorkflowEvent[Any], ctx: Context) -> str:
        return "later"

    publish(kafka, "one")
    async with traced.serving(kafka, a_processor(charge, fallback=later)):
        await eventually(lambda: is_passed(kafka))
        publish(kafka, "two", key=b"other")
        await eventually(lambda: len(kafka.visible("results")) == 1)
        names = [str(said(span)["everonce.processor"]).rpartition(".")[2] for span in traced.spans]
        assert names == ["charge", "later"]
        (result,) = kafka.visible("results")
        assert dict(result.headers)["traceparent"] == name_of(traced.spans[1]).encode()


async def test_attempt_that_timed_out_ends_its_span_with_the_code() -> None:
    kafka, stage = a_cluster(processing={"timeout": 1}, retry=LATER), Stage()
    traced = Traced(kafka)
    publish(kafka, "one")
    async with traced.serving(kafka, stage.processor):
        await eventually(lambda: is_passed(kafka))
    assert said(traced.spans[0])["error.type"] == "TIMEOUT"


async def test_attempt_that_was_dropped_with_its_session_ends_its_span() -> None:
    kafka, stage = a_cluster(), Stage()
    traced = Traced(kafka)
    publish(kafka, "one")
    publish(kafka, "two", key=b"other")
    async with traced.serving(kafka, stage.processor):
        await stage.next("one")
        kafka.fence("everonce:0")
        (await stage.next("two")).succeed()
        await eventually(lambda: stage.begun.count("one") == 2)
        (await stage.next("one")).succeed()
        (await stage.next("two")).succeed()
        await eventually(lambda: at_rest(kafka))
    assert sorted(said(span)["messaging.message.id"] for span in traced.spans) == [
        *("one", "one"),
        *("two", "two"),
    ]
    assert ["dropped"] in [noted(span) for span in traced.spans]


async def test_where_nothing_is_traced_nothing_is_replaced() -> None:
    kafka = a_cluster()
    registry = a_registry(accept)
    process = MemoryProcess(kafka, registry)
    assert process.env.registry is registry
    assert type(process._attempts) is Attempts
    async with process.running():
        await eventually(lambda: process.reads(0))
        session = process.session()
        assert session is not None
        assert type(session.settling) is Settling
