"""Were all batches acknowledged, and what is raised where one was not?"""

import asyncio

import pytest
from aiokafka.errors import MessageSizeTooLargeError, OutOfOrderSequenceNumber, ProducerFenced
from aiokafka.structs import RecordMetadata
from aiokafka.structs import TopicPartition as ClientPartition

from consumer.kafka.sends import Send, acknowledged, end_of, forget
from consumer.ports import ProducerFencedError, RefusedError, SessionLostError, TopicRole


def a_send(
    role: TopicRole = "state", *, offset: int | None = None, error: Exception | None = None
) -> Send:
    """Return a send of 3 records: acknowledged at *offset*, failed with *error*, or under way."""
    future = asyncio.get_running_loop().create_future()
    if offset is not None:
        future.set_result(RecordMetadata("t", 0, ClientPartition("t", 0), offset, 1, 0, 0))
    if error is not None:
        future.set_exception(error)
    return Send(role, "t", 3, future)


async def test_nothing_sent_is_acknowledged() -> None:
    await acknowledged([])


async def test_acknowledgement_waits_for_the_last_send() -> None:
    late = a_send()
    waiting = asyncio.ensure_future(acknowledged([a_send(offset=1), late]))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    late.acknowledged.set_result(None)
    await waiting


async def test_first_failure_is_raised_while_others_are_still_on_their_way() -> None:
    under_way = a_send()
    with pytest.raises(SessionLostError) as lost:
        await acknowledged([under_way, a_send(error=OutOfOrderSequenceNumber())])
    assert lost.value.reason == "produce_failed"
    assert not under_way.acknowledged.done()


async def test_refusal_wins_over_failures_that_follow_from_it() -> None:
    plain = a_send(error=OutOfOrderSequenceNumber())
    refused = a_send("dlq", error=MessageSizeTooLargeError())
    with pytest.raises(RefusedError) as lost:
        await acknowledged([plain, refused])
    assert lost.value.role == "dlq"


async def test_fence_wins_over_failures_that_follow_from_it() -> None:
    plain, fenced = a_send(error=OutOfOrderSequenceNumber()), a_send(error=ProducerFenced())
    with pytest.raises(ProducerFencedError):
        await acknowledged([plain, fenced])


async def test_end_is_behind_the_last_record_of_the_last_batch() -> None:
    sends = [a_send(offset=10), a_send(offset=13), a_send("results", offset=99)]
    assert end_of(sends, "state") == 16


async def test_end_is_unknown_for_a_duplicate_and_for_nothing() -> None:
    assert end_of([a_send(offset=10), a_send(offset=-1)], "state") is None
    assert end_of([a_send("results", offset=5)], "state") is None


async def test_forgotten_sends_leave_no_failure_unread(caplog: pytest.LogCaptureFixture) -> None:
    sends = [a_send(), a_send(error=ProducerFenced()), a_send(offset=1)]
    forget(sends)
    del sends
    await asyncio.sleep(0)
    assert caplog.messages == []
