"""The live view and its line: what they show, at any width and in any state."""

from dataclasses import replace

import pytest

from consumer.commands.printable import is_harmless
from consumer.commands.sample.tallies import Tallies
from consumer.commands.sample.view import Glance, line, picture, sparkline
from consumer.core.facts import (
    AttemptFailed,
    BatchCommitted,
    EventDeadLettered,
    EventOutcome,
    Fact,
    Tally,
)
from consumer.core.session_facts import PartitionRefused, SessionLost, SessionStarted
from consumer.core.status import BreakerStatus, PartitionStatus, Status
from tests.unit.commands.rendering import rendered


def a_partition(number: int, lag: int | None = 5) -> PartitionStatus:
    parked = {"standard": 3, "fast": 1}
    return PartitionStatus(number, "running", 10, 12, lag, 2, 100, 0.0, parked_events=parked)


def a_commit(
    completed: int = 0, dead_lettered: int = 0, duplicate: int = 0, ignored: int = 0
) -> BatchCommitted:
    outcomes: dict[EventOutcome, int] = {
        "completed": completed,
        "dead_lettered": dead_lettered,
        "duplicate": duplicate,
        "ignored": ignored,
    }
    tally = Tally(
        outcomes=outcomes,
        end_to_end_seconds=[0.01, 0.02, 0.03],
        parked={"standard": 3, "fast": 2},
        released=[0.5, 0.1],
    )
    return BatchCommitted(0, sum(outcomes.values()), 0.01, 10, tally)


def a_failure(delay: float | None) -> AttemptFailed:
    return AttemptFailed(
        "t",
        0,
        1,
        "e",
        "order.created",
        "p",
        "standard",
        1,
        3,
        "TIMEOUT",
        "timeout",
        "rule",
        "late",
        1.0,
        delay,
    )


def a_letter(message: str, event_type: str | None = "order.created") -> EventDeadLettered:
    return EventDeadLettered("t", 0, 1, "id", "e", event_type, "permanent", "INVALID", message, 1)


def a_glance(tallies: Tallies | None = None, partitions: int = 2) -> Glance:
    status = Status(
        "running", [a_partition(number) for number in range(partitions)], 4, 4000, 3, 7, ()
    )
    return Glance(
        servers="127.0.0.1:1",
        guarantee="exactly_once",
        seconds=12.3,
        published=1234,
        planned=5000,
        status=status,
        tallies=tallies or Tallies(),
    )


def told(*facts: Fact) -> Tallies:
    tallies = Tallies()
    for fact in facts:
        tallies.observe(fact)
    return tallies


def test_what_is_held_back_is_shown_as_long_as_it_is() -> None:
    glance = a_glance()
    breakers = [BreakerStatus("payments", "dependency", "open")]
    down = replace(glance, status=replace(glance.status, breakers=breakers, held_events=1200))

    assert line(down).endswith("; the breaker of dependency payments is open; 1,200 events wait")
    assert "breaker" not in line(glance)
    assert "wait" not in line(glance)


def test_outcomes_of_commits_add_up() -> None:
    tallies = told(a_commit(completed=3, duplicate=1), a_commit(completed=2, ignored=1))

    assert tallies.outcomes == {"completed": 5, "dead_lettered": 0, "duplicate": 1, "ignored": 1}
    assert tallies.settled == 7
    assert tallies.commits == 2


def test_parked_and_released_events_are_counted() -> None:
    tallies = told(a_commit(), a_commit())

    assert (tallies.parked, tallies.released, tallies.latest) == (10, 4, 0.5)


@pytest.mark.parametrize("width", [80, 100])
def test_parked_and_released_events_are_shown(width: int) -> None:
    glance = a_glance(told(a_commit()))

    assert "parked 8, released 2" in line(glance)
    assert "8 wait, 2 released" in rendered(picture(glance, height=40), width)


