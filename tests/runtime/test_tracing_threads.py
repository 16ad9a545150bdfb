"""A processor that is no coroutine runs in a thread, and its span is current there."""

from typing import Any

from opentelemetry import trace

from processors.contract import Context, WorkflowEvent
from tests.fakes.clock import eventually
from tests.runtime.staging import a_cluster, at_rest, results
from tests.runtime.tracing import TRACE, Traced, publish, trace_of


async def test_span_is_current_in_the_thread_of_its_processor() -> None:
    kafka = a_cluster()
    traced = Traced(kafka)

    def look(event: WorkflowEvent[Any], ctx: Context) -> str:
        return f"{trace.get_current_span().get_span_context().span_id:016x}"

    publish(kafka, "one")
    async with traced.serving(kafka, look):
        await eventually(lambda: at_rest(kafka))
    (span,) = traced.spans
    assert trace_of(span) == TRACE
    assert results(kafka)[0]["result"] == f"{span.context.span_id:016x}"
