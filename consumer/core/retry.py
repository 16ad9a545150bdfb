"""Is a failed attempt tried again, and after how long?

Pure: policy, attempt number, failure, age and random draw are arguments, so any decision can be
replayed in a test.  The waits are tenacity's wait strategies; the waiting itself is done by the
runtime.
"""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, cast

from tenacity import RetryCallState, wait_exponential
from tenacity.wait import wait_base

from config.policies import RetryPolicy
from consumer.core.error_codes import ERROR_CODES, BackoffClass
from consumer.core.failure import Disposition, Failure

BACKOFF_SECONDS: dict[BackoffClass, tuple[float, float]] = {
    "immediate": (0.0, 1.0),
    "short": (1.0, 10.0),
    "long": (60.0, 300.0),
}
"""From and to, in seconds; ``none`` is no range: the policy's own delay is used."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The event gets another attempt."""

    delay_seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The event gets no further attempt: it becomes a letter."""

    disposition: Disposition
    failure: Failure
    """What the letter says; MAX_RETRIES_EXCEEDED or DEADLINE_EXCEEDED where a limit decided."""
    cause: Failure
    """The last failure as it was: letters are grouped by its code."""


class Moment(NamedTuple):
    """All that a wait strategy of tenacity reads of its RetryCallState."""

    attempt_number: int


@dataclass(frozen=True, slots=True)
class JitteredWait(wait_base):
    """A wait strategy that spreads the delays of another one by a draw it is given.

    ``equal`` keeps half of the delay and draws the rest (AWS Architecture Blog, "Exponential
    Backoff And Jitter", 2015); ``additive`` is capped as a whole, as Google Cloud's guide has it.
    """

    ceiling: wait_base
    policy: RetryPolicy
    draw: float

    def __call__(self, retry_state: RetryCallState) -> float:
        """Return the delay after the attempt that *retry_state* numbers."""
        delay = self.ceiling(retry_state)
        jitter = self.policy.jitter
        if jitter == "full":
            return delay * self.draw
        if jitter == "equal":
            return delay * (0.5 + 0.5 * self.draw)
        if jitter == "additive":
            return min(delay + self.draw * self.policy.jitter_max, self.policy.max_delay)
        return delay


@dataclass(frozen=True, slots=True)
class DrawnWait(wait_base):
    """A wait strategy that draws from a range, whichever attempt it is."""

    low: float
    high: float
    draw: float

    def __call__(self, _retry_state: RetryCallState) -> float:
        """Return the same for every attempt."""
        return self.low + self.draw * (self.high - self.low)


def after_failure(
    policy: RetryPolicy,
    *,
    attempt: int,
    failure: Failure,
    age_seconds: float,
    draw: float,
    held_seconds: float = 0.0,
) -> Retry | GiveUp:
    """Decide what follows a failed attempt.

    Args:
        policy: The operator's limits.
        attempt: Number of the attempt that failed; the first is 1.
        failure: Why it failed, already classified.
        age_seconds: Time since the first attempt began, against ``policy.deadline``.
        draw: Uniform in [0, 1); spreads the retries of many events apart.
        held_seconds: How much of that age went by behind an open breaker; it does not count.
    """
    if not failure.is_transient:
        crashed = failure.failure_class == "crashed"
        return GiveUp("crashed" if crashed else "permanent", failure, failure)
    if attempt >= policy.max_attempts:
        return _exhausted(failure, attempt)
    if not policy.enabled or failure.code in policy.disabled_codes:
        return _switched_off(failure, attempt, policy)
    delay = delay_seconds(policy, attempt=attempt, failure=failure, draw=draw)
    age = max(0.0, age_seconds - held_seconds)
    if policy.deadline is not None and age + delay > policy.deadline:
        until = f"the next one, {delay:.1f} s on, would pass"
        return _expired(failure, attempt, age, held_seconds, until, policy.deadline)
    return Retry(delay)


def before_attempt(
    policy: RetryPolicy,
    *,
    attempts: int,
    failure: Failure,
    age_seconds: float,
    held_seconds: float = 0.0,
) -> GiveUp | None:
    """Decide whether a retry that is due is still made; None where it is.

    Its delay was within the deadline when it was decided; that nobody ran when it was due, or that
    it had to wait for others, may have taken longer.

    Args:
        policy: The operator's limits, as they are now.
        attempts: How many were made.
        failure: Of the last one.
        age_seconds: Time since the first attempt began.
        held_seconds: How much of that age went by behind an open breaker; it does not count.
    """
    age = max(0.0, age_seconds - held_seconds)
    if policy.deadline is None or age <= policy.deadline:
        return None
    return _expired(failure, attempts, age, held_seconds, "the next one is past", policy.deadline)


def delay_seconds(policy: RetryPolicy, *, attempt: int, failure: Failure, draw: float) -> float:
    """Return how long to wait after *attempt* (the first is 1).

    A wait that the failure itself names is kept exactly, beyond ``max_delay`` too: whoever asked
    for it knows better, and coming early would only be refused again.
    """
    if failure.retry_after is not None:
        return failure.retry_after
    return _strategy(policy, failure.code, draw)(cast("RetryCallState", Moment(attempt)))


def _strategy(policy: RetryPolicy, code: str, draw: float) -> wait_base:
    if policy.by_code and code in ERROR_CODES:
        limits = BACKOFF_SECONDS.get(ERROR_CODES[code].backoff)
        if limits is not None:
            return DrawnWait(*limits, draw)
    # tenacity caps the exponent itself, so a huge attempt number overflows nothing.
    ceiling = wait_exponential(
        multiplier=policy.base_delay,
        exp_base=policy.multiplier,
        max=policy.max_delay,
    )
    return JitteredWait(ceiling, policy, draw)


def _exhausted(failure: Failure, attempt: int) -> GiveUp:
    message = f"Failed after {_attempts(attempt)}: {failure.message}"
    return _given_up("exhausted", failure, message, f"max_attempts:{attempt}")


def _switched_off(failure: Failure, attempt: int, policy: RetryPolicy) -> GiveUp:
    if policy.enabled:
        rule = f"disabled_codes:{failure.code}"
        why = f"retries of {failure.code} are switched off (disabled_codes of retry or its policy)"
    else:
        rule = "enabled:false"
        why = "retries are switched off (enabled of retry or its policy)"
    message = f"Failed after {_attempts(attempt)}, and {why}: {failure.message}"
    return _given_up("exhausted", failure, message, rule)


def _expired(
    failure: Failure,
    attempts: int,
    age_seconds: float,
    held_seconds: float,
    until: str,
    deadline: float,
) -> GiveUp:
    held = f" ({held_seconds:.1f} s behind an open breaker not counted)" if held_seconds else ""
    message = (
        f"Gave up after {_attempts(attempts)}, {age_seconds:.1f} s after the first began{held}: "
        f"{until} the deadline of {deadline:g} s. Last failure: {failure.message}"
    )
    return _given_up("expired", failure, message, f"deadline:{deadline:g}")


def _given_up(
    disposition: Literal["exhausted", "expired"],
    failure: Failure,
    message: str,
    rule: str,
) -> GiveUp:
    code = "MAX_RETRIES_EXCEEDED" if disposition == "exhausted" else "DEADLINE_EXCEEDED"
    given_up = replace(failure, code=code, message=message, rule=rule, retry_after=None)
    return GiveUp(disposition, given_up, failure)


def _attempts(count: int) -> str:
    return f"{count} attempt" if count == 1 else f"{count} attempts"
