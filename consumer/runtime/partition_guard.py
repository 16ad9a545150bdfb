"""Is one partition let on, or has too much of it become dead letters?

While its flood guard has tripped, first attempts wait here and nothing is read; after a pause some
events are let through to see.  Retries go on: their events were let in before.
"""

import asyncio
from collections.abc import Callable

from consumer.core.failure import Disposition
from consumer.core.flood_guard import FloodGuard, GuardState
from consumer.core.in_flight import InFlight
from consumer.core.outage_facts import GuardChanged
from consumer.core.precaution import Precaution
from consumer.runtime.environment import Environment
from consumer.runtime.held_events import HeldEvents

_SOON_SECONDS = 0.001
"""Timers run a little early."""


class PartitionGuard:
    """The flood guard of one session's partition, and the events that it holds."""

    __slots__ = (
        "_admits_at",
        "_env",
        "_guard",
        "_held",
        "_let_through",
        "_partition",
        "_time",
        "_timer",
        "completed",
        "tripped",
    )

    def __init__(self, env: Environment, partition: int) -> None:
        """Guard *partition*; only inside the running loop."""
        loop = asyncio.get_running_loop()
        settings = env.settings.guard
        self.tripped = False
        """Whether not everything is let through; asked for every event."""
        self.completed = 0
        """Events that have settled without a letter and that the guard has not been told of."""
        self._env = env
        self._partition = partition
        self._time: Callable[[], float] = loop.time
        self._guard = FloodGuard(settings, now=loop.time()) if settings.enabled else None
        self._held = HeldEvents()
        # Those may have to wait for something else too, and must not be counted again.
        self._let_through: set[InFlight] = set()
        self._admits_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def state(self) -> GuardState:
        """Return what gauges and health show."""
        return "passing" if self._guard is None else self._guard.state

    @property
    def held(self) -> int:
        """How many events wait here."""
        return len(self._held)

    def admits(self, item: InFlight, now: float) -> bool:
        """Whether *item* may go on to its attempt; else it is held, and comes again.

        Only asked while tripped.
        """
        guard = self._guard
        if guard is None or item.history is not None or item in self._let_through:
            return True
        if item.precaution is Precaution.ALONE:
            # All others wait for it, and it must not wait for them.
            return True
        if not self._held:
            wait = guard.may_admit(now)
            self._tell()
            if wait <= 0:
                self._let_through.add(item)
                return True
            self._ask_in(wait, now)
        self._held.hold(item, now)
        return False

    def most_to_read(self) -> int | None:
        """Return how many records may be read, as far as this decides; None for any number."""
        if not self.tripped:
            return None
        if self._held or self._time() < self._admits_at:
            return 0
        # Nobody is left to let through to see.
        return self._env.settings.guard.probes

    def dead_lettered(self, disposition: Disposition, code: str) -> None:
        """Take note of an event that has become a letter."""
        guard = self._guard
        if guard is None:
            return
        now = self._time()
        self._count(guard, now)
        guard.dead_lettered(disposition, code, now)
        if guard.has_changed:
            self._changed(guard, now)

    def look(self) -> None:
        """Hand over what was ``completed``: at each commit, while tripped at each event."""
        guard = self._guard
        if guard is None or not self.completed:
            return
        now = self._time()
        self._count(guard, now)
        if guard.has_changed:
            self._changed(guard, now)

    def end(self) -> list[InFlight]:
        """Let nobody on any more; return who waited."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return self._held.take_all()

    def _count(self, guard: FloodGuard, now: float) -> None:
        # A letter says more than what completed before it: first things first.
        if self.completed:
            guard.completed(now, self.completed)
            self.completed = 0

    def _changed(self, guard: FloodGuard, now: float) -> None:
        self._tell()
        self.tripped = guard.state != "passing"
        if not self.tripped:
            self._let_through.clear()
            self._held.release(len(self._held), now)
            self._env.source.wake()
        elif guard.state == "paused":
            self._let_through.clear()
            self._admits_at = now + self._env.settings.guard.pause
            self._let_on(now)

    def _let_on(self, now: float) -> None:
        """Let on as many as the guard admits, oldest record first."""
        guard = self._guard
        while guard is not None and self._held:
            wait = guard.may_admit(now)
            self._tell()
            if wait > 0:
                self._ask_in(wait, now)
                return
            released = self._held.release(1, now)
            if not released:
                return
            self._let_through.update(released)

    def _ask_in(self, seconds: float, now: float) -> None:
        self._admits_at = now + seconds
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(seconds, _SOON_SECONDS), self._is_time)

    def _is_time(self) -> None:
        self._timer = None
        self._let_on(self._time())

    def _tell(self) -> None:
        guard = self._guard
        if guard is None:
            return
        for change in guard.take_changes():
            self._env.observer.observe(
                GuardChanged(
                    self._env.settings.topics.input,
                    self._partition,
                    change.before,
                    change.after,
                    change.reason,
                    change.smell,
                    change.pause_seconds,
                ),
            )
