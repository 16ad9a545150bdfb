"""Whose turn is it in one session, and who waits for a next attempt?"""

import asyncio

from consumer.core.in_flight import InFlight
from consumer.runtime.environment import Environment
from consumer.runtime.partition_state import PartitionState


class Turns:
    """The way of a session's events between their lanes and the workers."""

    def __init__(self, env: Environment, state: PartitionState) -> None:
        self._env = env
        self._state = state
        self._ready = env.pool.ready
        self._lanes = state.lanes
        self._timers: dict[InFlight, asyncio.TimerHandle] = {}
        self._active = 0
        """Events that a worker has, or will have without waiting for a timer."""
        self._rested = asyncio.Event()
        self._rested.set()

    def give(self, item: InFlight) -> None:
        """Queue *item* for a worker: it is its turn."""
        self._active += 1
        self._ready.append(item)

    def enter(self, item: InFlight) -> None:
        """Queue *item* in its lane."""
        if self._lanes.enter(item.lane, item):
            self._active += 1
            self._ready.append(item)

    def leave(self, item: InFlight) -> None:
        """End the turn of *item*: the next of its lane is ready."""
        following = self._lanes.leave(item.lane)
        if following is not None:
            self._ready.append(following)
            return
        self._active -= 1
        if self._active <= 0:
            self._rested.set()
            self._state.rest()

    def put_aside(self) -> None:
        """Let an event wait that a worker had, and somebody keeps: its key waits with it."""
        self._rest()

    def resume(self, item: InFlight) -> None:
        """Give *item*, which was put aside, back to the workers."""
        self.give(item)
        self._env.pool.wake()

    def wait(self, item: InFlight, delay_seconds: float) -> None:
        """Give *item* its next attempt after a delay; its key waits with it, no worker does."""
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

    def _is_due(self, item: InFlight, has_waited: bool = False) -> None:
        loop = asyncio.get_running_loop()
        name = "" if item.processor is None else item.processor.name
        longer = self._env.budgets.wait_seconds(name, loop.time(), has_waited=has_waited)
        if longer > 0:
            self._timers[item] = loop.call_later(longer, self._is_due, item, True)
            return
        del self._timers[item]
        self._env.bounds.waiting -= 1
        self.resume(item)

    def _rest(self) -> None:
        self._active -= 1
        if self._active <= 0:
            self._rested.set()
