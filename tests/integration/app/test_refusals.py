"""What cannot be explained is refused, names its command, and goes on once that was accepted."""

from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete

from config.settings import Settings
from consumer.acceptance import NothingToAcceptError, accept
from consumer.core.record import TopicPartition as Place
from consumer.core.session_facts import PartitionRefused, SessionStarted
from consumer.kafka.group_offsets import commit_group_offsets
from processors.registry import Registry
from tests.faults.topics import admin
from tests.integration.app.stage import Stage
from tests.integration.app.work import Work, event

pytestmark = pytest.mark.broker


async def refusal(stage: Stage, registry: Registry, settings: Settings | None = None) -> Any:
    """Run until the partition is refused; return the fact once health tells it too."""
    async with stage.running(registry, settings) as app:
        await app.until(lambda: bool(app.told.of(PartitionRefused)))
        (fact,) = app.told.of(PartitionRefused)
        status = app.status()
        assert status.partitions[0].state == "refused"
        assert fact.message in status.problems
        return fact


async def served(
    stage: Stage, registry: Registry, *ids: str, settings: Settings | None = None
) -> Any:
    """Publish events and run until all are committed; return how the session started."""
    async with stage.running(registry, settings) as app:
        await stage.publish(*map(event, ids))
        await stage.caught_up(app)
        return app.told.of(SessionStarted)[0]


async def test_emptied_ledger_is_refused_until_it_is_adopted(stage: Stage, work: Work) -> None:
    registry = work.registry()
    await served(stage, registry, "a", "b")
    await stage.recreate(stage.topics.state)

    fact = await refusal(stage, registry)
    with pytest.raises(NothingToAcceptError, match="adopt"):
        await accept(stage.settings(), 0, "accept")
    accepted = await accept(stage.settings(), 0, "adopt")
    started = await served(stage, registry, "c")

    assert (fact.rule, fact.command) == ("ledger_missing", "everonce ledger adopt --partition 0")
    assert accepted.next_input == started.start == 2
    assert work.runs == ["a", "b", "c"]


async def test_group_moved_forward_is_refused_until_it_is_accepted(
    stage: Stage, work: Work
) -> None:
    registry = work.registry()
    await served(stage, registry, "a")
    await stage.publish(*map(event, ("b", "c", "d")))
    await commit_group_offsets(stage.settings().kafka, {Place(stage.topics.input, 0): 3})

    fact = await refusal(stage, registry)
    accepted = await accept(stage.settings(), 0, "accept")
    started = await served(stage, registry, "a")

    assert (fact.rule, fact.command) == ("ledger_behind", "everonce ledger accept --partition 0")
    assert accepted.next_input == started.start == 3
    assert work.runs == ["a", "d"]


@pytest.mark.parametrize(("records", "rule"), [(1, "beyond_end"), (4, "topic_recreated")])
async def test_recreated_input_is_refused_and_accepted_its_ids_are_remembered(
    stage: Stage, work: Work, records: int, rule: str
) -> None:
    registry = work.registry()
    await served(stage, registry, "a", "b", "c")
    await stage.recreate(stage.topics.input)
    await stage.publish(*(event(f"new-{number}") for number in range(records)))

    fact = await refusal(stage, registry)
    accepted = await accept(stage.settings(), 0, "accept")
    await served(stage, registry, "a", "b", "last")

    assert fact.rule == rule
    assert (accepted.next_input, accepted.rewritten) == (0, 3)
    assert sorted(work.runs[3:]) == sorted(
        ["last", *(f"new-{number}" for number in range(records))]
    )
    assert await stage.committed() == {0: records + 3}


async def test_other_dedup_key_is_refused_and_accepted_after_a_clean_end(
    stage: Stage, work: Work
) -> None:
    registry = work.registry()
    changed = stage.settings(dedup={"key": "{workflow_id}:{event_id}"})
    await served(stage, registry, "a")

    fact = await refusal(stage, registry, changed)
    accepted = await accept(changed, 0, "accept")
    await served(stage, registry, "b", settings=changed)

    assert fact.rule == accepted.rule == "template_changed"
    assert work.runs == ["a", "b"]
    assert (await stage.progress()).template == "{workflow_id}:{event_id}"


async def test_other_dedup_key_is_not_accepted_while_an_end_was_unclean(
    stage: Stage, work: Work
) -> None:
    async with stage.running(work.registry()) as app:
        await stage.publish(event("g", "gated"))
        await app.until(lambda: work.runs == ["g"])
        await app.cut_off()

    with pytest.raises(NothingToAcceptError, match="clean end"):
        await accept(stage.settings(dedup={"key": "{workflow_id}:{event_id}"}), 0, "accept")


@pytest.mark.parametrize("acts", ["skip", "accept"])
async def test_what_retention_removed_unread_is_never_passed_in_silence(
    stage: Stage, work: Work, acts: str
) -> None:
    registry = work.registry()
    await served(stage, registry, "a")
    await stage.publish(*map(event, ("b", "c", "d", "e")))
    await removed_below(stage, 4)

    fact = await refusal(stage, registry)
    settings = stage.settings(kafka={"retention_gap": "skip"})
    if acts == "accept":
        settings = stage.settings()
        await accept(settings, 0, "accept")
    started = await served(stage, registry, settings=settings)

    assert fact.rule == "retention_gap"
    assert "offsets 1 to 3 " in fact.message
    assert work.runs == ["a", "e"]
    assert started.start == 4
    assert started.skipped == (3 if acts == "skip" else 0)


async def removed_below(stage: Stage, offset: int) -> None:
    async with admin(stage.servers) as client:
        place = TopicPartition(stage.topics.input, 0)
        await client.delete_records({place: RecordsToDelete(before_offset=offset)})


async def test_refusal_ends_by_itself_once_it_is_accepted_beside_the_running_consumer(
    stage: Stage, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumer.runtime.tenure.REFUSED_SECONDS", 0.2)
    registry = work.registry()
    await served(stage, registry, "a")
    await stage.recreate(stage.topics.state)

    async with stage.running(registry) as app:
        await app.until(lambda: bool(app.told.of(PartitionRefused)))
        await accept(stage.settings(), 0, "adopt")
        await stage.publish(event("b"))
        await stage.caught_up(app)
        assert app.status().problems == []
    assert work.runs == ["a", "b"]
