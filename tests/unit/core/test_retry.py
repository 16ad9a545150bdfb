"""What follows a failed attempt."""

from dataclasses import replace

import pytest

from config.policies import BUILT_IN, Jitter, RetryPolicy
from consumer.core.failure import Failure
from consumer.core.retry import GiveUp, Retry, after_failure
from tests.unit.core.letter_examples import a_failure

TRANSIENT = a_failure()


def decided(
    policy: RetryPolicy,
    *,
    attempt: int = 1,
    failure: Failure = TRANSIENT,
    age_seconds: float = 0.0,
    draw: float = 0.0,
) -> Retry | GiveUp:
    return after_failure(
        policy,
        attempt=attempt,
        failure=failure,
        age_seconds=age_seconds,
        draw=draw,
    )


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


def test_a_permanent_failure_is_given_up_as_it_is() -> None:
    failure = a_failure(failure_class="permanent")

    assert decided(RetryPolicy(), failure=failure) == GiveUp("permanent", failure, failure)


def test_a_crash_is_given_up_as_one() -> None:
    failure = a_failure(failure_class="crashed", code="PROCESS_CRASHED")

    assert decided(RetryPolicy(), failure=failure) == GiveUp("crashed", failure, failure)


def test_the_last_attempt_exhausts_the_policy() -> None:
    failure = a_failure(retry_after=3.0)
    given_up = decided(RetryPolicy(max_attempts=3), attempt=3, failure=failure)

    assert given_up == GiveUp(
        "exhausted",
        replace(
            failure,
            code="MAX_RETRIES_EXCEEDED",
            message="Failed after 3 attempts: the bank did not answer",
            rule="max_attempts:3",
            retry_after=None,
        ),
        failure,
    )


def test_one_attempt_is_no_plural() -> None:
    given_up = decided(BUILT_IN["no_retry"])

    assert isinstance(given_up, GiveUp)
    assert given_up.failure.message == "Failed after 1 attempt: the bank did not answer"


@pytest.mark.parametrize("age_seconds", [0.0, 9.0])
def test_an_attempt_within_the_deadline_is_made(age_seconds: float) -> None:
    policy = RetryPolicy(deadline=10.0, jitter="none")

    assert decided(policy, age_seconds=age_seconds) == Retry(1.0)


def test_an_attempt_beyond_the_deadline_is_not_waited_for() -> None:
    given_up = decided(RetryPolicy(deadline=10.0, jitter="none"), age_seconds=9.5)

    assert isinstance(given_up, GiveUp)
    assert given_up.disposition == "expired"
    assert given_up.cause is TRANSIENT
    assert given_up.failure.code == "DEADLINE_EXCEEDED"
    assert given_up.failure.rule == "deadline:10"
    assert given_up.failure.message == (
        "Gave up after 1 of its attempts, 9.5 s after the first began: the next one, 1.0 s on, "
        "would pass the deadline of 10 s. Last failure: the bank did not answer"
    )


def test_a_wait_that_was_asked_for_does_not_pass_the_deadline() -> None:
    given_up = decided(RetryPolicy(deadline=10.0), failure=a_failure(retry_after=11.0))

    assert isinstance(given_up, GiveUp)
    assert given_up.disposition == "expired"


def test_attempts_end_before_the_deadline_is_asked() -> None:
    policy = RetryPolicy(max_attempts=2, deadline=1.0)
    given_up = decided(policy, attempt=2, age_seconds=5.0)

    assert isinstance(given_up, GiveUp)
    assert given_up.disposition == "exhausted"
