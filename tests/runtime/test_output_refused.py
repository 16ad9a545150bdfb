"""What becomes of an outcome that cannot be written?"""

import math
from typing import Any

import pytest

from consumer.core.output import OutputRecord, TopicRole
from consumer.core.session_facts import SessionLost
from processors.contract import Context, WorkflowEvent
from tests.builders import event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.kafka import MemoryKafka
from tests.runtime.staging import (
    a_cluster,
    answered,
    at_rest,
    codes,
    letters,
    results,
    serving,
)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (object(), "has no JSON form"),
        (math.nan, "no number for"),
        ("x" * 2_000_000, "takes 2"),
    ],
    ids=["unserialisable", "not a number", "too large"],
)
async def test_result_that_cannot_be_written_becomes_a_letter(value: object, said: str) -> None:
    async def answer(event: WorkflowEvent[Any], ctx: Context) -> object:
        return value if event.event_id == "bad" else "fine"

    kafka = a_cluster()
    for event_id in ("before", "bad", "after"):
        kafka.publish(event_bytes(event_id))
    async with serving(kafka, answer) as process:
        await eventually(lambda: at_rest(kafka))
        assert process.told.of(SessionLost) == []
    assert answered(kafka) == [("before", "success"), ("bad", "error"), ("after", "success")]
    (letter,) = letters(kafka)
    assert (letter["disposition"], letter["error"]["code"]) == ("refused", "OUTPUT_REFUSED")
    assert said in letter["error"]["message"]


def refusing(kafka: MemoryKafka, *event_ids: str) -> None:
    """Let the broker refuse the success results of some events."""

    def refuses(role: TopicRole, record: OutputRecord) -> str | None:
        value = record.value or b""
        named = any(b'"%s"' % event_id.encode() in value for event_id in event_ids)
        return "invalid timestamp" if role == "results" and b"success" in value and named else None

    kafka.refuses = refuses


async def test_broker_refusing_one_outcome_of_many_convicts_it_and_the_others_commit() -> None:
    kafka = a_cluster(commit={"linger": 5, "linger_max": 5})
    refusing(kafka, "e37")
    for number in range(64):
        kafka.publish(event_bytes(f"e{number}"), key=b"%d" % (number % 10))

    async def answer(event: WorkflowEvent[Any], ctx: Context) -> None:
        return None

    async with serving(kafka, answer) as process:
        await eventually(lambda: at_rest(kafka))
        lost = process.told.of(SessionLost)
    assert codes(kafka) == ["OUTPUT_REFUSED"]
    assert "invalid timestamp" in letters(kafka)[0]["error"]["message"]
    assert {fact.reason for fact in lost} == {"refused"}
    assert 1 <= len(lost) <= 8, "64 suspects: six halvings and the first"
    assert sorted(event_id for event_id, status in answered(kafka) if status == "success") == (
        sorted(f"e{number}" for number in range(64) if number != 37)
    )
    in_order: dict[bytes | None, list[int]] = {}
    for record, result in zip(kafka.visible("results"), results(kafka), strict=True):
        in_order.setdefault(record.key, []).append(int(result["event_id"][1:]))
    assert all(numbers == sorted(numbers) for numbers in in_order.values())


async def test_conviction_does_not_wait_for_traffic_to_stop() -> None:
    async def answer(event: WorkflowEvent[Any], ctx: Context) -> None:
        return None

    kafka = a_cluster()
    refusing(kafka, "bad")
    kafka.publish(event_bytes("bad"), key=b"bad")
    async with serving(kafka, answer) as process:
        for number in range(400):
            kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
            await pass_time(0.1)
        assert codes(kafka) == ["OUTPUT_REFUSED"]
        assert len(process.told.of(SessionLost)) <= 10
        await eventually(lambda: at_rest(kafka))
    assert len(answered(kafka)) == 401


async def test_two_guilty_ones_are_both_found() -> None:
    async def answer(event: WorkflowEvent[Any], ctx: Context) -> None:
        return None

    kafka = a_cluster(commit={"linger": 5, "linger_max": 5})
    refusing(kafka, "e3", "e12")
    for number in range(16):
        kafka.publish(event_bytes(f"e{number}"), key=b"%d" % number)
    async with serving(kafka, answer) as process:
        await eventually(lambda: at_rest(kafka))
        assert len(process.told.of(SessionLost)) <= 11
    assert sorted(e for e, status in answered(kafka) if status == "error") == ["e12", "e3"]


async def test_suspicion_outlives_the_assignment() -> None:
    async def answer(event: WorkflowEvent[Any], ctx: Context) -> None:
        return None

    kafka = a_cluster()
    refusing(kafka, "bad")
    kafka.publish(event_bytes("bad"))
    async with serving(kafka, answer) as process:
        await eventually(lambda: process.told.of(SessionLost))
        kafka.group.leave(process.source)
        await eventually(lambda: at_rest(kafka))
        assert len(process.told.of(SessionLost)) == 1
    assert codes(kafka) == ["OUTPUT_REFUSED"]
