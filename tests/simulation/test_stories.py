"""Which stories went wrong once?

Found by the state machine, told here in a few lines each, so that they are told at every run.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from consumer.core.session_facts import PartitionRefused
from tests.fakes.requests import Fate
from tests.simulation.invariants import Outputs, check, check_rest
from tests.simulation.variants import WINDOW_SECONDS
from tests.simulation.world import World


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A world with one owner that reads; brought to rest and checked in the end."""
    variant: dict[str, Any] = getattr(request, "param", {})
    world = World(variant)
    world.start_owner()
    world.let_all_through()
    try:
        yield world
        check(world)
        world.come_to_rest()
        check_rest(world)
    finally:
        world.close()


on_conflict_process = pytest.mark.parametrize(
    "world", [{"on_conflict": "process"}], indirect=True, ids=["on_conflict: process"]
)


def succeeded(world: World) -> list[int]:
    """Return the offsets of the records whose events were completed, in order."""
    outputs = Outputs.of(world.kafka)
    return [offset for offset, result in outputs.results if result["status"] == "success"]


def restart(world: World) -> None:
    """Kill the owner and start another."""
    (owner,) = world.living
    world.crash(owner)
    world.count_out(owner)
    world.start_owner()
    world.let_all_through()


def test_zombie_that_wakes_in_its_set_up_does_not_refuse_the_partition_of_another() -> None:
    with closing(World({})) as world:
        zombie = world.start_owner()
        while world.held[0].kind != "restore":
            world.decide(world.held[0], Fate.DONE)
        zombie.frozen = True
        world.decide(world.held[0], Fate.DONE)
        world.count_out(zombie)
        world.start_owner()
        world.let_all_through()
        world.publish("a", b"k")
        world.end("a")
        world.thaw()
        world.go_on(60)

        assert zombie.process.told.of(PartitionRefused) == []
        world.come_to_rest()
        check_rest(world)


def test_dropped_duplicate_is_no_resend_when_it_is_read_again(world: World) -> None:
    world.publish("slow", b"s")
    world.publish("a", None)
    world.publish("a", b"k")
    world.publish("b", b"k")
    world.end("b")
    world.end("a", "fail")
    restart(world)
    world.end("slow")

    assert world.attempts == [], "the duplicate was judged before"
    assert succeeded(world) == [3, 0]


@on_conflict_process
def test_second_content_is_remembered_for_its_own_window(world: World) -> None:
    world.publish("a", b"k", 0)
    world.end("a")
    world.go_on(0.7 * WINDOW_SECONDS)
    world.publish("a", b"k", 1)
    world.end("a")
    world.go_on(0.7 * WINDOW_SECONDS)
    world.let_all_through()
    world.publish("a", b"k", 1)
    world.let_all_through()

    assert world.attempts == []
    assert succeeded(world) == [0, 1]


@on_conflict_process
def test_second_content_that_settles_first_does_not_hide_the_first(world: World) -> None:
    world.publish("a", b"k", 0)
    world.publish("a", b"l", 1)
    world.finish(world.attempts[1], "succeed")
    world.let_all_through()
    restart(world)
    world.end("a")

    assert succeeded(world) == [1, 0]


@on_conflict_process
def test_second_content_that_ran_is_no_resend_when_it_is_read_again(world: World) -> None:
    world.publish("slow", b"s")
    world.publish("a", b"k", 0)
    world.publish("a", b"l", 1)
    world.finish(world.attempts[2], "succeed")
    world.let_all_through()
    world.end("a", "fail")
    restart(world)

    assert [attempt.event_id for attempt in world.attempts] == ["slow"]
    world.end("slow")
    assert succeeded(world) == [2, 0]


def test_commit_that_arrives_after_its_owner_has_given_up_counts(world: World) -> None:
    world.publish("a", b"k")
    world.finish(world.attempts[0], "succeed")
    late = world.held[0]
    world.go_on(world.settings.commit.deadline + 1)
    world.decide(late, Fate.DONE)
    world.let_all_through()
    world.go_on(5)
    world.let_all_through()

    assert succeeded(world) == [0]


def test_commit_of_a_killed_owner_that_arrives_after_the_fence_does_not_count(
    world: World,
) -> None:
    world.publish("a", b"k")
    world.finish(world.attempts[0], "succeed")
    late = world.held[0]
    (owner,) = world.living
    world.crash(owner)
    world.count_out(owner)
    world.start_owner()
    fence = next(request for request in world.held if request.kind == "fence")
    world.decide(fence, Fate.DONE)
    world.decide(late, Fate.DONE)
    world.let_all_through()

    assert succeeded(world) == []
    world.end("a")
    assert succeeded(world) == [0]
