"""Does so much of a partition become dead letters that it had better stop?

Pure: the clock is an argument.  One guard per partition::

                 too many letters that smell of an outage
    passing ---------------------------------------------> paused
       ^                                                    |
       | enough of what settles is well           pause is over, one asks
       |                                                    v
       +------------------------------------------------ probing ---> paused
                                                  too much of it is not

While it is not passing, whatever settles is looked at, the events let through to see and those that
were under way alike: each ended just now, so each says how things are.
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from config.guard import GuardSettings
from consumer.core.failure import Disposition
from consumer.core.window_marks import WindowMarks

GuardState = Literal["passing", "paused", "probing"]
Smell = Literal["outage", "permanent"]
"""What a letter speaks of: a dependency that is down, or events that no waiting helps."""

_SHARE_BY_NUMBER = 0.5
"""Of the probes, where a number of letters and no share is the limit."""


@dataclass(frozen=True, slots=True)
class GuardChange:
    """What a metric and a log line are told."""

    before: GuardState
    after: GuardState
    reason: str
    smell: Smell
    pause_seconds: float | None = None
    """How long nothing is let through, where it paused."""


class Counts(NamedTuple):
    """Events that have settled since the guard was made, and those of them with letters."""

    settled: int
    outage: int
    permanent: int


def smell_of(disposition: Disposition, code: str) -> Smell | None:
    """Return what a letter speaks of; None where it is one of neither.

    Args:
        disposition: Of the letter.
        code: Its error code.
    """
    if code == "CIRCUIT_BREAKER_OPEN" or disposition in {"exhausted", "expired"}:
        return "outage"
    return "permanent" if disposition in {"poison", "permanent", "conflict"} else None


class FloodGuard:
    """Whether events of one partition are let through.

    Args:
        settings: The operator's limits; ``enabled`` is the owner's business.
        now: Any clock that does not go back, seconds; the same in all calls.
    """

    __slots__ = (
        "_admitted",
        "_bad",
        "_changes",
        "_good",
        "_letters",
        "_marks",
        "_pause_ends",
        "_settings",
        "_settled",
        "_smell",
        "state",
    )

    def __init__(self, settings: GuardSettings, *, now: float) -> None:
        self._settings = settings
        self.state: GuardState = "passing"
        self._settled = 0
        self._letters: dict[Smell, int] = {"outage": 0, "permanent": 0}
        self._marks = self._fresh_marks(now)
        self._smell: Smell = "outage"
        self._pause_ends = 0.0
        self._admitted = 0
        self._good = 0
        self._bad = 0
        self._changes: list[GuardChange] = []

    def may_admit(self, now: float) -> float:
        """Return 0.0 where one more event may be let through; else seconds until to ask again."""
        if self.state == "passing":
            return 0.0
        if now >= self._pause_ends:
            if self.state == "paused":
                self._change("probing", f"paused for {self._settings.pause:g} s")
                self._good = self._bad = 0
            # What was let through before may be waiting for another attempt, and for long: as
            # much again is let through after the same time, so that nothing waits for ever.
            self._pause_ends = now + self._settings.pause
            self._admitted = 0
        if self.state == "probing" and self._admitted < self._settings.probes:
            self._admitted += 1
            return 0.0
        return self._pause_ends - now

    def completed(self, now: float, events: int = 1) -> None:
        """Take note of *events* that have settled without a letter."""
        if self.state == "passing":
            if now >= self._marks.slice_ends:
                self._marks.turn(self._counts(), now)
            self._settled += events
        elif self.state == "probing":
            self._good += events
            self._judge_probes(now)

    def dead_lettered(self, disposition: Disposition, code: str, now: float) -> None:
        """Take note of an event that has become a letter, with this error code."""
        smell = smell_of(disposition, code)
        if self.state == "passing":
            self._marks.turn(self._counts(), now)
            self._settled += 1
            if smell is not None:
                self._letters[smell] += 1
                self._judge(smell, now)
        elif self.state == "probing":
            if smell == self._smell:
                self._bad += 1
            else:
                self._good += 1
            self._judge_probes(now)

    def take_changes(self) -> list[GuardChange]:
        """Return what has changed since the last call, oldest first."""
        changes, self._changes = self._changes, []
        return changes

    @property
    def has_changed(self) -> bool:
        """Whether ``take_changes`` has something to say."""
        return bool(self._changes)

    def _judge(self, smell: Smell, now: float) -> None:
        before = self._marks.before(now)
        settled = self._settled - before.settled
        letters = self._letters[smell] - getattr(before, smell)
        settings = self._settings
        share, number = self._limits(smell)
        if number is not None and letters >= number:
            reason = f"{letters} dead letters within {settings.window:g} s"
        elif share is not None and settled >= settings.min_events and letters >= share * settled:
            reason = f"{letters} of {settled} settled events became dead letters"
        else:
            return
        self._smell = smell
        self._pause(now, reason)

    def _judge_probes(self, now: float) -> None:
        share, _ = self._limits(self._smell)
        probes = self._settings.probes
        # 0.1 * 30 is a little above 3 as a float.
        too_many = max(1, math.ceil((share or _SHARE_BY_NUMBER) * probes - 1e-9))
        if self._bad >= too_many:
            self._pause(now, f"{self._bad} of {self._bad + self._good} became dead letters again")
        elif self._good > probes - too_many:
            self._change("passing", f"{self._good} of {self._good + self._bad} settled well")
            self._marks = self._fresh_marks(now)

    def _pause(self, now: float, reason: str) -> None:
        pause = self._settings.pause
        self._pause_ends = now + pause
        self._change("paused", reason, pause)

    def _change(self, state: GuardState, reason: str, pause_seconds: float | None = None) -> None:
        change = GuardChange(self.state, state, reason, self._smell, pause_seconds)
        self._changes.append(change)
        self.state = state

    def _limits(self, smell: Smell) -> tuple[float | None, int | None]:
        settings = self._settings
        if smell == "outage":
            return settings.share, settings.letters
        return settings.permanent_share, settings.permanent_letters

    def _counts(self) -> Counts:
        return Counts(self._settled, **self._letters)

    def _fresh_marks(self, now: float) -> WindowMarks[Counts]:
        return WindowMarks(self._settings.window, self._counts(), now)
