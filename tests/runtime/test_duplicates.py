"""What becomes of an event whose id is known already?"""

from typing import Any

import pytest

from consumer.core.facts import BatchCommitted
from processors.contract import Context, PermanentError, WorkflowEvent
from tests.builders import event_bytes
from tests.fakes.clock import eventually
from tests.fakes.process import MemoryProcess
from tests.fakes.requests import Fate
from tests.runtime.staging import (
    Stage,
    a_cluster,
    accept,
    answered,
    at_rest,
    codes,
    committed,
    ledger,
    letters,
    results,
    serving,
)


def kinds(process: MemoryProcess) -> dict[str, int]:
    """Return how many duplicates of which kind were counted."""
    counted: dict[str, int] = {}
    for fact in process.told.of(BatchCommitted):
        for kind, count in fact.tally.duplicates.items():
            counted[kind] = counted.get(kind, 0) + count
    return counted


async def test_duplicate_of_an_event_in_flight_is_dropped() -> None:
    kafka, stage = a_cluster(), Stage()
    kafka.publish(event_bytes("one"), key=b"a")
    kafka.publish(event_bytes("one"), key=b"b")
    async with serving(kafka, stage.processor) as process:
        (await stage.next("one")).succeed()
        await eventually(lambda: at_rest(kafka))
        assert kinds(process) == {"dropped": 1}
    assert stage.begun == ["one"]
    assert answered(kafka) == [("one", "success")]


async def test_duplicate_of_an_event_whose_commit_is_on_its_way_is_dropped() -> None:
    kafka = a_cluster()
    async with serving(kafka, accept) as process:
        kafka.requests.holds.add("commit")
        kafka.publish(event_bytes("one"))
        await eventually(lambda: kafka.requests.held)
        kafka.publish(event_bytes("one"))
        await eventually(lambda: process.state().offsets.next == 2)
        kafka.requests.release("commit")
        await eventually(lambda: at_rest(kafka))
        assert kinds(process) == {"dropped": 1}
    assert answered(kafka) == [("one", "success")]


async def test_duplicate_of_a_completed_event_is_dropped_by_this_owner_and_the_next() -> None:
    kafka = a_cluster()
    for name in ("first", "second"):
        kafka.publish(event_bytes("one"))
        kafka.publish(event_bytes("one", occurred_at="2027-01-01T00:00:00Z"))
        async with serving(kafka, accept, name=name) as process:
            await eventually(lambda: at_rest(kafka))
            assert kinds(process)["dropped"] == (1 if name == "first" else 2)
    assert answered(kafka) == [("one", "success")]


async def test_duplicates_alone_move_the_committed_offset_within_a_second() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
        began = kafka.clock.monotonic
        kafka.publish(event_bytes("one"))
        await eventually(lambda: at_rest(kafka))
        assert kafka.clock.monotonic - began < 1.3


async def test_answer_comes_in_the_very_transaction_that_passes_its_record() -> None:
    kafka, stage = a_cluster(dedup={"on_duplicate": "answer"}), Stage()
    kafka.publish(event_bytes("one"), key=b"a")
    async with serving(kafka, stage.processor):
        (await stage.next("one")).succeed({"total": 7})
        await eventually(lambda: at_rest(kafka))
        kafka.publish(event_bytes("slow"), key=b"b")
        kafka.publish(event_bytes("one", correlation_id="again"), key=b"a")
        kafka.publish(event_bytes("quick"), key=b"c")
        (await stage.next("quick")).succeed()
        await eventually(lambda: ("quick", "success") in answered(kafka))
        assert committed(kafka) == 1
        assert ("one", "duplicate") not in answered(kafka), "its record is not passed yet"
        (await stage.next("slow")).succeed()
        await eventually(lambda: at_rest(kafka))
    batches = [request.batch for request in kafka.requests.made if request.batch is not None]
    passing = [
        b"duplicate" in b"".join(each.value or b"" for each in batch.results)
        for batch in batches
        if max(batch.offsets.values()) == 4
    ]
    assert passing[0]
    answer = results(kafka)[-1]
    assert (answer["status"], answer["result"]) == ("duplicate", {"total": 7})
    assert answer["correlation_id"] == "again"
    assert kafka.visible("results")[-1].headers[0][1] == b"workflow-events/0/2"


