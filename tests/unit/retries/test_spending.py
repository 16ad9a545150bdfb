"""What an outage cost, and may cost, follows from the attempts that were made."""

import math

import pytest

from config.breakers import BreakerPolicy
from config.guard import GuardSettings
from tests.retries.attempts import Attempt
from tests.retries.spending import (
    failed,
    failures_to_open,
    in_flight,
    letters_to_trip,
    most_beyond_budget,
    recovery_seconds,
)


def an_attempt(began_at: float, seconds: float | None = 0.1, **changes: bool | int) -> Attempt:
    number = int(changes.get("number", 1))
    attempt = Attempt("a", number, 1, (0, 0), began_at)
    if seconds is None:
        return attempt
    return attempt.ended(began_at + seconds, bool(changes.get("succeeded", False)))


def test_attempts_are_in_flight_from_their_beginning_to_their_end() -> None:
    attempts = [an_attempt(1.0), an_attempt(1.5), an_attempt(1.55), an_attempt(1.0, None)]

    assert in_flight(attempts, 1.56) == 3


def test_only_ends_without_success_are_failures() -> None:
    attempts = [an_attempt(1.0), an_attempt(1.0, succeeded=True), an_attempt(1.0, None)]

    assert failed(attempts) == 1


@pytest.mark.parametrize(
    ("policy", "failures"),
    [
        pytest.param(BreakerPolicy(), 50, id="half of the newest hundred"),
        pytest.param(BreakerPolicy(failure_rate=None), 5, id="the number alone"),
        pytest.param(BreakerPolicy(failures=70), 70, id="more than the share"),
    ],
)
def test_breaker_needs_a_number_and_a_share_of_failures(
    policy: BreakerPolicy, failures: int
) -> None:
    assert failures_to_open(policy) == failures


@pytest.mark.parametrize(
    ("completed", "letters"),
    [(0, 100), (30, 70), (50, 50), (200, 200)],
)
def test_guard_needs_a_number_of_events_and_a_share_of_letters(
    completed: int, letters: int
) -> None:
    assert letters_to_trip(GuardSettings(), completed) == letters


def test_recovery_is_the_first_second_at_full_rate() -> None:
    slow = [an_attempt(10.0 + second, succeeded=True) for second in range(5)]
    fast = [an_attempt(15.0 + number / 20, succeeded=True) for number in range(40)]

    assert recovery_seconds([*slow, *fast], 10.0, 18.0) == pytest.approx(5.1)


def test_recovery_that_does_not_come_takes_for_ever() -> None:
    before = [an_attempt(8.0 + number / 20, succeeded=True) for number in range(20)]
    failing = [an_attempt(10.0 + number / 20) for number in range(100)]

    assert recovery_seconds([*before, *failing], 10.0, 18.0) == math.inf


def _load(retries: int) -> list[Attempt]:
    """Return 100 first attempts in ten seconds, and retries among them."""
    attempts = [an_attempt(number / 10) for number in range(100)]
    attempts += [an_attempt(5.0 + number / 100, number=2) for number in range(retries)]
    return sorted(attempts, key=lambda each: each.began_at)


@pytest.mark.parametrize(("retries", "beyond"), [(19, -1), (20, 0), (25, 5)])
def test_retries_beyond_the_budget_are_counted(retries: int, beyond: float) -> None:
    # From the first retry on, 50 first attempts come: they allow for 10.
    found = most_beyond_budget(_load(retries), share=0.2, floor=10, window_seconds=5.0)

    assert found == pytest.approx(beyond)


def test_retries_are_within_budget_where_there_are_none() -> None:
    assert most_beyond_budget(_load(0), share=0.2, floor=10, window_seconds=5.0) == -10
