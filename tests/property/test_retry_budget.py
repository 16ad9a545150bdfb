"""Retries never exceed their share of first attempts, and none waits for ever."""

from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from config.retries import RetrySettings
from consumer.core.retry_budget import LONGEST_WAIT_SECONDS, RetryBudget

limits = st.builds(
    RetrySettings,
    budget=st.sampled_from([0.001, 0.1, 0.2, 1.0]),
    budget_floor=st.integers(2, 20),
    budget_window=st.sampled_from([1.0, 10.0, 60.0]),
)


class Hoarding(RetryBudget):
    """A planted mistake: what was not used in quiet times may be used all at once."""

    __slots__ = ()

    def __init__(self, settings: RetrySettings, *, now: float) -> None:
        super().__init__(settings, now=now)
        self._capacity = 1_000_000.0


class Refusing(RetryBudget):
    """A planted mistake: without first attempts there are no retries."""

    __slots__ = ()

    def _flow_in(self, now: float) -> None:
        self._at = now


class Jostling(RetryBudget):
    """A planted mistake: all who wait are told the same moment."""

    __slots__ = ()

    def take(self, now: float, *, has_waited: bool = False) -> float:
        wait = super().take(now, has_waited=has_waited)
        self._next_turn = now
        return wait


class Retrying(RuleBasedStateMachine):
    """First attempts and retries of one processor; those who must wait come back when told."""

    kind: ClassVar[type[RetryBudget]] = RetryBudget

    @initialize(limits=limits)
    def make(self, limits: RetrySettings) -> None:
        self.limits = limits
        self.now = 1000.0
        self.budget = self.kind(limits, now=self.now)
        self.firsts: list[tuple[float, int]] = []
        self.retries: list[float] = []
        self.waiting: list[float] = []

    @rule(seconds=st.floats(0.0, 100.0))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(count=st.integers(1, 1000))
    def events_are_attempted(self, count: int) -> None:
        self.budget.first_attempts(count)
        self.firsts.append((self.now, count))

    @rule(count=st.integers(1, 15))
    def retries_come(self, count: int) -> None:
        for _ in range(count):
            self._take(has_waited=False)

    @precondition(lambda self: self.waiting)
    @rule()
    def those_who_waited_come_back(self) -> None:
        due = sorted(at for at in self.waiting if at <= self.now)
        self.waiting = [at for at in self.waiting if at > self.now]
        for _ in due:
            self._take(has_waited=True)

    @invariant()
    def retries_never_exceed_their_share(self) -> None:
        limits = self.limits
        assert limits.budget is not None
        recent = [at for at in self.retries if at >= self.now - limits.budget_window]
        for begin in set(recent):
            retries = sum(at >= begin for at in recent)
            firsts = sum(count for at, count in self.firsts if at >= begin)
            assert retries <= limits.budget * firsts + limits.budget_floor + 1e-3

    def teardown(self) -> None:
        """Of those who wait one gets its turn, though no event comes any more."""
        if not hasattr(self, "budget") or not self.waiting:
            return
        one_flows_in = 2 * self.limits.budget_window / self.limits.budget_floor
        end = max(self.now, min(self.waiting)) + one_flows_in + 2 * LONGEST_WAIT_SECONDS
        made = len(self.retries)
        while len(self.retries) == made:
            self.now = max(self.now, min(self.waiting))
            assert self.now <= end
            self.those_who_waited_come_back()

    def _take(self, *, has_waited: bool) -> None:
        wait = self.budget.take(self.now, has_waited=has_waited)
        if wait == 0.0:
            self.retries.append(self.now)
        else:
            assert 0 < wait <= LONGEST_WAIT_SECONDS + 1e-9
            self.waiting.append(self.now + wait)


TestRetrying = Retrying.TestCase
QUICK = settings(phases=[Phase.generate], report_multiple_bugs=False, max_examples=300)


@pytest.mark.parametrize("planted", [Hoarding, Refusing])
def test_a_planted_mistake_is_caught(planted: type[RetryBudget]) -> None:
    class Planted(Retrying):
        kind = planted

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Planted, settings=QUICK)


def _moments_told(kind: type[RetryBudget], limits: RetrySettings) -> list[float]:
    budget = kind(limits, now=0.0)
    answers = [budget.take(0.0) for _ in range(limits.budget_floor + 20)]
    return [wait for wait in answers if wait > 0]


@given(limits)
def test_those_who_wait_are_told_one_moment_after_the_other(limits: RetrySettings) -> None:
    told = _moments_told(RetryBudget, limits)

    assert len(told) >= 20
    assert all(
        earlier < later or later == LONGEST_WAIT_SECONDS for earlier, later in pairwise(told)
    )


def test_telling_all_the_same_moment_is_noticed() -> None:
    told = _moments_told(Jostling, RetrySettings())

    assert not all(earlier < later for earlier, later in pairwise(told))


@given(limits, st.lists(st.tuples(st.integers(0, 50), st.integers(0, 8)), max_size=30))
def test_the_same_history_gives_the_same_answers(
    limits: RetrySettings,
    history: list[tuple[int, int]],
) -> None:
    now = 0.0
    one, other = (RetryBudget(limits, now=begin) for begin in (0.0, 4096.0))
    for firsts, eighths in history:
        now += eighths / 8
        one.first_attempts(firsts)
        for _ in range(firsts):
            other.first_attempts()

        assert one.take(now) == pytest.approx(other.take(now + 4096.0))
