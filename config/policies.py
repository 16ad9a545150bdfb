"""How often, and how far apart, is a failing event tried again?

One frozen model per policy; the pure functions in ``consumer.core.retry`` take these very models,
so there is one definition of each limit.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from config.durations import Duration, PositiveDuration, format_duration
from config.values import CodeNames, Matches, StatusCodes

Jitter = Literal["none", "full", "equal", "additive"]
Criticality = Literal["high", "normal", "low", "realtime"]


class Frozen(BaseModel):
    """Read-only, and an unknown key is an error: a misspelt limit must not be ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class RetryPolicy(Frozen):
    """The limits of one policy; attempts are counted from 1, durations are seconds."""

    enabled: bool = True
    """Whether failing events are tried again at all; off, each gets one attempt."""

    disabled_codes: CodeNames = ()
    """Error codes after which there is no further attempt here."""

    max_attempts: PositiveInt = 4
    """Attempts in all, the first one included; 1 turns retries off."""

    base_delay: PositiveDuration = 1.0
    """Delay after the first failed attempt, before jitter."""

    max_delay: PositiveDuration = 60.0
    """Longest delay after any failed attempt; a Retry-After of the failure itself, and the ranges
    of by_code, may exceed it."""

    multiplier: float = Field(default=2.0, ge=1.0, le=100.0, allow_inf_nan=False)
    """Factor by which the delay grows with each further failed attempt."""

    jitter: Jitter = "equal"
    """How a delay d is spread: none, full (0 to d), equal (d/2 to d), additive (d plus up to
    jitter_max)."""

    jitter_max: Duration = 1.0
    """Most that additive jitter adds."""

    timeout: PositiveDuration | None = None
    """Time one attempt may take; without it the processor's own, then processing.timeout."""

    deadline: PositiveDuration | None = None
    """Age, counted from the first attempt, beyond which no further attempt is made."""

    retryable: Matches = ()
    """Exception names, error codes, or /patterns/ of messages that are transient here."""

    non_retryable: Matches = ()
    """Exception names, error codes, or /patterns/ of messages that are permanent here; wins over
    retryable."""

    retryable_status_codes: StatusCodes | None = None
    """HTTP status codes that are transient here; without it 408, 425, 429 and 5xx."""

    by_code: bool = False
    """Take the delay from the error code's back-off class instead of base_delay and multiplier."""

    @model_validator(mode="after")
    def _delays_agree(self) -> "RetryPolicy":
        if self.max_delay < self.base_delay:
            raise ValueError(
                f"max_delay ({format_duration(self.max_delay)}) is below base_delay "
                f"({format_duration(self.base_delay)}): "
                "raise the first or lower the second",
            )
        return self


class PolicyBinding(Frozen):
    """Which policy the events of a type get: one by name, or the one of a criticality."""

    event_type: str = Field(min_length=1)
    """Pattern of event types, as in a shell: invoice.*"""

    policy: str | None = None
    """Name of a policy; wins over any criticality, the processor's own policy included."""

    criticality: Criticality | None = None
    """In place of a policy: high (conservative), normal (standard), low (aggressive) or realtime
    (fast), unless a policy is named by another binding or by the processor."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "PolicyBinding":
        if (self.policy is None) == (self.criticality is None):
            both = "neither" if self.policy is None else "both"
            raise ValueError(
                f"the binding of {self.event_type!r} names {both} of policy and criticality: "
                "give one of them",
            )
        return self


BUILT_IN: dict[str, RetryPolicy] = {
    "default": RetryPolicy(),
    "conservative": RetryPolicy(max_attempts=2, base_delay=1.0, max_delay=10.0),
    "standard": RetryPolicy(max_attempts=3, base_delay=0.1, max_delay=10.0),
    "aggressive": RetryPolicy(max_attempts=5, base_delay=0.05, max_delay=10.0),
    "fast": RetryPolicy(max_attempts=3, base_delay=0.025, max_delay=1.0),
    "no_retry": RetryPolicy(max_attempts=1),
}
"""The table of policies that are always there; settings may add to them and replace them."""

POLICY_OF_CRITICALITY: Mapping[Criticality, str] = {
    "high": "conservative",
    "normal": "standard",
    "low": "aggressive",
    "realtime": "fast",
}
"""What is critical is not hammered: it fails early, where people see it.  DESIGN section 5.7."""
