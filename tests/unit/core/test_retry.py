"""What follows a failed attempt."""

import pytest

from config.policies import BUILT_IN, Jitter, RetryPolicy
from consumer.core.retry import GiveUp, Retry
from tests.unit.core.letter_examples import a_failure
from tests.unit.core.retry_examples import decided


@pytest.mark.parametrize(
    ("name", "delays"),
    [
        ("default", [1.0, 2.0, 4.0]),
        ("conservative", [1.0]),
        ("standard", [0.1, 0.2]),
        ("aggressive", [0.05, 0.1, 0.2, 0.4]),
        ("fast", [0.025, 0.05]),
        ("no_retry", []),
    ],
)
def test_delays_of_the_built_in_policies_double(name: str, delays: list[float]) -> None:
    policy = BUILT_IN[name].model_copy(update={"jitter": "none"})

    for number, delay in enumerate(delays, start=1):
        assert decided(policy, attempt=number) == Retry(delay)
    assert isinstance(decided(policy, attempt=len(delays) + 1), GiveUp)


@pytest.mark.parametrize(
    ("jitter", "draw", "delay"),
    [
        ("none", 0.75, 8.0),
        ("full", 0.0, 0.0),
        ("full", 0.75, 6.0),
        ("equal", 0.0, 4.0),
        ("equal", 0.75, 7.0),
        ("additive", 0.0, 8.0),
        ("additive", 0.75, 9.5),
    ],
)
def test_a_delay_is_spread_as_the_jitter_says(jitter: Jitter, draw: float, delay: float) -> None:
    policy = RetryPolicy(base_delay=8.0, jitter=jitter, jitter_max=2.0)

    assert decided(policy, draw=draw) == Retry(delay)


def test_additive_jitter_does_not_pass_the_longest_delay() -> None:
    policy = RetryPolicy(base_delay=8.0, max_delay=9.0, jitter="additive", jitter_max=2.0)

    assert decided(policy, draw=0.75) == Retry(9.0)


def test_a_delay_never_passes_the_longest_however_many_attempts() -> None:
    policy = RetryPolicy(max_attempts=10**9, jitter="none")

    assert decided(policy, attempt=10**9 - 1) == Retry(60.0)


def test_a_multiplier_of_one_keeps_the_delay() -> None:
    policy = RetryPolicy(max_attempts=10**9, multiplier=1.0, jitter="none")

    assert decided(policy, attempt=10**6) == Retry(1.0)


def test_a_wait_that_was_asked_for_is_kept_to_the_second() -> None:
    failure = a_failure(retry_after=777.0)

    assert decided(RetryPolicy(jitter="full"), failure=failure, draw=0.5) == Retry(777.0)


def test_a_wait_of_zero_that_was_asked_for_is_kept() -> None:
    assert decided(RetryPolicy(), failure=a_failure(retry_after=0.0)) == Retry(0.0)


@pytest.mark.parametrize(
    ("code", "shortest", "longest"),
    [
        ("NETWORK_ERROR", 0.0, 1.0),
        ("TIMEOUT", 1.0, 10.0),
        ("RATE_LIMITED", 60.0, 300.0),
    ],
)
def test_by_code_the_delay_is_drawn_from_the_backoff_class(
    code: str, shortest: float, longest: float
) -> None:
    policy = RetryPolicy(by_code=True)
    failure = a_failure(code=code)

    assert decided(policy, failure=failure, draw=0.0) == Retry(shortest)
    assert decided(policy, failure=failure, draw=0.5) == Retry((shortest + longest) / 2)


@pytest.mark.parametrize("code", ["EXECUTION_FAILED", "CARD_DECLINED"])
def test_by_code_a_code_without_a_class_waits_as_the_policy_says(code: str) -> None:
    policy = RetryPolicy(by_code=True, jitter="none", base_delay=3.0)

    assert decided(policy, failure=a_failure(code=code)) == Retry(3.0)


def test_a_timeout_is_tried_again() -> None:
    assert decided(RetryPolicy(), failure=a_failure(failure_class="timeout")) == Retry(0.5)
