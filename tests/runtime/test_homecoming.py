"""What becomes of events without a key, which producers spread over all partitions?"""

import pytest

from consumer.core.act import Act
from consumer.core.dedup_key import EVENT_PREFIX
from consumer.core.home import home_of
from processors.contract import PermanentError, RetryAfter
from tests.builders import a_processor, a_record, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.kafka import MemoryKafka
from tests.fakes.requests import Fate
from tests.runtime.operator import about, ask, audits, is_carried_out, outcomes
from tests.runtime.staging import (
    Json,
    Stage,
    a_cluster,
    accept,
    answered,
    is_passed,
    ledger,
    letters,
    results,
    serving,
)

PARTITIONS = 3


def home(event_id: str) -> int:
    return home_of(EVENT_PREFIX + event_id, PARTITIONS)


def away(event_id: str) -> int:
    """Return a partition that is not the home of *event_id*."""
    return (home(event_id) + 1) % PARTITIONS


def everything(kafka: MemoryKafka) -> list[tuple[str, str]]:
    return sorted(pair for number in range(PARTITIONS) for pair in answered(kafka, number))


def is_settled(kafka: MemoryKafka) -> bool:
    partitions = range(PARTITIONS)
    return all(
        is_passed(kafka, number)
        and is_carried_out(kafka, number)
        and all(entry.is_settled for entry in ledger(kafka, number).values())
        for number in partitions
    )


async def test_same_event_in_all_partitions_runs_once_where_it_is_at_home() -> None:
    kafka = a_cluster(PARTITIONS)
    ids = [f"{number}" for number in range(20)]
    for event_id in ids:
        for partition in range(PARTITIONS):
            kafka.publish(event_bytes(event_id), key=None, partition=partition)
    async with serving(kafka, accept):
        await eventually(lambda: is_settled(kafka))
    assert everything(kafka) == sorted((event_id, "success") for event_id in ids)
    for number in range(PARTITIONS):
        assert all(home(event_id) == number for event_id, _ in answered(kafka, number))


async def test_result_names_the_record_that_it_is_of() -> None:
    kafka = a_cluster(PARTITIONS)
    kafka.publish(event_bytes("one"), key=None, partition=away("one"))
    async with serving(kafka, accept):
        await eventually(lambda: is_settled(kafka))
    (record,) = kafka.visible("results", home("one"))
    source = f"workflow-events/{away('one')}/0".encode()
    assert list(record.headers) == [("everonce-source", source)]


async def test_events_with_a_key_stay_where_they_are() -> None:
    kafka = a_cluster(PARTITIONS)
    kafka.publish(event_bytes("one"), key=b"k", partition=away("one"))
    async with serving(kafka, accept):
        await eventually(lambda: is_settled(kafka))
    assert answered(kafka, away("one")) == [("one", "success")]


async def test_scope_of_a_partition_keeps_them_too() -> None:
    kafka = a_cluster(PARTITIONS, dedup={"scope": "partition"})
    for partition in range(PARTITIONS):
        kafka.publish(event_bytes("one"), key=None, partition=partition)
    async with serving(kafka, accept):
        await eventually(lambda: is_settled(kafka))
    assert everything(kafka) == [("one", "success")] * PARTITIONS


async def test_other_content_under_the_same_id_is_a_conflict_wherever_it_comes_from() -> None:
    kafka = a_cluster(PARTITIONS)
    kafka.publish(event_bytes("one"), key=None, partition=home("one"))
    async with serving(kafka, accept):
        await eventually(lambda: is_settled(kafka))
        other = event_bytes("one", payload={"amount": 77})
        kafka.publish(other, key=None, partition=away("one"))
        await eventually(lambda: is_settled(kafka) and letters(kafka, home("one")) != [])
    (letter,) = letters(kafka, home("one"))
    assert letter["error"]["code"] == "IDEMPOTENCY_CONFLICT"
    assert (letter["source"]["partition"], letter["source"]["offset"]) == (away("one"), 0)


