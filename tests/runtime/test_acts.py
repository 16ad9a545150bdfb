"""What becomes of the acts that operators ask for?"""

from typing import Any

import pytest

from consumer.core.act_facts import ActDone
from consumer.core.session_facts import ControlRefused
from processors.contract import Context, PermanentError, RetryAfter, TransientError, WorkflowEvent
from tests.builders import a_processor, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.kafka import MemoryKafka
from tests.fakes.requests import Fate
from tests.runtime.operator import a_replay, about, an_act, ask, audits, is_carried_out, outcomes
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


async def a_letter(kafka: MemoryKafka, stage: Stage, event_id: str = "one") -> None:
    """Let the event of *event_id* become a letter."""
    kafka.publish(event_bytes(event_id), key=b"k")
    (await stage.next(event_id)).fail(PermanentError("no"))
    await eventually(lambda: any(event_id in str(each["context"]) for each in letters(kafka)))


def mark(kafka: MemoryKafka, key: str = "e:one") -> tuple[str, int]:
    """Return state and count of the letters of a ledger key."""
    found = ledger(kafka)[key].letter
    assert found is not None
    return found.state, found.count


async def test_redriven_letter_runs_once_and_is_resolved() -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor) as process:
        await a_letter(kafka, stage)
        redrive = about(kafka, "redrive")
        ask(kafka, redrive)
        attempt = await stage.next("one")
        assert mark(kafka) == ("redriven", 1)
        ask(kafka, about(kafka, "redrive"))
        await eventually(lambda: is_carried_out(kafka))
        assert outcomes(kafka) == [("redrive", "accepted"), ("redrive", "refused")]
        attempt.succeed({"n": 1})
        await eventually(lambda: at_rest(kafka))
        ask(kafka, redrive)
        await eventually(lambda: is_carried_out(kafka) and len(audits(kafka)) == 4)
        told = [(fact.kind, fact.outcome) for fact in process.told.of(ActDone)]
    assert answered(kafka) == [("one", "error"), ("one", "success")]
    assert mark(kafka) == ("resolved", 1)
    assert outcomes(kafka)[2:] == [("redrive", "completed"), ("redrive", "refused")]
    assert told == outcomes(kafka)
    assert stage.begun == ["one", "one"]
    first, _, completed, _ = audits(kafka)
    assert (first["act_id"], first["operator"]) == (completed["act_id"], "ann")
    assert "is resolved by ann" in audits(kafka)[-1]["detail"]


async def test_redriven_letter_that_fails_again_is_a_new_letter_that_names_the_old_one() -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor):
        await a_letter(kafka, stage)
        stale = about(kafka, "redrive")
        ask(kafka, stale)
        (await stage.next("one")).fail(PermanentError("still no"))
        await eventually(lambda: len(letters(kafka)) == 2)
        ask(kafka, stale)
        await eventually(lambda: is_carried_out(kafka) and len(audits(kafka)) == 3)
    first, second = letters(kafka)
    assert second["redrive"] == {"count": 1, "previous_dlq_ids": [first["dlq_id"]]}
    assert mark(kafka) == ("open", 2)
    accepted, failed, refused = audits(kafka)
    assert (accepted["outcome"], failed["outcome"]) == ("accepted", "dead_lettered")
    assert (failed["dlq_id"], failed["new_dlq_id"]) == (first["dlq_id"], second["dlq_id"])
    assert refused["outcome"] == "refused"
    assert "failed again" in refused["detail"]


async def test_edited_value_runs_as_edited_and_its_duplicate_is_known() -> None:
    kafka, stage = a_cluster(), Stage()
    edited = event_bytes("one", payload={"amount": 10})
    async with serving(kafka, stage.processor):
        await a_letter(kafka, stage)
        ask(kafka, about(kafka, "redrive", value=edited))
        attempt = await stage.next("one")
        attempt.succeed()
        await eventually(lambda: at_rest(kafka))
        kafka.publish(edited, key=b"k")
        kafka.publish(event_bytes("one"), key=b"k")
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "error"), ("one", "success")]


