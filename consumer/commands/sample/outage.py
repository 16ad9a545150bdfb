"""Which dependency of the sample is down for a while, and what do its events do meanwhile?

The payment gateway of the example processors, by the switch that anyone may use.  The events that
need it are tried so patiently that they are parked, and complete once it is back.
"""

import asyncio
import os
from collections.abc import Callable

from config.policies import PolicyBinding, RetryPolicy
from config.settings import Settings
from processors.examples.gateway import SWITCH, SWITCH_FILE

SECONDS = 2.0
"""How long it is down; shorter than the first delay of the policy, so that one retry is enough."""
_BEGINS = 0.25
"""Share of the sample that is published before."""
_LOOK_SECONDS = 0.05
_EVENT_TYPE = "invoice.issued"
_POLICY = "patient"
_PATIENT = RetryPolicy(
    max_attempts=4,
    base_delay=2.2,
    multiplier=1.0,
    jitter="additive",
    jitter_max=1.3,
    max_delay=3.5,
)


def with_patience(settings: Settings) -> Settings:
    """Return *settings* under which the outage can be watched; what they say themselves stays.

    Without a breaker, which would hold the events in memory and for longer than the sample lasts;
    without a retry budget, which lives on first attempts, and after a sample there are none.
    """
    retry, breakers = settings.retry, settings.breakers
    changed: dict[str, object] = {
        "policies": {_POLICY: _PATIENT, **retry.policies},
        "bindings": (*retry.bindings, PolicyBinding(event_type=_EVENT_TYPE, policy=_POLICY)),
    }
    if "budget" not in retry.model_fields_set:
        changed["budget"] = None
    if not breakers.model_fields_set:
        breakers = breakers.model_copy(update={"enabled": False})
    return settings.model_copy(
        update={"retry": retry.model_copy(update=changed), "breakers": breakers}
    )


class Outage:
    """The payment gateway's, once in a sample; none where somebody else has their hand on it."""

    def __init__(self) -> None:
        self.is_on = False
        self.is_over = False
        """Whether there was one, and it has ended."""

    async def run(self, share_published: Callable[[], float]) -> None:
        """Switch the gateway off when enough is published, and on again some seconds later."""
        if os.environ.get(SWITCH) or os.environ.get(SWITCH_FILE):
            return
        while share_published() < _BEGINS:  # noqa: ASYNC110 - looked at, as the view does
            await asyncio.sleep(_LOOK_SECONDS)
        os.environ[SWITCH] = "down"
        self.is_on = True
        try:
            await asyncio.sleep(SECONDS)
        finally:
            del os.environ[SWITCH]
            self.is_on, self.is_over = False, True
