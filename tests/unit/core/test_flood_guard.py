"""When a partition stops, and how it goes on."""

from typing import Any

import pytest

from config.guard import GuardSettings
from consumer.core.failure import Disposition
from consumer.core.flood_guard import FloodGuard, GuardChange, Smell, smell_of

EXHAUSTED: tuple[Disposition, str] = ("exhausted", "MAX_RETRIES_EXCEEDED")
PERMANENT: tuple[Disposition, str] = ("permanent", "INVALID_INPUT")


def a_guard(**limits: Any) -> FloodGuard:
    given = {"min_events": 10, "pause": 30.0, "probes": 4, "window": 60.0}
    return FloodGuard(GuardSettings.model_validate(given | limits), now=0.0)


def state_of(guard: FloodGuard) -> str:
    return guard.state


def letters(
    guard: FloodGuard,
    count: int,
    now: float = 0.0,
    letter: tuple[Disposition, str] = EXHAUSTED,
) -> None:
    for _ in range(count):
        guard.dead_lettered(*letter, now)


def let_through(guard: FloodGuard, now: float, tries: int = 20) -> int:
    return sum(guard.may_admit(now) == 0.0 for _ in range(tries))


def test_by_default_half_of_a_hundred_events_in_a_minute_is_a_flood() -> None:
    guard = FloodGuard(GuardSettings(), now=0.0)
    guard.completed(0.0, events=50)
    letters(guard, 49)
    assert state_of(guard) == "passing"
    letters(guard, 1)

    assert state_of(guard) == "paused"
    assert guard.take_changes() == [
        GuardChange(
            "passing", "paused", "50 of 100 settled events became dead letters", "outage", 30.0
        )
    ]
    assert guard.take_changes() == []


def test_a_small_share_of_much_is_no_flood() -> None:
    guard = a_guard()
    for _ in range(1000):
        guard.completed(0.0, events=3)
        letters(guard, 1)

    assert state_of(guard) == "passing"
    assert let_through(guard, 0.0) == 20


def test_few_events_are_not_judged() -> None:
    guard = a_guard()
    letters(guard, 9)

    assert state_of(guard) == "passing"


def test_what_is_older_than_the_window_does_not_count() -> None:
    guard = a_guard()
    guard.completed(0.0, events=1000)
    letters(guard, 5, now=70.0)
    assert state_of(guard) == "passing"
    guard.completed(80.0, events=4)
    letters(guard, 1, now=80.0)

    assert state_of(guard) == "paused"


def test_a_number_of_letters_may_be_the_limit() -> None:
    guard = a_guard(share=None, letters=3)
    guard.completed(0.0, events=1000)
    letters(guard, 3)

    assert guard.take_changes()[0].reason == "3 dead letters within 60 s"


def test_letters_that_no_waiting_helps_are_no_flood_unless_asked_for() -> None:
    guard = a_guard()
    letters(guard, 1000, letter=PERMANENT)
    assert state_of(guard) == "passing"

    by_share, by_number = a_guard(permanent_share=1.0), a_guard(permanent_letters=2)
    letters(by_share, 10, letter=PERMANENT)
    letters(by_number, 2, letter=PERMANENT)
    assert by_share.take_changes()[0].smell == "permanent"
    assert state_of(by_number) == "paused"


def test_letters_of_neither_kind_settle_events_all_the_same() -> None:
    guard = a_guard()
    letters(guard, 6, letter=("crashed", "PROCESS_CRASHED"))
    letters(guard, 5)

    assert state_of(guard) == "passing"


def test_while_paused_nothing_is_let_through_and_nothing_is_judged() -> None:
    guard = a_guard()
    letters(guard, 10, now=100.0)
    guard.completed(110.0, events=1000)
    letters(guard, 10, now=110.0)

    assert guard.may_admit(110.0) == 20.0
    assert state_of(guard) == "paused"
    assert len(guard.take_changes()) == 1


def test_after_the_pause_some_events_are_let_through_to_see() -> None:
    guard = a_guard()
    letters(guard, 10, now=100.0)

    assert let_through(guard, 130.0) == 4
    assert state_of(guard) == "probing"
    assert guard.may_admit(140.0) == 20.0


def test_when_most_of_them_settle_well_it_passes_again_and_begins_anew() -> None:
    guard = a_guard()
    letters(guard, 10, now=100.0)
    guard.take_changes()
    let_through(guard, 130.0)
    letters(guard, 1, now=131.0)
    guard.completed(131.0, events=2)
    assert state_of(guard) == "probing"
    guard.completed(132.0)

    assert guard.take_changes() == [
        GuardChange("paused", "probing", "paused for 30 s", "outage"),
        GuardChange("probing", "passing", "3 of 4 settled well", "outage"),
    ]
    letters(guard, 9, now=133.0)
    assert state_of(guard) == "passing"


def test_when_too_many_of_them_become_letters_it_pauses_again() -> None:
    guard = a_guard()
    letters(guard, 10, now=100.0)
    let_through(guard, 130.0)
    guard.completed(131.0)
    letters(guard, 2, now=132.0)

    assert state_of(guard) == "paused"
    assert guard.may_admit(132.0) == 30.0
    assert guard.take_changes()[-1].reason == "2 of 3 became dead letters again"


def test_another_kind_of_letter_speaks_for_the_dependency() -> None:
    guard = a_guard(probes=1)
    letters(guard, 10, now=100.0)
    let_through(guard, 130.0)
    letters(guard, 1, now=131.0, letter=PERMANENT)

    assert state_of(guard) == "passing"


def test_a_limit_by_number_takes_half_of_the_probes_as_too_many() -> None:
    guard = a_guard(share=None, letters=3)
    letters(guard, 3, now=100.0)
    let_through(guard, 130.0)
    letters(guard, 1, now=131.0)
    assert state_of(guard) == "probing"
    letters(guard, 1, now=131.0)

    assert state_of(guard) == "paused"


def test_events_let_through_that_do_not_settle_are_followed_by_as_many_after_a_while() -> None:
    guard = a_guard()
    letters(guard, 10, now=100.0)

    assert let_through(guard, 130.0) == 4
    assert let_through(guard, 159.0) == 0
    assert let_through(guard, 160.0) == 4


@pytest.mark.parametrize(
    ("disposition", "code", "smell"),
    [
        ("exhausted", "MAX_RETRIES_EXCEEDED", "outage"),
        ("expired", "DEADLINE_EXCEEDED", "outage"),
        ("permanent", "CIRCUIT_BREAKER_OPEN", "outage"),
        ("poison", "INVALID_INPUT", "permanent"),
        ("permanent", "UNAUTHORIZED", "permanent"),
        ("conflict", "IDEMPOTENCY_CONFLICT", "permanent"),
        ("crashed", "PROCESS_CRASHED", None),
        ("refused", "OUTPUT_REFUSED", None),
        ("operator", "CANCELLED", None),
    ],
)
def test_a_letter_smells_of_an_outage_or_of_the_event_or_of_neither(
    disposition: Disposition, code: str, smell: Smell | None
) -> None:
    assert smell_of(disposition, code) == smell
