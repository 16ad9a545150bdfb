"""What does a record go through until it is settled?"""

from collections import defaultdict
from functools import partial
from typing import Any

import pytest

from consumer.core.facts import BatchCommitted, EventDeadLettered
from processors.contract import Context, WorkflowEvent
from tests.builders import a_processor, event_bytes
from tests.fakes.clock import eventually
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
    progress,
    results,
    serving,
)


async def test_event_becomes_a_result_an_entry_and_a_committed_offset() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"), key=b"k")
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    assert [(r["status"], r["result"], r["attempts"]) for r in results(kafka)] == [
        ("success", {"accepted": "one"}, 1)
    ]
    record = kafka.visible("results")[0]
    assert (record.key, [*record.headers]) == (b"k", [("everonce-source", b"workflow-events/0/0")])
    assert ledger(kafka)["e:one"].status == "completed"
    assert committed(kafka) == progress(kafka).next_input == 1


async def test_processor_gets_its_payload_checked_and_a_bad_one_is_permanent() -> None:
    async def double(event: WorkflowEvent[dict[str, int]], ctx: Context) -> int:
        return event.payload["amount"] * 2

    kafka = a_cluster()
    kafka.publish(event_bytes("good", payload={"amount": 4}))
    kafka.publish(event_bytes("bad", payload={"amount": "four"}))
    async with serving(kafka, double):
        await eventually(lambda: at_rest(kafka))
    assert [(r["event_id"], r["result"]) for r in results(kafka)] == [("good", 8), ("bad", None)]
    assert codes(kafka) == ["INVALID_INPUT"]


async def test_events_of_one_key_run_one_at_a_time_in_log_order() -> None:
    kafka, stage = a_cluster(), Stage()
    for number in range(6):
        kafka.publish(event_bytes(f"{number}"), key=b"odd" if number % 2 else b"even")
    async with serving(kafka, stage.processor):
        for pair in (["0", "1"], ["2", "3"], ["4", "5"]):
            await eventually(partial(stage.are_begun, pair))
            # The other way round than they were read.
            for event_id in reversed(pair):
                (await stage.next(event_id)).succeed()
        await eventually(lambda: at_rest(kafka))
    assert stage.begun[:2] == ["0", "1"]
    of_key = defaultdict(list)
    for record, result in zip(kafka.visible("results"), results(kafka), strict=True):
        of_key[record.key].append(result["event_id"])
    assert of_key == {b"even": ["0", "2", "4"], b"odd": ["1", "3", "5"]}


async def test_null_keys_wait_for_nobody() -> None:
    kafka, stage = a_cluster(), Stage()
    for event_id in ("a", "b", "c"):
        kafka.publish(event_bytes(event_id), key=None)
    async with serving(kafka, stage.processor):
        await eventually(lambda: stage.ids == ["a", "b", "c"])
        for event_id in ("c", "a", "b"):
            (await stage.next(event_id)).succeed()
        await eventually(lambda: at_rest(kafka))
    assert len(answered(kafka)) == 3


@pytest.mark.parametrize(
    ("ordering", "beside_each_other"),
    [("key", ["a", "c"]), ("partition", ["a"]), ("none", ["a", "b", "c"])],
)
async def test_ordering_says_who_waits_for_whom(
    ordering: str, beside_each_other: list[str]
) -> None:
    kafka, stage = a_cluster(processing={"ordering": ordering}), Stage()
    for event_id, key in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        kafka.publish(event_bytes(event_id), key=key)
    async with serving(kafka, stage.processor):
        await eventually(lambda: len(stage.ids) == len(beside_each_other))
        assert stage.ids == beside_each_other
        while not at_rest(kafka):
            for running in list(stage.running):
                running.succeed()
            await eventually(lambda: stage.running or at_rest(kafka))


async def test_committed_offset_stops_before_the_first_unsettled_record() -> None:
    kafka, stage = a_cluster(), Stage()
    for number in range(4):
        kafka.publish(event_bytes(f"{number}"), key=b"%d" % number)
    async with serving(kafka, stage.processor):
        for event_id in ("0", "2", "3"):
            (await stage.next(event_id)).succeed()
        await eventually(lambda: len(answered(kafka)) == 3)
        assert committed(kafka) == 1
        assert not progress(kafka).gap_free
        (await stage.next("1")).succeed()
        await eventually(lambda: committed(kafka) == 4)


