"""A partition stops before it is emptied into the dead-letter topic, and always goes on again."""

import math
from typing import ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from config.guard import GuardSettings
from consumer.core.failure import Disposition
from consumer.core.flood_guard import Counts, FloodGuard, GuardChange, smell_of
from consumer.core.window_marks import WindowMarks

# Times whose sums are exact, those of a tenth of the window included.
WINDOW = 20.0
TWINS_CLOCK = 4096.0

limits = st.builds(
    GuardSettings,
    window=st.just(WINDOW),
    min_events=st.integers(1, 10),
    share=st.none() | st.sampled_from([0.1, 0.5, 1.0]),
    letters=st.none() | st.integers(1, 10),
    permanent_share=st.none() | st.sampled_from([0.1, 1.0]),
    permanent_letters=st.none() | st.integers(1, 10),
    pause=st.sampled_from([2.0, 30.0]),
    probes=st.integers(1, 5),
)
letters = st.sampled_from(
    [
        ("exhausted", "MAX_RETRIES_EXCEEDED"),
        ("expired", "DEADLINE_EXCEEDED"),
        ("refused", "CIRCUIT_BREAKER_OPEN"),
        ("poison", "INVALID_INPUT"),
        ("permanent", "UNAUTHORIZED"),
        ("conflict", "IDEMPOTENCY_CONFLICT"),
        ("crashed", "PROCESS_CRASHED"),
        ("operator", "CANCELLED"),
    ],
)


class Blind(FloodGuard):
    """A planted mistake: looks at the share of all that there ever was."""

    __slots__ = ()

    def _fresh_marks(self, now: float) -> WindowMarks[Counts]:
        return WindowMarks(math.inf, self._counts(), now)


class Open(FloodGuard):
    """A planted mistake: lets through as many as like to come, once the pause is over."""

    __slots__ = ()

    def may_admit(self, now: float) -> float:
        self._admitted = 0
        return super().may_admit(now)


class Waiting(FloodGuard):
    """A planted mistake: waits for ever for what became of the events it let through."""

    __slots__ = ()

    def may_admit(self, now: float) -> float:
        if self.state == "probing" and self._admitted >= self._settings.probes:
            return 1.0
        return super().may_admit(now)


class Guarding(RuleBasedStateMachine):
    """Events of a partition settle in any way; checked against the whole history.

    A twin is told the same, by another clock.
    """

    kind: ClassVar[type[FloodGuard]] = FloodGuard

    @initialize(limits=limits)
    def make(self, limits: GuardSettings) -> None:
        self.limits = limits
        self.now = 1024.0
        self.guard = self.kind(limits, now=self.now)
        self.twin = self.kind(limits, now=self.now + TWINS_CLOCK)
        self.settled: list[tuple[float, str | None]] = []
        self.told: list[tuple[float, GuardChange]] = []
        self.admitted: list[float] = []

    @rule(quarters=st.integers(1, 60))
    def time_passes(self, quarters: int) -> None:
        self.now += quarters / 4

    @rule(events=st.integers(1, 10))
    def events_complete(self, events: int) -> None:
        was_passing = self.guard.state == "passing"
        self.guard.completed(self.now, events)
        self.twin.completed(self.now + TWINS_CLOCK, events)
        if was_passing:
            self.settled += [(self.now, None)] * events
            assert self.guard.state == "passing"
        self._listen()

    @rule(letter=letters, count=st.integers(1, 6))
    def events_become_letters(self, letter: tuple[Disposition, str], count: int) -> None:
        smell = smell_of(*letter)
        for _ in range(count):
            before = self.guard.state
            self.guard.dead_lettered(*letter, self.now)
            self.twin.dead_lettered(*letter, self.now + TWINS_CLOCK)
            if before == "passing":
                self.settled.append((self.now, smell))
                assert (self.guard.state == "paused") in self._verdicts(smell)
            elif before == "paused":
                assert self.guard.state == before
            self._listen()

    @rule(count=st.integers(1, 12))
    def events_come(self, count: int) -> None:
        for _ in range(count):
            self._admit()

    @invariant()
    def no_more_are_let_through_than_to_see(self) -> None:
        if self.guard.state == "passing":
            assert self.guard.may_admit(self.now) == 0.0
        recent = [at for at in self.admitted if at > self.now - self.limits.pause]
        assert len(recent) <= self.limits.probes

    @invariant()
    def none_is_let_through_while_it_is_paused(self) -> None:
        if self.told and self.told[-1][1].after == "paused":
            paused_at = self.told[-1][0]
            if self.now < paused_at + self.limits.pause:
                assert self.guard.may_admit(self.now) > 0

    @invariant()
    def what_changed_is_one_chain(self) -> None:
        assert not self.guard.has_changed
        changes = [change for _, change in self.told]
        states = ["passing", *(change.after for change in changes)]
        assert [change.before for change in changes] == states[:-1]
        assert self.guard.state == states[-1]

    def teardown(self) -> None:
        """Whoever asks when told to gets through, though what came before never settles."""
        if not hasattr(self, "guard"):
            return
        for _ in range(10 + 2 * self.limits.probes):
            if self.guard.state == "passing":
                break
            wait = self._admit()
            self.now += wait
        assert self.guard.state != "paused"
        while self.guard.state == "probing":
            assert self._admit_in_time()
            self.events_complete(1)

    def _admit_in_time(self) -> bool:
        wait = self._admit()
        self.now += wait
        return wait == 0.0 or self._admit() == 0.0

    def _admit(self) -> float:
        was_passing = self.guard.state == "passing"
        wait = self.guard.may_admit(self.now)
        assert self.twin.may_admit(self.now + TWINS_CLOCK) == wait
        self._listen()
        assert 0.0 <= wait <= self.limits.pause
        if wait == 0.0 and not was_passing:
            self.admitted.append(self.now)
        return wait

    def _listen(self) -> None:
        changes = self.guard.take_changes()
        assert self.twin.take_changes() == changes
        for change in changes:
            self.told.append((self.now, change))
            if change.after != "probing":
                self.settled.clear()
                self.admitted.clear()

    def _verdicts(self, smell: str | None) -> set[bool]:
        """Say whether the letter just counted stops it, for all lengths the window may have."""
        return {
            self._is_too_much(smell, self.settled[-length:])
            for length in range(
                sum(at > self.now - WINDOW for at, _ in self.settled),
                1 + sum(at > self.now - 1.1 * WINDOW for at, _ in self.settled),
            )
        }

    def _is_too_much(self, smell: str | None, settled: list[tuple[float, str | None]]) -> bool:
        if smell is None:
            return False
        is_outage = smell == "outage"
        share = self.limits.share if is_outage else self.limits.permanent_share
        number = self.limits.letters if is_outage else self.limits.permanent_letters
        found = sum(each == smell for _, each in settled)
        by_share = share is not None and found >= share * len(settled)
        enough = len(settled) >= self.limits.min_events
        return (by_share and enough) or (number is not None and found >= number)


TestGuarding = Guarding.TestCase
QUICK = settings(phases=[Phase.generate], report_multiple_bugs=False, max_examples=300)


@pytest.mark.parametrize("planted", [Blind, Open, Waiting])
def test_a_planted_mistake_is_caught(planted: type[FloodGuard]) -> None:
    class Planted(Guarding):
        kind = planted

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Planted, settings=QUICK)
