"""Which retry policies are there, where do retries wait, and how many may there be?"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PositiveInt, StringConstraints

from config.durations import Duration, PositiveDuration
from config.policies import BUILT_IN, Frozen, PolicyBinding, RetryPolicy
from config.values import CodeNames, OptionalShare


def _over_built_in(policies: object) -> object:
    """Lay what is given for a built-in policy over it: changing one limit keeps the others."""
    if not isinstance(policies, Mapping):
        return policies
    return {
        name: {**BUILT_IN[name].model_dump(), **given}
        if name in BUILT_IN and isinstance(given, Mapping)
        else given
        for name, given in policies.items()
    }


# It becomes a label of metrics.
PolicyName = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_-]{0,62}$")]
Policies = Annotated[dict[PolicyName, RetryPolicy], BeforeValidator(_over_built_in)]


class RetrySettings(Frozen):
    """Which policies there are, who gets which, where retries wait, and how many there may be."""

    enabled: bool = True
    """Whether failing events are tried again at all; off, each gets one attempt, whatever its
    policy says."""

    disabled_codes: CodeNames = ()
    """Error codes after which there is no further attempt, whatever the policy says."""

    default_policy: str = "default"
    """Policy of events that nothing binds to another."""

    policies: Policies = Field(default_factory=dict)
    """Policies of your own, by name; under a built-in name, what is given changes that one."""

    bindings: tuple[PolicyBinding, ...] = ()
    """Policies by event type; the first match wins over what the processor asks for."""

    max_waiting: PositiveInt = 2000
    """Events that may wait in memory for their next attempt; intake waits at the bound."""

    in_memory_max: Duration = 2.0
    """Longest delay that is waited for in memory; what has to wait longer is parked in the ledger,
    and survives any restart."""

    catch_up_rate: float = Field(default=200.0, gt=0, allow_inf_nan=False)
    """Parked events started per second and partition when their time passed while nobody ran, so
    that a restart after a long stop does not fall upon what they depend on all at once."""

    max_parked: PositiveInt = 100_000
    """Parked events per partition; at the bound its intake pauses."""

    max_parked_bytes: PositiveInt = 128 * 1024 * 1024
    """Bytes of their records per partition; at the bound its intake pauses."""

    on_dead_letter: Literal["continue", "hold_key"] = "continue"
    """What the later events of a key do when one of them becomes a dead letter: go on, or wait
    until the letter is sent again, discarded or expired."""

    budget: OptionalShare = 0.2
    """Retries a processor may make per first attempt: 0.2 is one per five (Finagle's default, and
    Envoy's); beyond it they wait longer.  None: no limit."""

    budget_floor: int = Field(default=100, ge=2)
    """Retries per budget_window that are always possible, however few first attempts there are
    (Finagle's 10 a second)."""

    budget_window: PositiveDuration = 10.0
    """Stretch of time to which the two above apply: in any such, retries never exceed budget
    times first attempts plus budget_floor."""

    def named(self) -> dict[str, RetryPolicy]:
        """Return every policy by name, the built-in ones included, as these settings leave it."""
        policies = {**BUILT_IN, **self.policies}
        if self.enabled and not self.disabled_codes:
            return policies
        return {name: self._restricted(policy) for name, policy in policies.items()}

    def _restricted(self, policy: RetryPolicy) -> RetryPolicy:
        return policy.model_copy(
            update={
                "enabled": self.enabled and policy.enabled,
                "disabled_codes": tuple(
                    dict.fromkeys((*policy.disabled_codes, *self.disabled_codes)),
                ),
            },
        )
