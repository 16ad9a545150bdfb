"""What do failures mean, and how is a failing event tried again?"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, StringConstraints

from config.policies import BUILT_IN, Frozen, PolicyBinding, RetryPolicy
from config.values import check_match


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


class ClassificationRule(Frozen):
    """An operator's word on what a failure means."""

    match: Annotated[str, AfterValidator(check_match)]
    """Exception name, error code, or /pattern/ searched in the message."""

    classify: Literal["transient", "permanent"]
    """What such a failure is."""

    code: str | None = Field(default=None, pattern="^[A-Z][A-Z0-9_]*$")
    """Error code it gets, in place of its own."""


class ClassificationSettings(Frozen):
    """What failures mean."""

    default: Literal["transient", "permanent"] = "transient"
    """What a failure is that nothing else recognised."""

    rules: tuple[ClassificationRule, ...] = ()
    """Looked at in order, after what the exception itself says; permanent ones first."""


class RetrySettings(Frozen):
    """Which policies there are, and who gets which."""

    default_policy: str = "default"
    """Policy of events that nothing binds to another."""

    policies: Policies = Field(default_factory=dict)
    """Policies of your own, by name; under a built-in name, what is given changes that one."""

    bindings: tuple[PolicyBinding, ...] = ()
    """Policies by event type; the first match wins over what the processor asks for."""

    max_waiting: PositiveInt = 2000
    """Events that may wait in memory for their next attempt; intake waits at the bound."""

    def named(self) -> dict[str, RetryPolicy]:
        """Return every policy by name, the built-in ones included."""
        return {**BUILT_IN, **self.policies}
