"""Whatever happens to an event: results, letters, entries and offset tell the same story."""

from collections import Counter

import pytest

from consumer.core.facts import AttemptFailed
from tests.faults.history import read_topic
from tests.integration.app.stage import Stage
from tests.integration.app.work import Work, event

pytestmark = pytest.mark.broker


async def test_every_kind_of_event_has_one_outcome_that_all_topics_agree_on(
    stage: Stage, work: Work
) -> None:
    kinds = {"a": "ok", "f": "flaky", "o": "opaque", "h": "huge", "u": "unknown"}
    work.broken.add("p")
    async with stage.running(work.registry()) as app:
        await stage.publish(
            *(event(event_id, kind) for event_id, kind in kinds.items()),
            event("p"),
            ("poison", b"{not JSON"),
            ("tombstone", None),
        )
        await stage.caught_up(app)
    results, letters = await stage.results(), await stage.letters()

    statuses = {(each["event_id"], each["status"]) for each in results}
    failed = {"o": "OUTPUT_REFUSED", "h": "OUTPUT_REFUSED", "u": "PROCESSOR_MISSING"}
    failed["p"] = "INVALID_INPUT"
    assert statuses == {("a", "success"), ("f", "success")} | {(each, "error") for each in failed}
    assert len(results) == len(statuses)
    codes = {each["context"]["event_id"]: each["error"]["code"] for each in letters}
    poison = next(each for each in letters if each["disposition"] == "poison")
    assert {key: code for key, code in codes.items() if key is not None} == failed
    assert len(letters) == 5
    assert poison["original"]["value"] == {"encoding": "utf-8", "data": "{not JSON"}
    named = {each["dlq_id"] for each in results if each["status"] == "error"}
    assert named == {each["dlq_id"] for each in letters} - {poison["dlq_id"]}
    entries = await stage.entries()
    assert {key: entry.status for key, entry in entries.items()} == {
        "e:a": "completed",
        "e:f": "completed",
        **{each["ledger_key"]: "dead_lettered" for each in letters},
    }
    assert await stage.committed() == await stage.ends() == {0: 8}
    assert Counter(work.runs) == {"a": 1, "f": 2, "o": 1, "h": 1, "p": 1}
    assert [fact.event_id for fact in app.told.of(AttemptFailed) if fact.delay_seconds] == ["f"]


async def test_duplicates_are_dropped_in_flight_and_after_the_commit(
    stage: Stage, work: Work
) -> None:
    async with stage.running(work.registry()) as app:
        await stage.publish(event("g", "gated"), event("g", "gated"))
        await app.until(lambda: [each.position for each in app.status().partitions] == [2])
        work.gates["g"].set()
        await stage.caught_up(app)
        await stage.publish(event("g", "gated"))
        await stage.caught_up(app)

    assert work.runs == ["g"]
    assert app.told.duplicates() == {"dropped": 2}
    assert [each["event_id"] for each in await stage.results()] == ["g"]
    assert await stage.letters() == []
    assert await stage.committed() == {0: 3}


async def test_conflict_is_dead_lettered_and_the_first_content_keeps_the_id(
    stage: Stage, work: Work
) -> None:
    async with stage.running(work.registry()) as app:
        await stage.publish(event("c", amount=1))
        await stage.caught_up(app)
        await stage.publish(event("c", amount=2), event("c", amount=1))
        await stage.caught_up(app)
    (letter,) = await stage.letters()

    assert work.runs == ["c"]
    assert letter["disposition"] == "conflict"
    assert letter["error"]["code"] == "IDEMPOTENCY_CONFLICT"
    assert letter["source"]["offset"] == 1
    entries = await stage.entries()
    assert entries["e:c"].status == "completed"
    assert entries[letter["ledger_key"]].status == "dead_lettered"
    assert app.told.duplicates() == {"conflict": 1, "dropped": 1}


async def test_resent_event_resolves_its_letter(stage: Stage, work: Work) -> None:
    work.broken.add("r")
    async with stage.running(work.registry()) as app:
        await stage.publish(event("r"))
        await stage.caught_up(app)
        (letter,) = await stage.letters()
        work.broken.clear()
        await stage.publish(event("r"))
        await stage.caught_up(app)

    assert [each["status"] for each in await stage.results()] == ["error", "success"]
    assert len(await stage.letters()) == 1
    entry = (await stage.entries())["e:r"]
    assert entry.status == "completed"
    assert entry.letter is not None
    assert entry.letter.dlq_ids == (letter["dlq_id"],)
    assert entry.letter.state == "resolved"


async def test_events_of_one_key_stay_in_order_around_a_retry(stage: Stage, work: Work) -> None:
    async with stage.running(work.registry()) as app:
        await stage.publish(
            event("1", "flaky", key="k"), event("2", key="k"), event("3", key="other")
        )
        await stage.caught_up(app)

    of_key = await read_topic(stage.servers, stage.topics.results)
    assert [dict(each.headers)["everonce-source"][-1:] for each in of_key if each.key == b"k"] == [
        b"0",
        b"1",
    ]
    assert [each for each in work.runs if each != "3"] == ["1", "1", "2"]