async def test_poison_record_is_dead_lettered_byte_for_byte_and_never_run() -> None:
    kafka = a_cluster()
    kafka.publish(b"\xff not JSON", key=b"k", headers=(("h", b"v"),))
    async with serving(kafka, accept) as process:
        await eventually(lambda: at_rest(kafka))
    (letter,) = letters(kafka)
    assert letter["disposition"] == "poison"
    assert letter["original"]["value"] == {"encoding": "base64", "data": "/yBub3QgSlNPTg=="}
    assert letter["attempts"] == []
    assert letter["ledger_key"] == "r:workflow-events/0/0"
    assert results(kafka) == [], "nobody waits for what says nothing"
    assert ledger(kafka)["r:workflow-events/0/0"].status == "dead_lettered"
    assert process.told.of(EventDeadLettered)[0].event_id is None


@pytest.mark.parametrize(
    ("dialect", "header"),
    [
        ("spring", ("kafka_dlt-original-offset", bytes(8))),
        ("connect", ("__connect.errors.offset", b"0")),
    ],
)
async def test_letters_carry_the_headers_that_settings_ask_for(
    dialect: str, header: tuple[str, bytes]
) -> None:
    kafka = a_cluster(dlq={"headers": dialect})
    kafka.publish(b"not JSON")
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    (letter,) = kafka.visible("dlq")
    assert header in letter.headers


async def test_payload_too_deep_for_a_fingerprint_is_poison() -> None:
    kafka = a_cluster()
    deep = b"[" * 600 + b"]" * 600
    kafka.publish(event_bytes("deep", payload={"x": "X"}).replace(b'"X"', deep))
    async with serving(kafka, accept):
        await eventually(lambda: at_rest(kafka))
    assert codes(kafka) == ["INVALID_INPUT"]


async def test_tombstone_is_passed_and_counted_within_a_second() -> None:
    kafka = a_cluster()
    async with serving(kafka, accept) as process:
        began = kafka.clock.monotonic
        kafka.publish(None)
        await eventually(lambda: at_rest(kafka))
        assert kafka.clock.monotonic - began < 1.3
        counted = [fact.tally.outcomes for fact in process.told.of(BatchCommitted)]
    assert {"ignored": 1} in counted
    assert results(kafka) == letters(kafka) == []


async def test_event_without_a_processor_is_dead_lettered() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one", event_type="unheard.of"))
    async with serving(kafka, a_processor(accept, "order.*")):
        await eventually(lambda: at_rest(kafka))
    assert codes(kafka) == ["PROCESSOR_MISSING"]
    assert answered(kafka) == [("one", "error")]


async def test_event_type_of_any_length_finds_its_processor() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one", event_type="order." + "x" * 5000))
    async with serving(kafka, a_processor(accept, "order.*")):
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("one", "success")]


async def test_event_without_a_processor_is_ignored_where_settings_say_so() -> None:
    kafka = a_cluster(processing={"unmatched": "ignore"})
    kafka.publish(event_bytes("one", event_type="unheard.of"))
    kafka.publish(event_bytes("two"))
    async with serving(kafka, a_processor(accept, "order.*")):
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("two", "success")]
    assert codes(kafka) == []
    assert list(ledger(kafka)) == ["e:two"]


async def test_dead_letter_brings_an_error_result_that_names_it() -> None:
    async def refuse(event: WorkflowEvent[Any], ctx: Context) -> None:
        raise ValueError("no such customer")

    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    async with serving(kafka, refuse):
        await eventually(lambda: at_rest(kafka))
    (letter,), (result,) = letters(kafka), results(kafka)
    assert result["dlq_id"] == letter["dlq_id"]
    assert (result["status"], result["error"]["message"]) == ("error", "no such customer")
    assert ledger(kafka)["e:one"].letter_is_open


async def test_markers_and_aborted_records_of_producers_are_passed() -> None:
    kafka = a_cluster()
    kafka.publish(event_bytes("one"))
    kafka.transaction("workflow-events", 0, event_bytes("never")).end("aborted")
    async with serving(kafka, accept):
        await eventually(lambda: committed(kafka) == 3)
    assert answered(kafka) == [("one", "success")]


async def test_records_of_an_open_transaction_are_not_read_before_it_ends() -> None:
    kafka = a_cluster()
    open_one = kafka.transaction("workflow-events", 0, event_bytes("later"))
    kafka.publish(event_bytes("behind it"))
    async with serving(kafka, accept):
        await eventually(lambda: kafka.clock.monotonic > 3)
        assert answered(kafka) == []
        open_one.end("committed")
        kafka.told()
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [("later", "success"), ("behind it", "success")]


async def test_each_partition_has_its_own_outputs_and_offset() -> None:
    kafka = a_cluster(partitions=3)
    for partition in range(3):
        for number in range(partition):
            kafka.publish(event_bytes(f"{partition}-{number}"), partition=partition)
    async with serving(kafka, accept):
        await eventually(lambda: all(at_rest(kafka, p) for p in (1, 2)))
    assert [len(results(kafka, partition)) for partition in range(3)] == [0, 1, 2]
