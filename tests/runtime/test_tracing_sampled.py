"""What a trace context costs, and who is sampled."""

from typing import Any

import pytest

from processors.contract import Context, TransientError, WorkflowEvent
from tests.builders import event_bytes
from tests.fakes.clock import eventually
from tests.runtime.staging import Stage, a_cluster, accept, at_rest, letters
from tests.runtime.tracing import LATER, PARENT, TRACE, TRACEPARENT, Traced, publish


async def test_trace_that_its_producer_does_not_sample_is_not_sampled_but_passed_on() -> None:
    kafka, stage = a_cluster(retry=LATER), Stage()
    traced = Traced(kafka)
    publish(kafka, "one", f"00-{TRACE}-{PARENT}-00")
    async with traced.serving(kafka, stage.processor):
        (await stage.next("one")).fail(TransientError("busy"))
        (await stage.next("one", attempt=2)).succeed()
        await eventually(lambda: at_rest(kafka))
    assert traced.spans == ()
    (result,) = kafka.visible("results")
    header = dict(result.headers)["traceparent"]
    assert header is not None
    assert int(header[-2:], 16) & 1 == 0


@pytest.mark.parametrize(("ratio", "spans"), [(0.0, 0), (1.0, 1)])
async def test_share_decides_where_no_producer_did(ratio: float, spans: int) -> None:
    kafka = a_cluster(tracing={"sample_ratio": ratio})
    traced = Traced(kafka)
    publish(kafka, "one", None)
    async with traced.serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    assert len(traced.spans) == spans


async def test_huge_tracestate_of_a_producer_does_not_grow_results() -> None:
    kafka = a_cluster()
    traced = Traced(kafka)
    state = ",".join(f"k{number}={'v' * 200}" for number in range(30)).encode()
    headers = [("traceparent", TRACEPARENT.encode()), ("tracestate", state)]
    kafka.publish(event_bytes("one"), headers=headers)
    async with traced.serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    (result,) = kafka.visible("results")
    assert [name for name, _ in result.headers] == ["everonce-source", "traceparent"]


async def test_result_that_just_fits_still_fits_with_its_trace() -> None:
    kafka = a_cluster()
    traced = Traced(kafka)
    limit = kafka.max_message_bytes["results"]

    async def answer(event: WorkflowEvent[Any], ctx: Context) -> str:
        return "x" * (limit - int(event.event_id))

    sizes = [200, 400, 600, 800, 1000, 1200, 1400, 1600]
    for size in sizes:
        publish(kafka, str(size))
    async with traced.serving(kafka, answer):
        await eventually(lambda: at_rest(kafka))
    assert len(kafka.visible("results")) == len(sizes)
    assert {letter["error"]["code"] for letter in letters(kafka)} <= {"OUTPUT_REFUSED"}
    assert 0 < len(letters(kafka)) < len(sizes)
