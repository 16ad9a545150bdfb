"""What happens between a failed attempt and the next one?"""

from typing import Any

import pytest

from consumer.core.facts import AttemptFailed
from processors.contract import Context, PermanentError, RetryAfter, TransientError, WorkflowEvent
from tests.builders import a_processor, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.runtime.staging import (
    Stage,
    a_cluster,
    accept,
    answered,
    at_rest,
    codes,
    ledger,
    letters,
    results,
    serving,
)

STEADY = {
    "policies": {"steady": {"max_attempts": 3, "base_delay": 10, "jitter": "none"}},
    "default_policy": "steady",
}


async def test_failing_event_is_tried_again_after_its_delay_and_counts_its_attempts() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, stage.processor) as process:
        (await stage.next("one")).fail(TransientError("busy"))
        await pass_time(9.9)
        assert stage.running == []
        (await stage.next("one", attempt=2)).succeed("done")
        await eventually(lambda: at_rest(kafka))
    assert 10 <= kafka.clock.monotonic < 12
    assert [(r["status"], r["attempts"]) for r in results(kafka)] == [("success", 2)]
    (told,) = process.told.of(AttemptFailed)
    assert (told.attempt, told.max_attempts, told.delay_seconds) == (1, 3, 10)


async def test_key_of_a_waiting_retry_waits_with_it_and_other_keys_do_not() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    for event_id, key in (("first", b"a"), ("second", b"a"), ("other", b"b")):
        kafka.publish(event_bytes(event_id), key=key)
    async with serving(kafka, stage.processor):
        (await stage.next("first")).fail(TransientError("busy"))
        (await stage.next("other")).succeed()
        await eventually(lambda: answered(kafka) == [("other", "success")])
        assert stage.begun == ["first", "other"]
        (await stage.next("first", attempt=2)).succeed()
        (await stage.next("second")).succeed()
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [(each, "success") for each in ("other", "first", "second")]


async def test_waiting_retry_holds_no_slot() -> None:
    kafka, stage = a_cluster(retry=STEADY, processing={"concurrency": 1}), Stage()
    kafka.publish(event_bytes("flaky"), key=b"a")
    kafka.publish(event_bytes("healthy"), key=b"b")
    async with serving(kafka, stage.processor):
        (await stage.next("flaky")).fail(TransientError("busy"))
        (await stage.next("healthy")).succeed()
        assert kafka.clock.monotonic < 1
        (await stage.next("flaky", attempt=2)).succeed()
        await eventually(lambda: at_rest(kafka))


async def test_used_up_attempts_end_in_a_letter_that_lists_them() -> None:
    async def fail(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise TransientError(f"busy {ctx.attempt}", code="RATE_LIMITED")

    kafka = a_cluster(retry=STEADY)
    kafka.publish(event_bytes("one"))
    async with serving(kafka, fail):
        await eventually(lambda: at_rest(kafka))
    (letter,) = letters(kafka)
    assert letter["disposition"] == "exhausted"
    assert (letter["error"]["code"], letter["error"]["cause"]) == (
        "MAX_RETRIES_EXCEEDED",
        "RATE_LIMITED",
    )
    assert letter["error"]["message"] == "Failed after 3 attempts: busy 3"
    assert [(a["number"], a["status"], a["message"]) for a in letter["attempts"]] == [
        (number, "transient", f"busy {number}") for number in (1, 2, 3)
    ]
    assert letter["retry_count"] == 2
    assert results(kafka)[0]["attempts"] == 3


async def test_permanent_failure_is_not_tried_again() -> None:
    async def fail(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise PermanentError("closed account", code="INVALID_INPUT", details={"account": 7})

    kafka = a_cluster(retry=STEADY)
    kafka.publish(event_bytes("one"))
    async with serving(kafka, fail) as process:
        await eventually(lambda: at_rest(kafka))
    assert len(process.told.of(AttemptFailed)) == 1
    assert letters(kafka)[0]["error"]["details"] == {"account": 7}


async def test_wait_that_the_failure_names_is_kept() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, stage.processor):
        (await stage.next("one")).fail(RetryAfter(200))
        (await stage.next("one", attempt=2)).succeed()
        assert 200 <= kafka.clock.monotonic < 201


async def test_deadline_of_a_policy_gives_up_by_age() -> None:
    late = {"late": {"max_attempts": 50, "base_delay": 10, "jitter": "none", "deadline": 25}}
    kafka, stage = a_cluster(retry={"policies": late, "default_policy": "late"}), Stage()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, stage.processor):
        (await stage.next("one")).fail(TransientError("busy"))
        (await stage.next("one", attempt=2)).fail(TransientError("busy"))
        await eventually(lambda: at_rest(kafka))
    assert [(each["disposition"], each["error"]["code"]) for each in letters(kafka)] == [
        ("expired", "DEADLINE_EXCEEDED")
    ]


async def test_attempts_survive_the_process_and_go_on_counting() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, stage.processor, name="first"):
        (await stage.next("one")).fail(TransientError("busy"))
        await eventually(lambda: "e:one" in ledger(kafka))
        entry = ledger(kafka)["e:one"]
        assert entry.status == "parked"
        assert entry.policy == "steady"
    assert not at_rest(kafka)
    async with serving(kafka, stage.processor, name="second"):
        (await stage.next("one", attempt=2)).fail(TransientError("still busy"))
        (await stage.next("one", attempt=3)).fail(TransientError("for ever busy"))
        await eventually(lambda: at_rest(kafka))
    (letter,) = letters(kafka)
    assert [each["message"] for each in letter["attempts"]] == [
        "busy",
        "still busy",
        "for ever busy",
    ]


async def test_policy_comes_with_the_processor() -> None:
    async def fail(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise TransientError(f"{ctx.attempt} of {ctx.max_attempts}")

    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, a_processor(fail, policy="no_retry"), a_processor(accept, "x")):
        await eventually(lambda: at_rest(kafka))
    assert letters(kafka)[0]["error"]["message"] == "Failed after 1 attempt: 1 of 1"
    assert letters(kafka)[0]["context"]["policy"] == "no_retry"


@pytest.mark.parametrize("error", [ConnectionResetError(104, "reset"), RuntimeError("odd")])
async def test_unknown_and_network_errors_are_tried_again(error: Exception) -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, stage.processor):
        (await stage.next("one")).fail(error)
        (await stage.next("one", attempt=2)).succeed()
        await eventually(lambda: at_rest(kafka))
    assert codes(kafka) == []
