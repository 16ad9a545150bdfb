"""May an attempt of a processor start now, and who waits until it may?

One gate per processor: the breakers of which an attempt needs a permit, and the events that are
held because one of them gives none.  While all are closed an event costs a look at ``passes``, and
its success one number per breaker.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from config.breakers import OnOpen
from config.settings import Settings
from consumer.core.breaker import Breaker, BreakerState, Hold, Permit
from consumer.core.failure import Failure
from consumer.core.in_flight import InFlight
from consumer.core.status import BreakerStatus
from consumer.ports import Observer
from consumer.runtime.breakers import Breakers, NamedBreaker
from consumer.runtime.held_events import HeldEvents
from consumer.runtime.last_answers import LastAnswers
from consumer.runtime.retry_budgets import RetryBudgets, Starts
from processors.registry import Processor, Registry

LOOK_SECONDS = 1.0
"""How long held events wait at the most until it is looked whether one may go on: an event that
was let go on to ask may have ended otherwise."""
_SOON_SECONDS = 0.001
"""Timers run a little early."""

Passes = tuple[tuple[Breaker, Permit], ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A breaker holds attempts back."""

    name: str
    """Of the breaker."""
    on_open: OnOpen
    state: BreakerState
    hold: Hold


class Gate:
    """What stands between the events of one processor and their attempts."""

    __slots__ = ("_breakers", "_held", "_timer", "answers", "counts", "passes", "starts")

    def __init__(self, breakers: tuple[NamedBreaker, ...], starts: Starts, now: float) -> None:
        self.passes: Passes | None = ()
        """What an attempt shows when it ends; None while it has to ask first."""
        self.starts = starts
        """Of the processor; counted by whoever starts them."""
        self.answers: LastAnswers | None = None
        """Where its last answers stand in for it."""
        self._breakers = breakers
        self.counts: tuple[Callable[[float], None], ...] = ()
        """Called in place of ``succeeded`` with the time, where ``passes`` are still the same."""
        self._held = HeldEvents()
        self._timer: asyncio.TimerHandle | None = None
        self._look_at_states(now)
        for each in breakers:
            each.listeners.append(self._look)

    def enter(self, now: float) -> Passes | Refusal:
        """Return what an attempt that starts now shows when it ends; or who holds it back."""
        taken: list[tuple[Breaker, Permit]] = []
        refusals = []
        for each in self._breakers:
            answer = each.breaker.may_start(now)
            if isinstance(answer, Permit):
                taken.append((each.breaker, answer))
            else:
                state = each.breaker.state
                refusals.append(Refusal(each.name, each.policy.on_open, state, answer))
            each.tell()
        if not refusals:
            return tuple(taken)
        self._give_back(taken)
        # One failure opens the processor's breaker and that of its dependency alike: an operator
        # who asked for more than a pause at either has meant it.
        return next((each for each in refusals if each.on_open != "pause"), refusals[0])

    def succeeded(self, passes: Passes, item: InFlight, answer: Any, now: float) -> None:
        """Take note that an attempt of *item* has succeeded with *answer*."""
        for breaker, permit in passes:
            breaker.succeeded(permit, now)
        self._ended(passes, now)
        if self.answers is not None:
            self.answers.keep(item, answer)

    def failed(self, passes: Passes, failure: Failure, now: float) -> None:
        """Take note that an attempt has failed."""
        for breaker, permit in passes:
            breaker.failed(permit, failure, now)
        self._ended(passes, now)

    def abandoned(self, passes: Passes, now: float) -> None:
        """Take note that an attempt has ended in a way that says nothing."""
        self._give_back(passes)
        self._ended(passes, now)

    def hold(self, item: InFlight, seconds: float, now: float) -> None:
        """Put *item* aside until an attempt may start; in *seconds* it is asked, at the latest."""
        self._held.hold(item, now)
        self._look_in(seconds)

    def drop(self, owner: object, now: float) -> list[InFlight]:
        """Forget the held events of *owner*, a session that ends, and return them."""
        dropped = self._held.drop(owner, now)
        self._stop_unless_held()
        return dropped

    @property
    def held(self) -> int:
        """How many events wait."""
        return len(self._held)

    def _ended(self, passes: Passes, now: float) -> None:
        for each, (breaker, permit) in zip(self._breakers, passes, strict=True):
            if permit.is_probe or breaker.has_changed:
                each.moved(now)

    def _look(self, now: float) -> None:
        """Let on who may go on."""
        self._look_at_states(now)
        if not self._held:
            return
        if self.passes is not None:
            self._held.release(len(self._held), now)
            self._stop_unless_held()
            return
        asked = self.enter(now)
        if isinstance(asked, Refusal):
            self._look_in(asked.hold.seconds)
            return
        # They ask once more when a worker has them, which may take its time: until then they must
        # not burden anybody else's probes.
        self._give_back(asked)
        self._held.release(self._probes(), now)
        self._look_in(LOOK_SECONDS)

    def _look_at_states(self, now: float) -> None:
        if any(each.breaker.state != "closed" for each in self._breakers):
            self.passes = None
        elif self.passes is None or len(self.passes) < len(self._breakers):
            entered = self.enter(now)
            self.passes = None if isinstance(entered, Refusal) else entered
            self.counts = tuple(each.breaker.count_success for each in self._breakers)

    def _probes(self) -> int:
        """Return how many events it is worth to let ask at a time."""
        states = [each for each in self._breakers if each.breaker.state != "closed"]
        return min([each.policy.probes for each in states], default=1)

    def _give_back(self, passes: Iterable[tuple[Breaker, Permit]]) -> None:
        for breaker, permit in passes:
            breaker.abandoned(permit)

    def _look_in(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        at = loop.time() + min(max(seconds, _SOON_SECONDS), LOOK_SECONDS)
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = loop.call_at(at, self._is_time)

    def _is_time(self) -> None:
        self._timer = None
        self._look(asyncio.get_running_loop().time())

    def _stop_unless_held(self) -> None:
        if not self._held and self._timer is not None:
            self._timer.cancel()
            self._timer = None


NO_GATE = Gate((), Starts(), 0.0)
"""Of processors of which nothing is watched, and of fallbacks."""


class Gates:
    """The gates of a process, one per processor.

    Args:
        settings: Those of the deployment.
        registry: Its processors.
        observer: Who is told of changes.
        now: The loop's clock, seconds.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        observer: Observer,
        *,
        now: float,
    ) -> None:
        self.observer = observer
        self.budgets = RetryBudgets(settings.retry, observer, now=now)
        self._breakers = Breakers(settings, registry, observer, now=now)
        self.by_pattern: dict[str, Gate] = {}
        """By the pattern of the processor; empty where nothing is watched and nothing counted."""
        if not self._breakers.statuses() and settings.retry.budget is None:
            return
        for processor in registry:
            gate = Gate(self._breakers.of(processor), self.budgets.starts(processor.name), now)
            if processor.fallback == "cache" and self._falls_back(processor):
                gate.answers = LastAnswers()
            self.by_pattern[processor.pattern] = gate

    def drop(self, owner: object, now: float) -> list[InFlight]:
        """Forget the held events of *owner*, a session that ends, and return them."""
        return [item for gate in self.by_pattern.values() for item in gate.drop(owner, now)]

    @property
    def held(self) -> int:
        """How many events wait behind breakers."""
        return sum(gate.held for gate in self.by_pattern.values())

    def statuses(self) -> Sequence[BreakerStatus]:
        """Return what gauges and health show of the breakers."""
        return self._breakers.statuses()

    def _falls_back(self, processor: Processor) -> bool:
        return any(each.policy.on_open == "fallback" for each in self._breakers.of(processor))