async def test_event_that_fails_away_from_home_is_retried_and_dead_lettered_there() -> None:
    kafka, stage = a_cluster(PARTITIONS), Stage()
    here = home("one")
    async with serving(kafka, stage.processor):
        # Its own offset 0 is that of the one that comes home: neither takes the other's place.
        kafka.publish(event_bytes("own"), key=b"k", partition=here)
        own = await stage.next("own")
        kafka.publish(event_bytes("one"), key=None, partition=away("one"))
        (await stage.next("one")).fail(RetryAfter(10))
        await eventually(lambda: ledger(kafka, here)["e:one"].status == "parked")
        await pass_time(11)
        (await stage.next("one", 2)).fail(PermanentError("no"))
        await eventually(lambda: len(letters(kafka, here)) == 1)
        assert not is_passed(kafka, here)
        own.succeed()
        await eventually(lambda: is_settled(kafka))
    assert everything(kafka) == [("one", "error"), ("own", "success")]


@pytest.mark.parametrize("fate", [Fate.PRODUCE_FAILED, Fate.LEFT_OPEN, Fate.ANSWER_LOST])
async def test_lost_commits_neither_lose_nor_repeat_an_event_on_its_way_home(fate: Fate) -> None:
    kafka = a_cluster(PARTITIONS)
    async with serving(kafka, accept):
        await pass_time(1)
        kafka.requests.next("commit", fate, Fate.DONE, fate)
        for number in range(6):
            kafka.publish(event_bytes(f"{number}"), key=None, partition=away(f"{number}"))
        await eventually(lambda: is_settled(kafka))
    assert everything(kafka) == [(f"{number}", "success") for number in range(6)]


async def test_duplicates_from_elsewhere_are_answered_where_that_is_asked_for() -> None:
    kafka, stage = a_cluster(PARTITIONS, dedup={"on_duplicate": "answer"}), Stage()
    here = home("one")
    async with serving(kafka, stage.processor):
        for _ in range(2):
            kafka.publish(event_bytes("one"), key=None, partition=away("one"))
        attempt = await stage.next("one")
        await eventually(lambda: is_carried_out(kafka, here))
        attempt.succeed({"n": 1})
        await eventually(lambda: len(answered(kafka, here)) == 2)
        kafka.publish(event_bytes("one"), key=None, partition=away("one"))
        await eventually(lambda: len(answered(kafka, here)) == 3)
        await eventually(lambda: is_settled(kafka))
    said: list[Json] = results(kafka, here)
    assert [each["status"] for each in said] == ["success", "duplicate", "duplicate"]
    assert [each["result"] for each in said] == [{"n": 1}] * 3


@pytest.mark.parametrize("unmatched", ["ignore", "dead_letter"])
async def test_event_that_nobody_wants_at_home_is_treated_as_anywhere(unmatched: str) -> None:
    kafka = a_cluster(PARTITIONS, processing={"unmatched": unmatched})
    kafka.publish(event_bytes("one"), key=None, partition=away("one"))
    async with serving(kafka, a_processor(accept, "another.type")):
        await eventually(lambda: is_settled(kafka))
        await pass_time(100)
    assert everything(kafka) == ([] if unmatched == "ignore" else [("one", "error")])
    assert list(ledger(kafka, home("one"))) == ([] if unmatched == "ignore" else ["e:one"])


async def test_poison_without_a_key_mended_to_an_id_of_another_home_is_refused() -> None:
    kafka = a_cluster(PARTITIONS)
    async with serving(kafka, accept):
        kafka.publish(b"{broken", key=None, partition=away("one"))
        await eventually(lambda: len(letters(kafka, away("one"))) == 1)
        redrive = about(kafka, "redrive", value=event_bytes("one"), partition=away("one"))
        ask(kafka, redrive, away("one"))
        await eventually(lambda: outcomes(kafka, away("one")) == [("redrive", "refused")])
    assert f"partition {home('one')}" in audits(kafka, away("one"))[0]["detail"]
    assert everything(kafka) == []


async def test_what_is_no_event_to_its_home_is_dead_lettered_byte_for_byte_and_once() -> None:
    kafka = a_cluster(PARTITIONS)
    record = a_record(b"{of another version", offset=4, key=None, partition=2)
    async with serving(kafka, accept):
        for _ in range(2):
            ask(kafka, Act("home", "", record=record))
        await eventually(lambda: is_settled(kafka) and letters(kafka) != [])
    (letter,) = letters(kafka)
    assert (letter["disposition"], letter["context"]["event_id"]) == ("poison", None)
    assert (letter["source"]["partition"], letter["source"]["offset"]) == (2, 4)
    assert letter["original"]["value"]["data"] == "{of another version"
    assert everything(kafka) == [], "nobody is answered of whom nothing is known"