async def test_mended_poison_runs_under_the_id_that_it_carries_now() -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor):
        kafka.publish(b"{broken", key=b"k")
        await eventually(lambda: codes(kafka) == ["INVALID_INPUT"])
        ask(kafka, about(kafka, "redrive", value=event_bytes("new")))
        (await stage.next("new")).fail(PermanentError("no"))
        await eventually(lambda: len(letters(kafka)) == 2)
        poison, second = letters(kafka)
        assert second["redrive"] == {"count": 1, "previous_dlq_ids": [poison["dlq_id"]]}
        moved = ledger(kafka)[poison["ledger_key"]].letter
        assert moved is not None
        assert (moved.state, moved.moved_to) == ("redriven", "e:new")
        assert mark(kafka, "e:new") == ("open", 2)
        ask(kafka, about(kafka, "redrive"))
        (await stage.next("new")).succeed()
        await eventually(lambda: mark(kafka, "e:new") == ("resolved", 2))
    assert answered(kafka) == [("new", "error"), ("new", "success")]


async def test_poison_mended_to_what_is_done_resolves_its_letter_and_runs_nothing() -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor):
        kafka.publish(event_bytes("done"), key=b"k")
        (await stage.next("done")).succeed()
        kafka.publish(b"{broken", key=b"k")
        await eventually(lambda: codes(kafka) == ["INVALID_INPUT"])
        ask(kafka, about(kafka, "redrive", value=event_bytes("done")))
        await eventually(lambda: is_carried_out(kafka))
        key = letters(kafka)[0]["ledger_key"]
        assert mark(kafka, key) == ("resolved", 1)
    assert outcomes(kafka) == [("redrive", "duplicate")]
    assert stage.begun == ["done"]


async def test_poison_mended_to_the_id_of_another_event_becomes_a_conflict() -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor):
        kafka.publish(event_bytes("done"), key=b"k")
        (await stage.next("done")).succeed()
        kafka.publish(b"{broken", key=b"k")
        await eventually(lambda: codes(kafka) == ["INVALID_INPUT"])
        other = event_bytes("done", payload={"amount": 77})
        ask(kafka, about(kafka, "redrive", value=other))
        await eventually(lambda: codes(kafka) == ["INVALID_INPUT", "IDEMPOTENCY_CONFLICT"])
        await eventually(lambda: outcomes(kafka)[-1:] == [("redrive", "dead_lettered")])
        first, second = letters(kafka)
        assert second["ledger_key"] == first["ledger_key"]
        assert mark(kafka, first["ledger_key"]) == ("open", 2)
    assert stage.begun == ["done"]


@pytest.mark.parametrize("fate", [Fate.PRODUCE_FAILED, Fate.LEFT_OPEN, Fate.ANSWER_LOST])
@pytest.mark.parametrize("before", [0, 1])
async def test_redrive_survives_the_loss_of_any_commit_and_runs_once(
    fate: Fate, before: int
) -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor):
        await a_letter(kafka, stage)
        kafka.requests.next("commit", *[Fate.DONE] * before, fate)
        ask(kafka, about(kafka, "redrive"))
        await eventually(lambda: _succeeds(stage) and mark(kafka) == ("resolved", 1))
    assert answered(kafka) == [("one", "error"), ("one", "success")]
    assert outcomes(kafka) == [("redrive", "accepted"), ("redrive", "completed")]


def _succeeds(stage: Stage) -> bool:
    """Let whatever runs succeed."""
    for running in stage.running:
        running.succeed()
    return True


async def test_redriven_event_waits_behind_others_of_its_key_that_run() -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor):
        await a_letter(kafka, stage)
        kafka.publish(event_bytes("two"), key=b"k")
        running = await stage.next("two")
        ask(kafka, about(kafka, "redrive"))
        await eventually(lambda: is_carried_out(kafka))
        kafka.publish(event_bytes("three"), key=b"k")
        await pass_time(1)
        assert stage.ids == ["two"]
        running.succeed()
        (await stage.next("one")).fail(RetryAfter(50))
        await eventually(lambda: ledger(kafka)["e:one"].status == "parked")
        await pass_time(51)
        (await stage.next("one", 2)).succeed()
        (await stage.next("three")).succeed()
        await eventually(lambda: at_rest(kafka))
    assert [event_id for event_id, _ in answered(kafka)] == ["one", "two", "one", "three"]


