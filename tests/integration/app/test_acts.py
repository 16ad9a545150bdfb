"""Acts and events on their way home, on a real Kafka: in transactions that are cut off too."""

from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest

from consumer.core.act import Act, ActKind, control_record
from consumer.core.act_facts import ActDone
from consumer.core.dead_letter_reading import original_record, read_letter
from consumer.core.dedup_key import EVENT_PREFIX
from consumer.core.home import home_of
from tests.faults.history import read_topic
from tests.integration.app.stage import Running, Stage
from tests.integration.app.work import Work, event

pytestmark = pytest.mark.broker
PARTITIONS = 3


async def ask(stage: Stage, kind: ActKind, *, act_id: str, edited: bytes | None = None) -> None:
    """Ask for something about the newest letter, as the desk does."""
    found = await read_topic(stage.servers, stage.topics.dlq)
    letter = read_letter(found[-1].value or b"")
    record = original_record(letter)
    if edited is not None:
        record = replace(record, value=edited)
    act = Act(kind, act_id, "ann", "test", 1.7e9, letter.ledger_key, letter.dlq_id)
    if kind == "redrive":
        act = replace(act, record=record, edited=edited is not None)
    written = control_record(act)
    await stage.producer.send_and_wait(
        stage.topics.control,
        written.value,
        written.key,
        partition=found[-1].partition,
        headers=list(written.headers),
    )


async def audits(stage: Stage, topic: str) -> list[tuple[str, str]]:
    """Return act id and outcome of what the audit topic has heard."""
    found = [orjson.loads(each.value or b"") for each in await read_topic(stage.servers, topic)]
    return [(each["act_id"], each["outcome"]) for each in found]


def told(app: Running, count: int) -> Callable[[], bool]:
    return lambda: len(app.told.of(ActDone)) >= count


async def test_acts_are_carried_out_once_over_restarts_and_ends_that_nobody_drained(
    stage: Stage, work: Work
) -> None:
    audit = await stage.create_audit()
    settings = stage.settings(topics={"audit": audit})
    work.broken.add("a")
    async with stage.running(work.registry(), settings) as app:
        await stage.publish(event("a", key="k"))
        await stage.caught_up(app)
        await stage.publish(("p", b"{broken"))
        await stage.caught_up(app)
        assert len(await stage.letters()) == 2
        # Poison, the newest: mended to an event of its own.
        await ask(stage, "redrive", act_id="mend", edited=event("b", "gated")[1])
        await app.until(told(app, 1))
        await app.until(lambda: "b" in work.runs)
        await app.cut_off()
    work.gates["b"].set()
    async with stage.running(work.registry(), settings) as app:
        await app.until(told(app, 1))
        await ask(stage, "redrive", act_id="again", edited=event("b", "gated")[1])
        await app.until(told(app, 2))
    letters = await stage.letters()
    assert [each["context"]["event_id"] for each in letters] == ["a", None]
    assert await audits(stage, audit) == [
        ("mend", "accepted"),
        ("mend", "completed"),
        ("again", "refused"),
    ]
    results = [(each["event_id"], each["status"]) for each in await stage.results()]
    assert results == [("a", "error"), ("b", "success")]
    entries = await stage.entries()
    assert {key: each.letter.state for key, each in entries.items() if each.letter} == {
        "e:a": "open",
        letters[1]["ledger_key"]: "redriven",
        "e:b": "resolved",
    }


async def test_same_event_without_a_key_runs_once_whichever_partitions_it_was_published_to(
    stage: Stage, work: Work
) -> None:
    await stage.widen(PARTITIONS)
    ids = [f"event-{number}" for number in range(40)]
    async with stage.running(work.registry()) as app:
        for partition in range(PARTITIONS):
            for event_id in ids:
                await stage.producer.send(
                    stage.topics.input, event(event_id, "slow")[1], partition=partition
                )
        await stage.producer.flush()
        await app.until(lambda: len(work.runs) > 5)
        await app.cut_off()
    async with stage.running(work.registry()) as app:
        await stage.caught_up(app)
        await app.until(lambda: len(set(work.runs)) == len(ids))
        await app.until(lambda: all(not each.in_flight_events for each in app.status().partitions))
    found = await read_topic(stage.servers, stage.topics.results)
    results = [orjson.loads(each.value or b"") for each in found]
    assert sorted(each["event_id"] for each in results) == sorted(ids)
    for record, result in zip(found, results, strict=True):
        assert record.partition == home_of(EVENT_PREFIX + result["event_id"], PARTITIONS)
