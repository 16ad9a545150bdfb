"""A breaker lets through what it should, and nothing makes it stay open for ever."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from consumer.core.breaker import Breaker, Hold, Permit
from consumer.core.failure import Failure
from tests.property.breaker_calls import Calling
from tests.unit.core.letter_examples import a_failure

TestCalling = Calling.TestCase
QUICK = settings(phases=[Phase.generate], report_multiple_bugs=False, max_examples=300)


class Forgetful(Breaker):
    """A planted mistake: lets any number of probes through."""

    __slots__ = ()

    def _probe(self, now: float) -> Permit | Hold:
        self._probes.clear()
        return super()._probe(now)


class Patient(Breaker):
    """A planted mistake: waits for ever for a probe that does not answer."""

    __slots__ = ()

    def _probe(self, now: float) -> Permit | Hold:
        full = len(self._probes) >= self._policy.probes
        return Hold(1.0) if full else super()._probe(now)


class Gullible(Breaker):
    """A planted mistake: takes the end of an attempt from before for one of its probes."""

    __slots__ = ()

    def _ended_probe(self, permit: Permit) -> bool:
        self._probes.pop(permit, None)
        return self.state == "half_open"


class Nervous(Breaker):
    """A planted mistake: counts what is the event's own fault."""

    __slots__ = ()

    def failed(self, permit: Permit, failure: Failure, now: float) -> None:
        super().failed(permit, a_failure(failure_class="transient"), now)


class Stubborn(Breaker):
    """A planted mistake: every failed probe doubles the time, without an end."""

    __slots__ = ()

    def _open(self, now: float, reason: str) -> None:
        self._open_seconds *= 2
        super()._open(now, reason)


@pytest.mark.parametrize("planted", [Forgetful, Patient, Gullible, Nervous, Stubborn])
def test_a_planted_mistake_is_caught(planted: type[Breaker]) -> None:
    class Planted(Calling):
        kind = planted

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Planted, settings=QUICK)
