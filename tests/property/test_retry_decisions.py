"""Whatever the policy, a retry stays within its limits."""

from hypothesis import given
from hypothesis import strategies as st

from config.policies import RetryPolicy
from consumer.core.error_codes import ERROR_CODES
from consumer.core.failure import Failure
from consumer.core.retry import BACKOFF_SECONDS, GiveUp, Retry, after_failure, before_attempt

seconds = st.floats(0.001, 100_000)
policies = st.builds(
    lambda base, factor, **rest: RetryPolicy(base_delay=base, max_delay=base * factor, **rest),
    seconds,
    st.floats(1, 1000),
    max_attempts=st.integers(1, 10**9),
    multiplier=st.floats(1, 100),
    jitter=st.sampled_from(["none", "full", "equal", "additive"]),
    jitter_max=st.floats(0, 100),
    deadline=st.none() | seconds,
    by_code=st.booleans(),
    enabled=st.booleans(),
    disabled_codes=st.lists(st.sampled_from(sorted(ERROR_CODES)), max_size=3).map(tuple),
)
failures = st.builds(
    Failure,
    code=st.sampled_from(sorted(ERROR_CODES)) | st.text(max_size=5),
    message=st.text(max_size=20),
    failure_class=st.sampled_from(["transient", "permanent", "timeout", "crashed"]),
    rule=st.just("explicit"),
    retry_after=st.none() | st.floats(0, 10**7),
)
attempts = st.integers(1, 10**9)
draws = st.floats(0, 1, exclude_max=True)
ages = st.floats(0, 10**7)


def longest(policy: RetryPolicy, failure: Failure) -> float:
    if failure.retry_after is not None:
        return failure.retry_after
    row = ERROR_CODES.get(failure.code)
    if policy.by_code and row is not None and row.backoff in BACKOFF_SECONDS:
        return BACKOFF_SECONDS[row.backoff][1]
    return policy.max_delay


def is_switched_off(policy: RetryPolicy, failure: Failure) -> bool:
    return not policy.enabled or failure.code in policy.disabled_codes


@given(policies, attempts, failures, ages, ages, draws)
def test_a_retry_stays_within_every_limit(
    policy: RetryPolicy,
    attempt: int,
    failure: Failure,
    age_seconds: float,
    held_seconds: float,
    draw: float,
) -> None:
    decision = after_failure(
        policy,
        attempt=attempt,
        failure=failure,
        age_seconds=age_seconds,
        draw=draw,
        held_seconds=held_seconds,
    )

    if isinstance(decision, Retry):
        assert failure.is_transient
        assert attempt < policy.max_attempts
        assert not is_switched_off(policy, failure)
        assert 0 <= decision.delay_seconds <= longest(policy, failure)
        counted = max(0.0, age_seconds - held_seconds)
        assert policy.deadline is None or counted + decision.delay_seconds <= policy.deadline
    else:
        assert decision.cause is failure


@given(policies, attempts, failures, ages, draws)
def test_giving_up_names_its_reason(
    policy: RetryPolicy, attempt: int, failure: Failure, age_seconds: float, draw: float
) -> None:
    decision = after_failure(
        policy, attempt=attempt, failure=failure, age_seconds=age_seconds, draw=draw
    )

    if isinstance(decision, GiveUp):
        expected = {
            "permanent": failure.code,
            "crashed": failure.code,
            "exhausted": "MAX_RETRIES_EXCEEDED",
            "expired": "DEADLINE_EXCEEDED",
        }
        assert decision.failure.code == expected[decision.disposition]
        assert (decision.disposition == "exhausted") == (
            failure.is_transient
            and (attempt >= policy.max_attempts or is_switched_off(policy, failure))
        )


@given(policies, failures, draws)
def test_without_a_deadline_a_transient_failure_uses_all_attempts(
    policy: RetryPolicy, failure: Failure, draw: float
) -> None:
    endless = policy.model_copy(
        update={"deadline": None, "max_attempts": 5, "enabled": True, "disabled_codes": ()},
    )
    decisions = [
        after_failure(endless, attempt=number, failure=failure, age_seconds=0.0, draw=draw)
        for number in range(1, 6)
    ]

    retries = sum(isinstance(decision, Retry) for decision in decisions)
    assert retries == (4 if failure.is_transient else 0)


@given(policies, attempts, failures, ages, ages)
def test_a_retry_that_is_due_is_made_or_has_expired(
    policy: RetryPolicy,
    attempt: int,
    failure: Failure,
    age_seconds: float,
    held_seconds: float,
) -> None:
    decision = before_attempt(
        policy,
        attempts=attempt,
        failure=failure,
        age_seconds=age_seconds,
        held_seconds=held_seconds,
    )

    expired = policy.deadline is not None and age_seconds - held_seconds > policy.deadline
    assert (decision is not None) == expired
    if decision is not None:
        assert (decision.disposition, decision.cause) == ("expired", failure)
