"""What happens to an event that has to wait for long, and to those behind it?"""

from consumer.core.facts import AttemptFailed
from processors.contract import PermanentError, RetryAfter, TransientError
from tests.builders import a_processor, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.kafka import MemoryKafka
from tests.fakes.requests import Fate
from tests.runtime.staging import (
    HOLDING,
    STEADY,
    Stage,
    a_cluster,
    accept,
    answered,
    at_rest,
    codes,
    is_passed,
    ledger,
    letters,
    results,
    serving,
)


def busy() -> TransientError:
    return TransientError("busy")


def publish(kafka: MemoryKafka, *ids: str, key: bytes | None = b"k") -> None:
    for event_id in ids:
        kafka.publish(event_bytes(event_id), key=key)


async def test_parked_event_lets_its_offset_pass_and_runs_when_it_is_due() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    publish(kafka, "one")
    async with serving(kafka, stage.processor) as process:
        (await stage.next("one")).fail(busy())
        failed_at = kafka.clock.now()
        await eventually(lambda: is_passed(kafka))
        parked = ledger(kafka)["e:one"].parked
        assert parked is not None
        assert parked.record.value == event_bytes("one")
        assert parked.due_at == failed_at + 10
        assert [each.due_at for each in process.told.of(AttemptFailed)] == [parked.due_at]
        assert (process.state().held_records, process.state().in_flight) == (0, {})
        await pass_time(9.9 - (kafka.clock.now() - failed_at))
        assert stage.running == []
        (await stage.next("one", attempt=2)).succeed()
        assert failed_at + 10 <= kafka.clock.now() < failed_at + 11
        await eventually(lambda: at_rest(kafka))
    assert [(each["status"], each["attempts"]) for each in results(kafka)] == [("success", 2)]
    assert ledger(kafka)["e:one"].parked is None


async def test_later_events_of_a_parked_key_run_after_it_in_their_order() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    publish(kafka, "first", "second")
    async with serving(kafka, stage.processor):
        (await stage.next("first")).fail(busy())
        await eventually(lambda: is_passed(kafka))
        publish(kafka, "third")
        publish(kafka, "other", key=b"o")
        (await stage.next("other")).succeed()
        await eventually(lambda: answered(kafka) == [("other", "success")])
        assert stage.begun == ["first", "other"]
        (await stage.next("first", attempt=2)).succeed()
        (await stage.next("second")).fail(busy())
        (await stage.next("second", attempt=2)).succeed()
        publish(kafka, "fourth")
        (await stage.next("third")).succeed()
        (await stage.next("fourth")).succeed()
        await eventually(lambda: at_rest(kafka))
    ids = [event_id for event_id, _ in answered(kafka)]
    assert ids == ["other", "first", "second", "third", "fourth"]


async def test_entry_of_a_failed_attempt_is_not_taken_for_the_parking_that_follows_it() -> None:
    kafka, stage = a_cluster(retry=STEADY | {"in_memory_max": 1}), Stage()
    publish(kafka, "one")
    async with serving(kafka, stage.processor):
        kafka.requests.holds.add("commit")
        (await stage.next("one")).fail(RetryAfter(0.5))
        await eventually(lambda: kafka.requests.held)
        (await stage.next("one", attempt=2)).fail(RetryAfter(3))
        await pass_time(5)
        kafka.requests.let_through(kafka.requests.held[0])
        await eventually(lambda: ledger(kafka)["e:one"].status == "running")
        await pass_time(5)
        assert stage.running == [], "due, and its parking not committed"
        kafka.requests.release("commit")
        (await stage.next("one", attempt=3)).succeed()
        await eventually(lambda: at_rest(kafka))


async def test_order_and_attempts_survive_a_restart() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    publish(kafka, "first", "second", "third")
    async with serving(kafka, stage.processor, name="a"):
        (await stage.next("first")).fail(busy())
        await eventually(lambda: is_passed(kafka))
    async with serving(kafka, stage.processor, name="b"):
        publish(kafka, "fourth")
        (await stage.next("first", attempt=2)).fail(busy())
        await eventually(lambda: is_passed(kafka))
    async with serving(kafka, stage.processor, name="c") as process:
        (await stage.next("first", attempt=3)).fail(busy())
        for event_id in ("second", "third", "fourth"):
            (await stage.next(event_id)).succeed()
        await eventually(lambda: at_rest(kafka))
        assert [each.attempt for each in process.told.of(AttemptFailed)] == [3]
    (letter,) = letters(kafka)
    assert [each["number"] for each in letter["attempts"]] == [1, 2, 3]
    assert [event_id for event_id, _ in answered(kafka)] == ["first", "second", "third", "fourth"]