def test_what_the_sample_has_switched_off_is_shown_as_long_as_it_is() -> None:
    glance = a_glance()
    down = replace(glance, is_down=True)

    for text in (line(down), rendered(picture(down, height=40))):
        assert "the payment gateway is down: the sample has switched it off" in text
    assert "gateway" not in line(glance)


def test_only_failures_that_are_tried_again_are_retries() -> None:
    tallies = told(a_failure(0.5), a_failure(None))

    assert (tallies.retries, tallies.failed_attempts) == (1, 2)


def test_rate_is_of_the_last_seconds() -> None:
    tallies = Tallies()
    for second, settled in ((0.0, 1000), (10.0, 0), (11.0, 30), (12.0, 30)):
        tallies.observe(a_commit(completed=settled))
        tallies.mark(now=second)

    assert tallies.rate() == 30
    assert tallies.history() == [0, 30, 30]


def test_rate_is_nothing_before_anything_was_measured() -> None:
    assert Tallies().rate() == 0
    assert Tallies().latency() is None


def test_only_the_newest_letters_are_kept() -> None:
    tallies = told(*(a_letter(str(number)) for number in range(20)))

    assert [each.message for each in tallies.letters] == ["15", "16", "17", "18", "19"]


@pytest.mark.parametrize("width", [80, 100, 160])
def test_picture_shows_everything_at_any_width(width: int) -> None:
    tallies = told(a_commit(completed=1000, dead_lettered=17, duplicate=30), a_letter("too much"))

    text = rendered(picture(a_glance(tallies), height=40), width)

    for word in ("1,234 of 5,000", "1,047 of 5,000", "127.0.0.1:1", "exactly once", "running"):
        assert word in text
    for word in ("1,000", "17", "30", "7 waiting", "3 running", "INVALID", "too much"):
        assert word in text
    assert len({len(row) for row in text.splitlines()}) == 1


def test_picture_is_small_enough_for_a_small_terminal() -> None:
    text = rendered(picture(a_glance(partitions=64), height=24), 80)

    assert len(text.splitlines()) <= 24
    assert "… 56 more" in text


def test_picture_is_as_high_with_letters_as_without() -> None:
    with_letters = told(*(a_letter(str(number)) for number in range(9)))

    heights = {
        len(rendered(picture(a_glance(tallies), height=40)).splitlines())
        for tallies in (Tallies(), with_letters)
    }
    assert len(heights) == 1


def test_line_has_the_same_figures() -> None:
    text = line(a_glance(told(a_commit(completed=1000, dead_lettered=17), a_failure(0.1))))

    for word in ("1,234 of 5,000", "1,000 completed", "17 dead-lettered", "lag 10", "retries 1"):
        assert word in text


def test_troubles_are_shown_until_they_are_over() -> None:
    refused = PartitionRefused("t", 1, "ledger_missing", "its ledger is gone", "everonce ledger x")
    tallies = told(refused, SessionLost("t", 0, "deadline", "no answer", 1.0))

    for text in (line(a_glance(tallies)), rendered(picture(a_glance(tallies), height=40))):
        assert "partition 1 is refused: its ledger is gone (everonce ledger x)" in text
        assert "1 session lost, the last deadline: no answer" in text

    tallies.observe(SessionStarted("t", 1, 0, "rule", 0, 0, 0.0, 0, None))

    assert "refused" not in line(a_glance(tallies))


def test_what_a_processor_said_cannot_command_the_terminal() -> None:
    text = rendered(picture(a_glance(told(a_letter("\x1b[2J[red]", "\x9bt"))), height=40))

    assert r"\x1b[2J[red]" in text
    assert all(is_harmless(row) for row in text.split("\n"))


@pytest.mark.parametrize(
    ("counts", "bars"),
    [([], ""), ([0, 0], ""), ([1, 8], "▂█"), ([0, 4, 8], "▁▅█"), (list(range(20)), "▅▅▆▆▇▇▇██")],
)
def test_sparkline_is_relative_to_the_highest_shown(counts: list[int], bars: str) -> None:
    assert sparkline(counts) == bars