async def test_duplicate_in_flight_is_answered_with_what_the_original_settles_as() -> None:
    kafka, stage = a_cluster(dedup={"on_duplicate": "answer"}), Stage()
    for key in (b"a", b"a", b"b"):
        kafka.publish(event_bytes("one"), key=key)
    async with serving(kafka, stage.processor):
        (await stage.next("one")).fail(PermanentError("no"))
        await eventually(lambda: at_rest(kafka))
    assert stage.begun == ["one"]
    assert answered(kafka) == [("one", "error"), ("one", "duplicate"), ("one", "duplicate")]
    assert {result["dlq_id"] for result in results(kafka)} == {letters(kafka)[0]["dlq_id"]}


async def test_answer_survives_a_lost_session_and_is_given_once() -> None:
    kafka, stage = a_cluster(dedup={"on_duplicate": "answer"}), Stage()
    kafka.publish(event_bytes("one"), key=b"a")
    kafka.publish(event_bytes("one"), key=b"b")
    async with serving(kafka, stage.processor):
        kafka.requests.next("commit", Fate.DONE, Fate.ANSWER_LOST)
        (await stage.next("one")).succeed("kept")
        await eventually(lambda: at_rest(kafka))
    assert [(r["status"], r["result"]) for r in results(kafka)] == [
        ("success", "kept"),
        ("duplicate", "kept"),
    ]


async def test_answers_do_not_keep_the_partition_open_where_the_original_is_ignored() -> None:
    kafka = a_cluster(dedup={"on_duplicate": "answer"}, processing={"unmatched": "ignore"})
    kafka.publish(event_bytes("one"))
    kafka.publish(event_bytes("one"))
    async with serving(kafka):
        await eventually(lambda: at_rest(kafka))
    assert results(kafka) == []


async def test_same_id_with_another_content_is_a_conflict_with_a_letter_of_its_own() -> None:
    kafka, stage = a_cluster(), Stage()
    kafka.publish(event_bytes("one"))
    kafka.publish(event_bytes("one", payload={"amount": 8}))
    async with serving(kafka, stage.processor):
        (await stage.next("one")).succeed()
        await eventually(lambda: at_rest(kafka))
        kafka.publish(event_bytes("one", payload={"amount": 9}))
        await eventually(lambda: at_rest(kafka))
    assert stage.begun == ["one"]
    assert codes(kafka) == ["IDEMPOTENCY_CONFLICT"] * 2
    assert [letter["disposition"] for letter in letters(kafka)] == ["conflict"] * 2
    assert [letter["ledger_key"] for letter in letters(kafka)] == [
        "r:workflow-events/0/1",
        "r:workflow-events/0/2",
    ]
    assert answered(kafka) == [("one", "success"), ("one", "error"), ("one", "error")]
    assert ledger(kafka)["e:one"].status == "completed"


async def test_conflict_is_not_judged_again_after_a_crash() -> None:
    kafka, stage = a_cluster(), Stage()
    kafka.publish(event_bytes("slow"), key=b"s")
    kafka.publish(event_bytes("one"), key=b"a")
    kafka.publish(event_bytes("one", payload={}), key=b"a")
    kafka.publish(b"poison")
    async with serving(kafka, stage.processor):
        (await stage.next("one")).succeed()
        await eventually(lambda: len(letters(kafka)) == 2)
        kafka.requests.next("commit", Fate.NEVER_SENT)
        (await stage.next("slow")).succeed()
        await eventually(lambda: stage.begun.count("slow") == 2)
        (await stage.next("slow")).succeed()
        await eventually(lambda: at_rest(kafka))
    assert len(letters(kafka)) == 2
    assert sorted(answered(kafka)) == [("one", "error"), ("one", "success"), ("slow", "success")]


@pytest.mark.parametrize(
    ("on_conflict", "statuses", "ran"),
    [
        ("drop", ["success"], 1),
        ("answer", ["success", "duplicate"], 1),
        ("process", ["success", "success"], 2),
    ],
)
async def test_conflict_is_treated_as_settings_say(
    on_conflict: str, statuses: list[str], ran: int
) -> None:
    ran_contents = []

    async def run(event: WorkflowEvent[Any], ctx: Context) -> None:
        ran_contents.append(event.payload)

    kafka = a_cluster(dedup={"on_conflict": on_conflict})
    kafka.publish(event_bytes("one"))
    kafka.publish(event_bytes("one", payload={"amount": 8}))
    async with serving(kafka, run):
        await eventually(lambda: at_rest(kafka))
        kafka.publish(event_bytes("one", payload={"amount": 8}))
        await eventually(lambda: at_rest(kafka))
    expected = [*statuses, "duplicate"] if on_conflict == "answer" else statuses
    assert [status for _, status in answered(kafka)] == expected
    assert len(ran_contents) == ran
    assert codes(kafka) == []
