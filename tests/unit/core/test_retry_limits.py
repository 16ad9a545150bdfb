"""When a failing event is given up, and what its letter says then."""

from dataclasses import replace

import pytest

from config.policies import BUILT_IN, RetryPolicy
from consumer.core.retry import GiveUp, Retry, before_attempt
from tests.unit.core.letter_examples import a_failure
from tests.unit.core.retry_examples import TRANSIENT, decided


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
        "Gave up after 1 attempt, 9.5 s after the first began: the next one, 1.0 s on, "
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


def test_time_behind_an_open_breaker_does_not_count_toward_the_deadline() -> None:
    policy = RetryPolicy(deadline=10.0, jitter="none")

    assert decided(policy, age_seconds=99.0, held_seconds=90.0) == Retry(1.0)
    given_up = decided(policy, age_seconds=99.5, held_seconds=90.0)
    assert isinstance(given_up, GiveUp)
    assert given_up.disposition == "expired"
    assert "9.5 s after the first began (90.0 s behind an open breaker not counted)" in (
        given_up.failure.message
    )


def test_an_event_is_never_younger_than_new() -> None:
    policy = RetryPolicy(deadline=1.5, base_delay=2.0, jitter="none")

    assert isinstance(decided(policy, age_seconds=1.0, held_seconds=50.0), GiveUp)


def test_where_retries_are_switched_off_the_first_failure_exhausts_the_policy() -> None:
    given_up = decided(RetryPolicy(enabled=False))

    assert given_up == GiveUp(
        "exhausted",
        replace(
            TRANSIENT,
            code="MAX_RETRIES_EXCEEDED",
            message="Failed after 1 attempt, and retries are switched off (enabled of retry or its "
            "policy): the bank did not answer",
            rule="enabled:false",
        ),
        TRANSIENT,
    )


def test_where_retries_of_a_code_are_switched_off_others_are_tried_again() -> None:
    policy = RetryPolicy(disabled_codes=("NETWORK_ERROR", "TIMEOUT"), jitter="none")
    given_up = decided(policy, attempt=2)

    assert isinstance(given_up, GiveUp)
    assert given_up.disposition == "exhausted"
    assert given_up.failure.rule == "disabled_codes:TIMEOUT"
    assert given_up.failure.message == (
        "Failed after 2 attempts, and retries of TIMEOUT are switched off (disabled_codes of retry "
        "or its policy): the bank did not answer"
    )
    assert decided(policy, failure=a_failure(code="RATE_LIMITED")) == Retry(1.0)


def test_a_permanent_failure_stays_one_where_retries_are_switched_off() -> None:
    failure = a_failure(failure_class="permanent")

    assert decided(RetryPolicy(enabled=False), failure=failure) == GiveUp(
        "permanent", failure, failure
    )


@pytest.mark.parametrize(
    ("deadline", "age_seconds", "held_seconds"),
    [(None, 1e9, 0.0), (10.0, 10.0, 0.0), (10.0, 500.0, 490.0)],
)
def test_a_retry_that_is_due_within_its_deadline_is_made(
    deadline: float | None, age_seconds: float, held_seconds: float
) -> None:
    decision = before_attempt(
        RetryPolicy(deadline=deadline),
        attempts=1,
        failure=TRANSIENT,
        age_seconds=age_seconds,
        held_seconds=held_seconds,
    )

    assert decision is None


def test_a_retry_that_comes_after_its_deadline_is_not_made() -> None:
    given_up = before_attempt(
        RetryPolicy(deadline=10.0),
        attempts=2,
        failure=TRANSIENT,
        age_seconds=3600.0,
        held_seconds=60.0,
    )

    assert given_up == GiveUp(
        "expired",
        replace(
            TRANSIENT,
            code="DEADLINE_EXCEEDED",
            message="Gave up after 2 attempts, 3540.0 s after the first began (60.0 s behind an "
            "open breaker not counted): the next one is past the deadline of 10 s. Last failure: "
            "the bank did not answer",
            rule="deadline:10",
        ),
        TRANSIENT,
    )