async def test_what_was_missed_is_caught_up_with_in_due_order_at_a_bounded_rate() -> None:
    kafka, stage = a_cluster(retry=STEADY | {"catch_up_rate": 1}), Stage()
    ids = [f"{number}" for number in range(4)]
    async with serving(kafka, stage.processor):
        for event_id in ids:
            publish(kafka, event_id, key=event_id.encode())
            (await stage.next(event_id)).fail(busy())
            await pass_time(0.2)
    await pass_time(100)
    async with serving(kafka, stage.processor):
        began = kafka.clock.monotonic
        for event_id in ids:
            (await stage.next(event_id, attempt=2)).succeed()
        assert 2.9 <= kafka.clock.monotonic - began < 5
        await eventually(lambda: at_rest(kafka))
    assert stage.begun == ids * 2


async def test_retry_that_waits_in_memory_is_parked_at_shutdown() -> None:
    kafka, stage = a_cluster(retry=STEADY | {"in_memory_max": 60}), Stage()
    publish(kafka, "one", "two")
    async with serving(kafka, stage.processor):
        (await stage.next("one")).fail(busy())
        failed_at = kafka.clock.now()
        await eventually(lambda: "e:one" in ledger(kafka))
        assert not is_passed(kafka)
    assert is_passed(kafka)
    parked = ledger(kafka)["e:one"].parked
    assert parked is not None
    assert abs((parked.due_at or 0) - failed_at - 10) < 0.01
    async with serving(kafka, stage.processor):
        (await stage.next("one", attempt=2)).succeed()
        (await stage.next("two")).succeed()
        await eventually(lambda: at_rest(kafka))


async def test_event_too_large_to_be_parked_waits_in_memory() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    kafka.max_message_bytes["state"] = 20_000
    kafka.publish(event_bytes("large", payload={"text": "x" * 18_000}))
    async with serving(kafka, stage.processor) as process:
        (await stage.next("large")).fail(busy())
        await pass_time(5)
        assert [each.due_at for each in process.told.of(AttemptFailed)] == [None]
        assert not is_passed(kafka)
        (await stage.next("large", attempt=2)).succeed()
        await eventually(lambda: at_rest(kafka))


async def test_event_too_large_to_wait_behind_a_parked_one_becomes_a_letter() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    kafka.max_message_bytes["state"] = 40_000
    publish(kafka, "one")
    async with serving(kafka, stage.processor):
        (await stage.next("one")).fail(busy())
        kafka.publish(event_bytes("large", payload={"text": "x" * 30_000}), key=b"k")
        await eventually(lambda: codes(kafka) == ["OUTPUT_REFUSED"])
        (await stage.next("one", attempt=2)).succeed()
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("large", "error"), ("one", "success")]


async def test_lost_session_loses_no_parking() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    publish(kafka, "one", "two")
    async with serving(kafka, stage.processor):
        kafka.requests.next("commit", Fate.NEVER_SENT)
        (await stage.next("one")).fail(busy())
        (await stage.next("one")).fail(busy())
        (await stage.next("one", attempt=2)).succeed()
        (await stage.next("two")).succeed()
        await eventually(lambda: at_rest(kafka))
    assert [event_id for event_id, _ in answered(kafka)] == ["one", "two"]


async def test_duplicates_of_a_parked_event_are_dropped_and_stay_so() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    publish(kafka, "one")
    async with serving(kafka, stage.processor):
        (await stage.next("one")).fail(busy())
        publish(kafka, "one")
        await eventually(lambda: is_passed(kafka))
        publish(kafka, "one", key=b"elsewhere")
        await eventually(lambda: is_passed(kafka))
        assert ledger(kafka)["e:one"].input_offset == 2
        (await stage.next("one", attempt=2)).fail(PermanentError("no"))
        await eventually(lambda: at_rest(kafka))
    assert stage.begun == ["one", "one"]
    assert len(letters(kafka)) == 1


