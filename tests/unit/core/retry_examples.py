"""A failure that may pass, and what is decided about it with one thing varied."""

from config.policies import RetryPolicy
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
    held_seconds: float = 0.0,
) -> Retry | GiveUp:
    return after_failure(
        policy,
        attempt=attempt,
        failure=failure,
        age_seconds=age_seconds,
        draw=draw,
        held_seconds=held_seconds,
    )