async def test_letter_that_holds_its_key_goes_to_the_head_of_it() -> None:
    kafka, stage = a_cluster(retry=HOLDING), Stage()
    async with serving(kafka, stage.processor):
        await a_letter(kafka, stage)
        kafka.publish(event_bytes("two"), key=b"k")
        await eventually(lambda: is_passed(kafka))
        assert stage.ids == []
        ask(kafka, about(kafka, "redrive"))
        (await stage.next("one")).succeed()
        (await stage.next("two")).succeed()
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "error"), ("one", "success"), ("two", "success")]


async def test_discarded_letter_lets_its_key_go_on_and_stays_closed() -> None:
    kafka, stage = a_cluster(retry=HOLDING), Stage()
    async with serving(kafka, stage.processor):
        await a_letter(kafka, stage)
        kafka.publish(event_bytes("two"), key=b"k")
        await eventually(lambda: is_passed(kafka))
        ask(kafka, about(kafka, "discard"))
        (await stage.next("two")).succeed()
        await eventually(lambda: at_rest(kafka))
        ask(kafka, about(kafka, "redrive"))
        await eventually(lambda: is_carried_out(kafka))
        kafka.publish(event_bytes("one"), key=b"k")
        await eventually(lambda: at_rest(kafka))
    assert mark(kafka) == ("discarded", 1)
    assert outcomes(kafka) == [("discard", "done"), ("redrive", "refused")]
    assert stage.begun == ["one", "two"]


async def test_released_key_goes_on_and_the_letter_stays_open() -> None:
    kafka, stage = a_cluster(retry=HOLDING), Stage()
    async with serving(kafka, stage.processor):
        await a_letter(kafka, stage)
        kafka.publish(event_bytes("two"), key=b"k")
        await eventually(lambda: is_passed(kafka))
        ask(kafka, about(kafka, "release"))
        (await stage.next("two")).succeed()
        await eventually(lambda: at_rest(kafka))
        ask(kafka, about(kafka, "release"))
        await eventually(lambda: is_carried_out(kafka))
        assert mark(kafka) == ("open", 1)
        assert ledger(kafka)["e:one"].holds is None
    assert outcomes(kafka) == [("release", "done"), ("release", "refused")]


async def test_parked_event_starts_when_it_is_asked_to() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    async with serving(kafka, stage.processor):
        kafka.publish(event_bytes("one"), key=b"k")
        (await stage.next("one")).fail(RetryAfter(5000))
        kafka.publish(event_bytes("two"), key=b"k")
        await eventually(lambda: is_passed(kafka))
        ask(kafka, an_act("now", "e:two"))
        ask(kafka, an_act("now", "e:one"))
        began = kafka.clock.monotonic
        attempt = await stage.next("one", 2)
        assert kafka.clock.monotonic - began < 5
        ask(kafka, an_act("now", "e:one"))
        ask(kafka, an_act("now", "e:nobody"))
        await eventually(lambda: is_carried_out(kafka))
        attempt.succeed()
        (await stage.next("two")).succeed()
        await eventually(lambda: at_rest(kafka))
    assert [each["outcome"] for each in audits(kafka)] == ["refused", "done", "refused", "refused"]
    assert "'e:one'" in audits(kafka)[0]["detail"]
    assert "runs right now" in audits(kafka)[2]["detail"]


async def test_cancelled_event_becomes_a_letter_and_its_key_goes_on() -> None:
    kafka, stage = a_cluster(retry=HOLDING), Stage()
    async with serving(kafka, stage.processor) as process:
        kafka.publish(event_bytes("one"), key=b"k")
        (await stage.next("one")).fail(TransientError("busy"))
        kafka.publish(event_bytes("two"), key=b"k")
        kafka.publish(event_bytes("three"), key=b"k")
        await eventually(lambda: is_passed(kafka))
        ask(kafka, an_act("cancel", "e:two"))
        ask(kafka, an_act("cancel", "e:one"))
        (await stage.next("three")).succeed()
        await eventually(lambda: at_rest(kafka))
        assert process.state().parked.lanes == {}
        assert process.state().parked.load.entries == 0
        assert +process.state().parked.load.by_policy == {}
        assert process.state().held_records == 0
    assert codes(kafka) == ["CANCELLED", "CANCELLED"]
    assert {each["disposition"] for each in letters(kafka)} == {"operator"}
    assert [len(each["attempts"]) for each in letters(kafka)] == [0, 1]
    assert [each["new_dlq_id"] for each in audits(kafka)] == [
        each["dlq_id"] for each in letters(kafka)
    ]
    assert sorted(answered(kafka)) == [("one", "error"), ("three", "success"), ("two", "error")]


