"""Without transactions nothing is lost either; and what producers aborted is never run."""

from collections import Counter
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from consumer.core.session_facts import ControlRefused
from tests.faults.topics import high_watermarks
from tests.integration.app.stage import Stage
from tests.integration.app.work import Work, event

pytestmark = pytest.mark.broker

AT_LEAST_ONCE: dict[str, Any] = {"guarantee": "at_least_once"}


async def test_at_least_once_has_the_same_outcomes_while_nothing_fails(
    stage: Stage, work: Work
) -> None:
    settings = stage.settings(processing=AT_LEAST_ONCE)
    work.broken.add("p")
    async with stage.running(work.registry(), settings) as app:
        await stage.publish(
            event("a"), event("f", "flaky"), event("p"), event("h", "huge"), ("x", b"{"), event("a")
        )
        await stage.caught_up(app)
    async with stage.running(work.registry(), settings) as app:
        await stage.publish(event("a"), event("z"))
        await stage.caught_up(app)

    results = {(each["event_id"], each["status"]) for each in await stage.results()}
    assert results == {
        ("a", "success"),
        ("f", "success"),
        ("p", "error"),
        ("h", "error"),
        ("z", "success"),
    }
    assert len(await stage.letters()) == 3
    assert Counter(work.runs) == {"a": 1, "f": 2, "p": 1, "h": 1, "z": 1}
    assert await stage.committed() == {0: 8}
    assert (await stage.progress()).next_input == 8


@pytest.mark.parametrize("guarantee", ["exactly_once", "at_least_once"])
async def test_what_an_end_without_a_drain_left_is_run_by_the_next_owner(
    stage: Stage, work: Work, guarantee: str
) -> None:
    settings = stage.settings(processing={"guarantee": guarantee})
    ids = [f"e-{number}" for number in range(60)]
    async with stage.running(work.registry(), settings) as app:
        await stage.publish(event("g", "gated"), *(event(each, "slow") for each in ids))
        await app.until(lambda: len(work.runs) > 30)
        await app.cut_off()
    work.gates["g"].set()
    async with stage.running(work.registry(), settings) as app:
        await stage.caught_up(app)

    successes = Counter(each["event_id"] for each in await stage.results())
    assert successes.keys() == {"g", *ids}
    if guarantee == "exactly_once":
        assert set(successes.values()) == {1}
    assert await stage.committed() == {0: 61}


@pytest.mark.parametrize("guarantee", ["exactly_once", "at_least_once"])
async def test_aborted_records_are_not_run_and_markers_are_passed(
    stage: Stage, work: Work, guarantee: str
) -> None:
    settings = stage.settings(processing={"guarantee": guarantee})
    async with (
        stage.running(work.registry(), settings) as app,
        AIOKafkaProducer(
            bootstrap_servers=stage.servers, transactional_id=f"{stage.topics.input}-producer"
        ) as producer,
    ):
        for number in range(6):
            await producer.begin_transaction()
            key, value = event(f"e-{number}")
            await producer.send_and_wait(stage.topics.input, value, key=key.encode(), partition=0)
            if number % 2:
                await producer.abort_transaction()
            else:
                await producer.commit_transaction()
        await stage.caught_up(app)
        await app.until(lambda: app.status().partitions[0].lag_records == 0)

    assert sorted(work.runs) == ["e-0", "e-2", "e-4"]
    # Six records and six markers, the last of which no consumer is ever given.
    assert await stage.committed() == await high_watermarks(stage.servers, stage.topics.input)
    assert await stage.committed() == {0: 12}
    assert len(await stage.results()) == 3


async def test_record_on_the_control_topic_is_refused_and_passed(stage: Stage, work: Work) -> None:
    async with stage.running(work.registry()) as app:
        await stage.producer.send_and_wait(stage.topics.control, b'{"act": "dance"}', partition=0)
        await app.until(lambda: bool(app.told.of(ControlRefused)))
        await stage.publish(event("a"))
        await stage.caught_up(app)
    async with stage.running(work.registry()) as again:
        await stage.publish(event("b"))
        await stage.caught_up(again)

    (refused,) = app.told.of(ControlRefused)
    assert (refused.partition, refused.offset) == (0, 0)
    assert again.told.of(ControlRefused) == []
    assert (await stage.progress()).next_control == 1
    assert await stage.committed(stage.topics.control) == {0: 1}
    assert work.runs == ["a", "b"]
