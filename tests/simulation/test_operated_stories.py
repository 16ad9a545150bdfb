"""Which stories with an operator, or producers without keys, went wrong once?

Found by the state machine or by reading, told here in a few lines each, so that they are told at
every run.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from consumer.core.home import home_of
from tests.simulation.desk import Letter
from tests.simulation.operated_laws import check
from tests.simulation.operated_outputs import Seen
from tests.simulation.operated_rest import check_rest
from tests.simulation.operated_world import OperatedWorld


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[OperatedWorld]:
    """A world with one owner that reads; brought to rest and checked in the end."""
    variant: dict[str, Any] = getattr(request, "param", {})
    world = OperatedWorld(variant)
    world.start_owner()
    world.let_all_through()
    try:
        yield world
        check(world)
        world.come_to_rest()
        check_rest(world)
    finally:
        world.close()


def with_settings(**variant: Any) -> pytest.MarkDecorator:
    """Tell a story in a world with some settings."""
    return pytest.mark.parametrize("world", [variant], indirect=True, ids=[""])


def carried_out(world: OperatedWorld) -> list[str]:
    """Let everything arrive, and return what became of the acts."""
    world.go_on()
    world.let_all_through()
    return [audit["outcome"] for audit in Seen.of(world).audits]


def successes(world: OperatedWorld) -> Counter[str]:
    """Return how often each event has succeeded."""
    results = Seen.of(world).results
    return Counter(each["event_id"] for _, each in results if each["status"] == "success")


def letter_of(world: OperatedWorld, event_id: str | None) -> Letter:
    """Return the newest letter of an event; of None, of a record that is none."""
    return [each for each in world.desk.letters if each.event_id == event_id][-1]


def test_redrive_that_was_a_conflict_stays_one_while_it_waits_in_its_lane(
    world: OperatedWorld,
) -> None:
    world.publish("a", b"k")
    world.publish("b", b"k")
    world.end("a", "fail for now")
    world.publish("c", b"l")
    world.end("c", "fail")
    world.publish("d", b"l")
    world.end("d", "fail for now")
    world.desk.redrive(letter_of(world, "c"), ("b", 1))
    carried_out(world)
    world.come_to_rest()

    assert successes(world)["b"] == 1


def test_same_replay_that_is_asked_for_twice_runs_once(world: OperatedWorld) -> None:
    world.publish("a", b"k")
    world.end("a")
    asked = world.desk.replay(0, (0, 0), ("a", 0))
    carried_out(world)
    world.go_on(1)
    world.end("a")
    world.desk.again(asked)

    assert carried_out(world) == ["accepted", "completed", "refused"]
    assert successes(world)["a"] == 2


@with_settings(max_in_flight_records=1)
def test_replay_of_what_is_not_read_yet_hides_nothing_before_it(world: OperatedWorld) -> None:
    world.publish("slow", b"s")
    world.publish("a", b"k", 0)
    world.publish("a", b"k", 1)
    world.desk.replay(0, (0, 2), ("a", 1))
    carried_out(world)
    world.come_to_rest()

    assert [letter.source for letter in world.desk.letters] == [(0, 1)]


@with_settings(partitions=2, on_duplicate="answer")
def test_duplicate_that_came_home_is_no_event_of_its_own_when_its_original_is_lost(
    world: OperatedWorld,
) -> None:
    home = home_of("e:a", 2)
    world.publish("a", None, partition=home)
    world.publish("a", None, partition=1 - home)
    world.let_all_through()
    (owner,) = world.living
    world.crash(owner)
    world.count_out(owner)
    world.start_owner().process.source.failing_polls = 3
    world.let_all_through()
    world.go_on(3)
    world.come_to_rest()

    assert successes(world)["a"] == 1


@with_settings(partitions=2, on_conflict="process")
def test_second_content_that_comes_home_is_no_resend_of_the_first(world: OperatedWorld) -> None:
    home = home_of("e:a", 2)
    world.publish("a", None, 0, home)
    world.publish("a", None, 1, home)
    world.finish(world.attempts[1], "succeed")
    world.let_all_through()
    world.end("a", "fail")
    world.publish("a", None, 1, 1 - home)
    world.let_all_through()
    world.go_on(1)
    world.let_all_through()

    assert world.attempts == []


@with_settings(on_conflict="process")
def test_redrive_of_a_second_content_does_not_close_the_letter_of_the_first(
    world: OperatedWorld,
) -> None:
    world.publish("a", b"k", 0)
    world.publish("a", b"l", 1)
    world.end("a", "fail")
    world.end("a", "fail")
    first, second = sorted(world.desk.letters, key=lambda letter: letter.content)
    world.desk.redrive(second)
    carried_out(world)
    world.go_on(1)
    world.end("a")
    states = {
        entry.letter.dlq_ids[-1]: entry.letter.state
        for entry in Seen.of(world).entries
        if entry.letter is not None
    }

    assert states == {first.dlq_id: "open", second.dlq_id: "resolved"}


@with_settings(on_dead_letter="hold_key")
def test_redrive_at_the_head_of_its_key_stands_in_the_ledger_before_it_runs(
    world: OperatedWorld,
) -> None:
    world.publish("a", b"k")
    world.publish("b", b"k")
    world.end("a", "fail")
    world.desk.redrive(letter_of(world, "a"))
    world.go_on()

    assert world.attempts == [], "it may kill the process, and would do so for ever"
    assert carried_out(world) == ["accepted"]
    world.go_on(1)
    assert [attempt.event_id for attempt in world.attempts] == ["a"]


def test_two_letters_of_one_record_have_two_names(world: OperatedWorld) -> None:
    world.publish("m", b"k")
    world.end("m", "fail")
    world.publish("a", b"l")
    world.end("a", "fail")
    world.desk.redrive(letter_of(world, "a"))
    carried_out(world)
    world.go_on(1)
    world.end("a", "fail")
    world.desk.redrive(letter_of(world, "a"), ("m", 0))
    carried_out(world)
    world.go_on(1)
    world.end("m", "fail")
    names = [letter.dlq_id for letter in world.desk.letters]

    assert len(names) == len(set(names)) == 4
