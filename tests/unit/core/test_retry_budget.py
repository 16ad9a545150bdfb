"""How many retries a processor may make."""

from typing import Any

import pytest

from config.retries import RetrySettings
from consumer.core.retry_budget import LONGEST_WAIT_SECONDS, RetryBudget


def a_budget(**limits: Any) -> RetryBudget:
    given = {"budget": 0.1, "budget_floor": 20, "budget_window": 10.0}
    return RetryBudget(RetrySettings.model_validate(given | limits), now=0.0)


def made(budget: RetryBudget, now: float, tries: int = 1000) -> int:
    """Return how many of *tries* retries may start."""
    return sum(budget.take(now) == 0.0 for _ in range(tries))


def test_small_traffic_may_retry_as_much_as_the_floor() -> None:
    budget = a_budget()

    assert made(budget, 0.0) == 10
    assert sum(made(budget, float(second)) for second in range(1, 11)) <= 10


def test_first_attempts_pay_for_their_share_of_retries() -> None:
    budget = a_budget()
    made(budget, 0.0)
    budget.first_attempts(70)
    budget.first_attempts()

    assert [budget.take(100.0, has_waited=True) for _ in range(3)] == [0.0] * 3
    budget = a_budget()
    assert made(budget, 0.0) == 10
    budget.first_attempts(50)
    assert [budget.take(0.0, has_waited=True) == 0.0 for _ in range(6)] == [True] * 5 + [False]


def test_quiet_times_are_not_saved_up() -> None:
    budget = a_budget()
    budget.first_attempts(1_000_000)

    assert made(budget, 100_000.0) == 10


def test_who_comes_too_soon_is_told_one_moment_after_the_other() -> None:
    budget = a_budget()
    made(budget, 0.0, tries=10)

    assert [budget.take(0.0) for _ in range(3)] == [1.0, 2.0, 3.0]


def test_who_comes_back_when_told_gets_through_before_who_comes_then() -> None:
    budget = a_budget()
    made(budget, 0.0, tries=10)
    first, second = budget.take(0.0), budget.take(0.0)

    assert budget.take(first) > second - first
    assert budget.take(first, has_waited=True) == 0.0
    assert budget.take(second, has_waited=True) == 0.0


def test_a_full_bucket_is_for_whoever_comes() -> None:
    budget = a_budget()
    made(budget, 0.0, tries=10)
    for _ in range(50):
        budget.take(0.0)

    assert budget.take(10.0) == 0.0


def test_the_more_traffic_the_shorter_the_wait() -> None:
    budget = a_budget()
    budget.take(0.0)
    budget.first_attempts(900)
    made(budget, 10.0, tries=10)

    assert budget.take(10.0) == pytest.approx(0.1)


def test_nobody_is_told_to_wait_for_more_than_a_minute() -> None:
    budget = a_budget()

    assert max(budget.take(0.0) for _ in range(1000)) == LONGEST_WAIT_SECONDS


def test_a_clock_that_stands_still_or_slips_back_gives_nothing() -> None:
    budget = a_budget()
    made(budget, 5.0, tries=10)

    assert budget.take(5.0) > 0
    assert budget.take(4.0) > 0


def test_without_a_limit_there_is_no_budget_to_make() -> None:
    with pytest.raises(ValueError, match=r"retry\.budget is none"):
        a_budget(budget=None)