async def test_event_is_run_again_on_purpose_past_dedup() -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor):
        kafka.publish(event_bytes("one"), key=b"k")
        attempt = await stage.next("one")
        record = kafka.input().read(0)[0][0]
        ask(kafka, a_replay(record))
        await eventually(lambda: is_carried_out(kafka))
        attempt.succeed(1)
        await eventually(lambda: at_rest(kafka))
        ask(kafka, a_replay(record))
        (await stage.next("one")).succeed(2)
        await eventually(lambda: len(results(kafka)) == 2 and at_rest(kafka))
    assert [each["result"] for each in results(kafka)] == [1, 2]
    assert outcomes(kafka) == [
        ("replay", "refused"),
        ("replay", "accepted"),
        ("replay", "completed"),
    ]


async def test_acts_are_carried_out_while_intake_is_stopped_by_its_bounds() -> None:
    kafka, stage = a_cluster(processing={"max_in_flight_records": 1, "concurrency": 4}), Stage()
    async with serving(kafka, stage.processor) as process:
        await a_letter(kafka, stage)
        kafka.publish(event_bytes("slow"), key=b"s")
        await stage.next("slow")
        ask(kafka, about(kafka, "discard"))
        await eventually(lambda: is_carried_out(kafka))
        assert process.env.bounds.room() <= 0
        assert outcomes(kafka) == [("discard", "done")]
        for running in stage.running:
            running.succeed()


async def test_what_is_no_act_is_refused_and_counted() -> None:
    kafka = a_cluster()
    async with serving(kafka, accept) as process:
        kafka.publish(b"hello", topic=kafka.settings.topics.control)
        ask(kafka, about_nothing := an_act("discard", "e:nobody", "no-letter"))
        await eventually(lambda: is_carried_out(kafka))
        assert len(process.told.of(ControlRefused)) == 1
    assert about_nothing.act_id == audits(kafka)[0]["act_id"]
    assert outcomes(kafka) == [("discard", "refused")]


async def test_nothing_is_audited_where_there_is_no_topic_for_it() -> None:
    kafka, stage = a_cluster(topics={"audit": ""}), Stage()
    async with serving(kafka, stage.processor) as process:
        await a_letter(kafka, stage)
        ask(kafka, about(kafka, "redrive"))
        (await stage.next("one")).succeed()
        await eventually(lambda: mark(kafka) == ("resolved", 1))
        assert [fact.outcome for fact in process.told.of(ActDone)] == ["accepted", "completed"]


async def refuse(event: WorkflowEvent[Any], ctx: Context) -> None:
    raise PermanentError("no")


async def test_redrive_without_a_processor_fails_again_and_waits_for_nobody() -> None:
    kafka = a_cluster(processing={"unmatched": "ignore"})
    async with serving(kafka, a_processor(refuse, "invoice.*")):
        kafka.publish(event_bytes("one", event_type="invoice.created"))
        await eventually(lambda: codes(kafka) == ["EXECUTION_FAILED"])
    async with serving(kafka, a_processor(accept, "another.type"), name="two"):
        ask(kafka, about(kafka, "redrive"))
        await eventually(lambda: codes(kafka)[1:] == ["PROCESSOR_MISSING"])
    assert outcomes(kafka) == [("redrive", "accepted"), ("redrive", "dead_lettered")]


async def test_acts_on_a_control_topic_that_was_made_anew_are_carried_out() -> None:
    kafka, stage = a_cluster(), Stage()
    async with serving(kafka, stage.processor):
        await a_letter(kafka, stage)
        for _ in range(3):
            ask(kafka, an_act("discard", "e:nobody", "no-letter"))
        ask(kafka, about(kafka, "redrive"))
        (await stage.next("one")).fail(PermanentError("no"))
        await eventually(lambda: mark(kafka) == ("open", 2))
    kafka.log(kafka.settings.topics.control).truncate()
    async with serving(kafka, stage.processor, name="two"):
        ask(kafka, about(kafka, "redrive"))
        (await stage.next("one")).succeed()
        await eventually(lambda: mark(kafka) == ("resolved", 2))