async def test_duplicates_of_a_parked_event_are_answered_once_it_is_done() -> None:
    kafka, stage = a_cluster(retry=STEADY, dedup={"on_duplicate": "answer"}), Stage()
    publish(kafka, "one", "one", "after")
    async with serving(kafka, stage.processor, name="a"):
        (await stage.next("one")).fail(busy())
        await eventually(lambda: is_passed(kafka))
        publish(kafka, "one")
        await eventually(lambda: is_passed(kafka))
        assert answered(kafka) == []
    async with serving(kafka, stage.processor, name="b"):
        (await stage.next("one", attempt=2)).succeed({"n": 1})
        (await stage.next("after")).succeed()
        await eventually(lambda: at_rest(kafka))
        await eventually(lambda: len(answered(kafka)) == 4)
    assert sorted(answered(kafka)) == [
        ("after", "success"),
        ("one", "duplicate"),
        ("one", "duplicate"),
        ("one", "success"),
    ]
    assert [each["result"] for each in results(kafka) if each["event_id"] == "one"] == [
        {"n": 1}
    ] * 3
    assert set(ledger(kafka)) == {"e:one", "e:after"}


async def test_other_content_of_a_parked_id_becomes_a_letter_in_its_turn() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    publish(kafka, "one")
    async with serving(kafka, stage.processor):
        (await stage.next("one")).fail(busy())
        await eventually(lambda: is_passed(kafka))
        kafka.publish(event_bytes("one", payload={"other": 1}), key=b"k")
        await eventually(lambda: is_passed(kafka))
        assert letters(kafka) == []
        (await stage.next("one", attempt=2)).succeed()
        await eventually(lambda: codes(kafka) == ["IDEMPOTENCY_CONFLICT"])
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "success"), ("one", "error")]


async def test_full_partition_reads_no_more_until_something_is_done() -> None:
    kafka, stage = a_cluster(retry=STEADY | {"max_parked": 2}), Stage()
    async with serving(kafka, stage.processor):
        for event_id in ("one", "two"):
            publish(kafka, event_id, key=event_id.encode())
            (await stage.next(event_id)).fail(busy())
        await eventually(lambda: is_passed(kafka))
        # The poll that waits was begun before.
        await pass_time(0.3)
        publish(kafka, "late", key=b"l")
        await pass_time(3)
        assert "late" not in stage.begun
        (await stage.next("one", attempt=2)).succeed()
        (await stage.next("two", attempt=2)).succeed()
        (await stage.next("late")).succeed()
        await eventually(lambda: at_rest(kafka))


async def test_key_of_a_letter_waits_where_settings_say_so_until_it_is_sent_again() -> None:
    kafka, stage = a_cluster(retry=HOLDING), Stage()
    publish(kafka, "bad", "second")
    async with serving(kafka, stage.processor, name="a"):
        (await stage.next("bad")).fail(PermanentError("no"))
        publish(kafka, "third")
        await eventually(lambda: is_passed(kafka))
        await pass_time(100)
        assert stage.begun == ["bad"]
    async with serving(kafka, stage.processor, name="b"):
        publish(kafka, "fourth")
        await eventually(lambda: is_passed(kafka))
        assert stage.begun == ["bad"]
        publish(kafka, "bad")
        (await stage.next("bad")).succeed()
        for event_id in ("second", "third", "fourth"):
            (await stage.next(event_id)).succeed()
        await eventually(lambda: at_rest(kafka))
        publish(kafka, "fifth")
        (await stage.next("fifth")).succeed()
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [
        ("bad", "error"),
        *[(event_id, "success") for event_id in ("bad", "second", "third", "fourth", "fifth")],
    ]


async def test_resend_that_fails_again_holds_the_key_again() -> None:
    kafka, stage = a_cluster(retry=HOLDING), Stage()
    publish(kafka, "bad", "second")
    async with serving(kafka, stage.processor):
        (await stage.next("bad")).fail(PermanentError("no"))
        await eventually(lambda: is_passed(kafka))
        publish(kafka, "bad")
        (await stage.next("bad")).fail(busy())
        (await stage.next("bad", attempt=2)).fail(PermanentError("still no"))
        await eventually(lambda: len(letters(kafka)) == 2)
        await pass_time(50)
        assert "second" not in stage.begun
        publish(kafka, "bad")
        (await stage.next("bad")).succeed()
        (await stage.next("second")).succeed()
        await eventually(lambda: at_rest(kafka))


async def test_event_nobody_wants_yet_waits_for_its_processor_where_settings_say_so() -> None:
    kafka = a_cluster(processing={"unmatched": "park"})
    kafka.publish(event_bytes("early", event_type="not.yet"), key=b"k")
    async with serving(kafka, a_processor(accept, "order.*")):
        await eventually(lambda: is_passed(kafka))
        await pass_time(200)
        assert ledger(kafka)["e:early"].status == "parked"
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    assert [(each["status"], each["attempts"]) for each in results(kafka)] == [("success", 1)]
