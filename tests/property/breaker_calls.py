"""What may happen to a breaker, and what must hold whatever does?"""

from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from config.breakers import BreakerPolicy
from consumer.core.breaker import Breaker, BreakerChange, Hold, Permit
from consumer.core.failure import Failure, FailureClass
from tests.unit.core.letter_examples import a_failure

PROBE_SECONDS = 32.0
# Times whose sums are exact, those of a tenth of the window included.
WINDOW = 20.0
TWINS_CLOCK = 4096.0

policies = st.builds(
    BreakerPolicy,
    failures=st.integers(1, 5),
    failure_rate=st.none() | st.sampled_from([0.1, 0.5, 1.0]),
    rate_calls=st.integers(1, 8),
    min_calls=st.integers(1, 6),
    window=st.just(WINDOW),
    open_time=st.sampled_from([2.0, 8.0]),
    max_open_time=st.sampled_from([8.0, 32.0]),
    probes=st.integers(1, 3),
)


class Calling(RuleBasedStateMachine):
    """Attempts start where they may and end anyhow; checked against the whole history.

    A twin is told the same, by another clock.
    """

    kind: ClassVar[type[Breaker]] = Breaker

    @initialize(policy=policies)
    def make(self, policy: BreakerPolicy) -> None:
        self.policy = policy
        self.now = 1024.0
        self.breaker = self.kind(policy, now=self.now, probe_seconds=PROBE_SECONDS)
        self.twin = self.kind(policy, now=self.now + TWINS_CLOCK, probe_seconds=PROBE_SECONDS)
        self.twins_permit: dict[Permit, Permit] = {}
        self.running: list[tuple[Permit, float, int]] = []
        self.ended: list[Permit] = []
        self.told: list[BreakerChange] = []
        self.calls: list[tuple[float, bool]] = []
        self.round = 0
        self.successes = 0
        self.held = 0.0

    @rule(quarters=st.integers(1, 40))
    def time_passes(self, quarters: int) -> None:
        self._wait(quarters / 4)

    @rule(count=st.integers(1, 4))
    def some_start(self, count: int) -> None:
        for _ in range(count):
            if isinstance(answer := self._ask(), Permit):
                self.running.append((answer, self.now, self.round))
            else:
                assert 0 < answer.seconds <= max(self.policy.max_open_time, PROBE_SECONDS)

    @precondition(lambda self: self.breaker.state == "open")
    @rule(count=st.integers(1, 4))
    def some_start_as_soon_as_they_may(self, count: int) -> None:
        if isinstance(answer := self._ask(), Hold):
            self._wait(answer.seconds)
        self.some_start(count)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def one_succeeds(self, data: st.DataObject) -> None:
        permit, _, begun_in = self._end(data)
        before = self.breaker.state
        if self._is_of_this_stretch(permit):
            self.calls.append((self.now, False))
        elif permit.is_probe and begun_in == self.round:
            self.successes += 1
        self._succeed(permit)
        if self.breaker.state != before:
            assert self.breaker.state == "closed"
            assert begun_in == self.round
            assert self.successes >= self.policy.probes

    @precondition(lambda self: self.running)
    @rule(data=st.data(), failure_class=st.sampled_from(["transient", "timeout", "crashed"]))
    def one_fails(self, data: st.DataObject, failure_class: FailureClass) -> None:
        self._end_in_failure(self._end(data), failure_class)

    @rule()
    def nothing_is_well_any_more(self) -> None:
        """Enough failures open it, whatever came before."""
        for _ in range(20):
            if isinstance(answer := self._ask(), Hold):
                return
            self._end_in_failure((answer, self.now, self.round), "transient")
        raise AssertionError("20 failures in a row did not open it")

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def one_fails_for_good(self, data: st.DataObject) -> None:
        before = self.breaker.state
        self._fail(self._end(data)[0], a_failure(failure_class="permanent"))
        assert self.breaker.state == before

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def one_is_abandoned(self, data: st.DataObject) -> None:
        before = self.breaker.state
        permit = self._end(data)[0]
        self.breaker.abandoned(permit)
        self.twin.abandoned(self.twins_permit[permit])
        assert self.breaker.state == before

    @precondition(lambda self: self.ended)
    @rule(data=st.data(), succeeds=st.booleans())
    def the_end_of_a_probe_is_told_again(self, data: st.DataObject, *, succeeds: bool) -> None:
        permit = data.draw(st.sampled_from(self.ended))
        before = self.breaker.state
        if succeeds:
            self._succeed(permit)
        else:
            self._fail(permit, a_failure())
        assert self.breaker.state == before

    def teardown(self) -> None:
        if hasattr(self, "breaker"):
            self._all_is_well_again()

    @invariant()
    def never_more_probes_than_allowed(self) -> None:
        if self.breaker.state == "half_open":
            recent = (p for p, begun, _ in self.running if self.now - begun < PROBE_SECONDS)
            assert sum(permit.is_probe for permit in recent) <= self.policy.probes

    @invariant()
    def what_changed_is_one_chain(self) -> None:
        assert not self.breaker.has_changed
        states = ["closed", *(change.after for change in self.told)]
        assert [change.before for change in self.told] == states[:-1]
        assert self.breaker.state == states[-1]

    @invariant()
    def it_is_open_within_its_limits(self) -> None:
        longest = max(self.policy.max_open_time, self.policy.open_time)
        for change in self.told:
            if change.after == "open":
                assert change.open_seconds is not None
                assert self.policy.open_time <= change.open_seconds <= longest

    @invariant()
    def the_time_behind_it_is_exact(self) -> None:
        assert self.breaker.held_seconds(self.now) == self.held

    def _all_is_well_again(self) -> None:
        """Whoever asks when told to gets through, and successes close it."""
        for _ in range(50):
            if isinstance(answer := self._ask(), Hold):
                self._wait(answer.seconds)
                continue
            if not answer.is_probe:
                break
            self.successes += 1
            self._succeed(answer)
        assert self.breaker.state == "closed"

    def _end_in_failure(
        self,
        attempt: tuple[Permit, float, int],
        failure_class: FailureClass,
    ) -> None:
        permit, begun, begun_in = attempt
        before = self.breaker.state
        counts = self._is_of_this_stretch(permit)
        self._fail(permit, a_failure(failure_class=failure_class))
        if counts:
            self.calls.append((self.now, True))
            assert (self.breaker.state == "open") in self._verdicts()
        elif not permit.is_probe or begun_in != self.round:
            assert self.breaker.state == before
        elif before == "half_open" and self.now - begun < PROBE_SECONDS:
            assert self.breaker.state == "open"

    def _is_of_this_stretch(self, permit: Permit) -> bool:
        return self.breaker.state == "closed" and permit is self.breaker.may_start(self.now)

    def _ask(self) -> Permit | Hold:
        answer = self.breaker.may_start(self.now)
        same = self.twin.may_start(self.now + TWINS_CLOCK)
        if isinstance(answer, Permit):
            assert isinstance(same, Permit)
            self.twins_permit[answer] = same
        else:
            assert answer == same
        self._listen()
        return answer

    def _succeed(self, permit: Permit) -> None:
        self.breaker.succeeded(permit, self.now)
        self.twin.succeeded(self.twins_permit[permit], self.now + TWINS_CLOCK)
        self._listen()

    def _fail(self, permit: Permit, failure: Failure) -> None:
        self.breaker.failed(permit, failure, self.now)
        self.twin.failed(self.twins_permit[permit], failure, self.now + TWINS_CLOCK)
        self._listen()

    def _wait(self, seconds: float) -> None:
        if self.breaker.state != "closed":
            self.held += seconds
        self.now += seconds

    def _end(self, data: st.DataObject) -> tuple[Permit, float, int]:
        attempt = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        # All attempts of a closed stretch share a permit; only that of a probe is its own.
        if attempt[0].is_probe:
            self.ended.append(attempt[0])
        return attempt

    def _listen(self) -> None:
        changes = self.breaker.take_changes()
        assert self.twin.take_changes() == changes
        for change in changes:
            self.told.append(change)
            if change.after == "half_open":
                self.round += 1
                self.successes = 0
            elif change.after == "closed":
                self.calls.clear()
                self.ended += [permit for permit, _, _ in self.running if permit.is_probe]
                self.running = [each for each in self.running if not each[0].is_probe]

    def _verdicts(self) -> set[bool]:
        """Say whether the failure just counted opens it, for all lengths the window may have."""
        shortest = sum(at > self.now - WINDOW for at, _ in self.calls)
        longest = sum(at > self.now - 1.1 * WINDOW for at, _ in self.calls)
        return {self._is_too_much(calls) for calls in range(shortest, longest + 1)}

    def _is_too_much(self, calls: int) -> bool:
        policy = self.policy
        recent = [failed and at > self.now - WINDOW for at, failed in self.calls]
        newest = min(calls, policy.rate_calls)
        enough = policy.failure_rate is None or (
            sum(recent[-newest:]) / newest >= policy.failure_rate
        )
        return calls >= policy.min_calls and sum(recent) >= policy.failures and enough
