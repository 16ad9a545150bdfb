"""Whose turn is it in one session, and who waits for a next attempt?"""

import asyncio
from typing import Protocol

from consumer.core.in_flight import InFlight
from consumer.runtime.environment import Environment
from consumer.runtime.partition_state import PartitionState


class Gate(Protocol):
    """Who decides when a suspect runs."""

    def wait(self, item: InFlight) -> None:
        """Let *item*, whose turn it is, wait until it may run."""
        ...

    def ended(self, item: InFlight) -> None:
        """Take note that *item* has survived its attempt."""
        ...


class Turns:
    """The way of a session's events between their lanes and the workers."""

    def __init__(self, env: Environment, state: PartitionState) -> None:
        self._env = env
        self._state = state
        self._ready = env.pool.ready
        self._lanes = state.lanes
        self._timers: dict[InFlight, asyncio.TimerHandle] = {}
        self.suspects: Gate | None = None
        """Asked before a suspect runs; set by whoever makes both."""
        self._active = 0
        """Events that a worker has, or will have without waiting for a timer."""
        self._rested = asyncio.Event()
        self._rested.set()

    def give(self, item: InFlight) -> None:
        """Queue *item* for a worker: it is its turn, and nothing is held against it."""
        self._active += 1
        self._ready.append(item)

    def count(self) -> None:
        """Take note that an event has a turn without a worker of the pool."""
        self._active += 1

    def begin(self, item: InFlight) -> None:
        """Let *item* run, whose turn has come; a suspect when that is safe."""
        if item.precaution is not None and self.suspects is not None:
            self.suspects.wait(item)
        else:
            self.give(item)

    def enter(self, item: InFlight) -> None:
        """Queue *item* in its lane."""
        if self._lanes.enter(item.lane, item):
            if item.precaution is not None:
                self.begin(item)
                return
            self._active += 1
            self._ready.append(item)

    def leave(self, item: InFlight) -> None:
        """End the turn of *item*: the next of its lane is ready."""
        if item.precaution is not None:
            self._clear(item)
        if item.place is not None:
            self._leave_parked(item)
            return
        following = self._lanes.leave(item.lane)
        if following is not None:
            if following.precaution is not None:
                self._rest()
                self.begin(following)
                return
            self._ready.append(following)
            return
        self._rest()

    def part(self, item: InFlight) -> list[InFlight]:
        """End the turn of *item*, which leaves memory; return who waits behind it, in order."""
        self._clear(item)
        self._rest()
        return self.followers(item)

    def followers(self, item: InFlight) -> list[InFlight]:
        """Return who waits behind *item*, in order, and let nobody of its lane wait in memory."""
        return [] if item.place is not None else self._lanes.disband(item.lane)

    def take_waiting(self) -> list[tuple[InFlight, float, list[InFlight]]]:
        """End the waits for a next attempt; return each event, its seconds left, its followers."""
        now = asyncio.get_running_loop().time()
        waiting = [(item, timer.when() - now) for item, timer in self._timers.items()]
        self.end()
        return [(item, seconds, self.followers(item)) for item, seconds in waiting]

    def put_aside(self) -> None:
        """Let an event wait that a worker had, and somebody keeps: its key waits with it."""
        self._rest()

    def resume(self, item: InFlight) -> None:
        """Give *item*, which was put aside, back to the workers."""
        self.give(item)
        self._env.pool.wake()

    def wait(self, item: InFlight, delay_seconds: float) -> None:
        """Give *item* its next attempt after a delay; its key waits with it, no worker does."""
        self._clear(item)
        self._env.bounds.waiting += 1
        loop = asyncio.get_running_loop()
        self._timers[item] = loop.call_later(delay_seconds, self._is_due, item)
        self._rest()

    def end(self) -> None:
        """Let nobody wait any more."""
        for timer in self._timers.values():
            timer.cancel()
        self._env.bounds.waiting -= len(self._timers)
        self._timers.clear()

    async def rest(self) -> None:
        """Return once no event is with a worker, or will be before a timer."""
        while self._active > 0:
            self._rested.clear()
            await self._rested.wait()

    def begin_retry(self, item: InFlight) -> None:
        """Let *item* run, a parked retry that is due, as soon as the budget of retries allows."""
        longer = self._longer(item)
        if longer > 0:
            self._env.bounds.waiting += 1
            loop = asyncio.get_running_loop()
            self._timers[item] = loop.call_later(longer, self._is_due, item, True)
        else:
            self.begin(item)

    def _longer(self, item: InFlight, *, has_waited: bool = False) -> float:
        """Return how many seconds more a retry that is due has to wait."""
        name = "" if item.processor is None else item.processor.name
        now = asyncio.get_running_loop().time()
        return self._env.budgets.wait_seconds(name, now, has_waited=has_waited)

    def _is_due(self, item: InFlight, has_waited: bool = False) -> None:
        longer = self._longer(item, has_waited=has_waited)
        if longer > 0:
            loop = asyncio.get_running_loop()
            self._timers[item] = loop.call_later(longer, self._is_due, item, True)
            return
        del self._timers[item]
        self._env.bounds.waiting -= 1
        if item.precaution is None:
            self.resume(item)
        else:
            self.begin(item)
            self._env.pool.wake()

    def _clear(self, item: InFlight) -> None:
        """Let the next suspects run: *item* has survived its attempt."""
        if item.precaution is not None and self.suspects is not None:
            self.suspects.ended(item)

    def _leave_parked(self, item: InFlight) -> None:
        """End the turn of the head of a parked lane: the next of it is due."""
        state, place = self._state, item.place
        if place is not None:
            state.parked.settle(place, self._env.clocks.now())
            state.due_changed()
        self._rest()

    def _rest(self) -> None:
        self._active -= 1
        if self._active <= 0:
            self._rested.set()
            # However the last turn ended: a commit that waits for company waits for nobody now.
            self._state.rest()
