"""What becomes of processors that run in threads?"""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from consumer.core.facts import AttemptFailed
from consumer.ports import StragglerError
from processors.contract import Context, WorkflowEvent
from processors.current import current_attempt
from tests.builders import event_bytes
from tests.fakes.clock import eventually
from tests.fakes.process import MemoryProcess
from tests.runtime.staging import a_cluster, answered, at_rest, letters, results, serving

ONCE = {"default_policy": "no_retry"}


def a_blocking(release: threading.Event) -> Callable[[WorkflowEvent[Any], Context], str]:
    """Return a processor that blocks its thread until *release*."""

    def block(event: WorkflowEvent[Any], ctx: Context) -> str:
        if event.event_id != "quick":
            release.wait(20)
        return threading.current_thread().name

    return block


async def test_sync_processors_run_side_by_side_in_threads_with_their_own_context() -> None:
    together = threading.Barrier(3, timeout=20)

    def look(event: WorkflowEvent[Any], ctx: Context) -> int:
        together.wait()
        running = current_attempt.get()
        assert running is ctx
        offset: int = running.log_fields()["offset"]
        return offset

    kafka = a_cluster()
    for number in range(3):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, look):
        await eventually(lambda: at_rest(kafka))
    assert sorted(result["result"] for result in results(kafka)) == [0, 1, 2]


async def test_key_of_a_thread_that_goes_on_waits_for_it() -> None:
    release = threading.Event()
    kafka = a_cluster(processing={"timeout": 0.1, "straggler_timeout": 30}, retry=ONCE)
    for event_id, key in (("slow", b"a"), ("quick", b"b"), ("behind", b"a")):
        kafka.publish(event_bytes(event_id), key=key)
    async with serving(kafka, a_blocking(release)) as process:
        await eventually(lambda: ("quick", "success") in answered(kafka))
        await eventually(lambda: _told_to_end(process))
        assert [event_id for event_id, _ in answered(kafka)] == ["quick"]
        release.set()
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka)[1:] == [("slow", "error"), ("behind", "success")]
    assert letters(kafka)[0]["attempts"][0]["status"] == "timeout"


async def test_thread_that_never_ends_is_reported_as_a_straggler() -> None:
    release = threading.Event()
    kafka = a_cluster(processing={"timeout": 0.1, "straggler_timeout": 0.2})
    kafka.publish(event_bytes("slow"))
    async with serving(kafka, a_blocking(release)) as process:
        with pytest.raises(StragglerError, match=r"event slow \(timeout\) goes on 0.2 s"):
            await asyncio.wait_for(process.pool.straggler(), 20)
        release.set()


async def test_attempt_that_waits_for_a_thread_can_time_out_before_it_has_one() -> None:
    release = threading.Event()
    short = {"timeout": 0.2, "threads": 1, "straggler_timeout": 30}
    kafka = a_cluster(processing=short, retry=ONCE)
    for number in range(2):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, a_blocking(release)):
        await eventually(lambda: answered(kafka))
        assert answered(kafka) == [("1", "error")]
        release.set()
        await eventually(lambda: at_rest(kafka))
    assert len(letters(kafka)) == 2


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt(), StopIteration(7), StopAsyncIteration()], ids=repr
)
async def test_anything_may_be_raised_in_a_thread(error: BaseException) -> None:
    def fail(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise error

    kafka = a_cluster(retry=ONCE, processing={"timeout": 5})
    kafka.publish(event_bytes("one"))
    async with serving(kafka, fail) as process:
        await eventually(lambda: at_rest(kafka))
        (told,) = process.told.of(AttemptFailed)
    assert told.failure_class != "timeout"
    assert told.duration_seconds < 4


async def test_thread_of_a_dropped_session_is_waited_for_before_the_next_one_begins() -> None:
    release = threading.Event()
    kafka = a_cluster(partitions=1)
    kafka.publish(event_bytes("slow"), key=b"a")
    kafka.publish(event_bytes("quick"), key=b"b")
    async with serving(kafka, a_blocking(release)) as process:
        await eventually(lambda: ("quick", "success") in answered(kafka))
        kafka.fence("everonce:0")
        kafka.publish(event_bytes("quick"), key=b"b", headers=())
        kafka.publish(b"poison")
        await eventually(lambda: _told_to_end(process))
        fences = _fences(process)
        await asyncio.sleep(0.3)
        assert _fences(process) == fences
        release.set()
        await eventually(lambda: at_rest(kafka))
    assert sorted(answered(kafka)) == [("quick", "success"), ("slow", "success")]


def _told_to_end(process: MemoryProcess) -> bool:
    return any(worker.cancelled_at is not None for worker in process.pool._workers)


def _fences(process: MemoryProcess) -> int:
    return sum(request.kind == "fence" for request in process.source._kafka.requests.made)
