"""When do the parked events of one session run?

Never before their due time.  What becomes due while the session lives starts at once; what was
missed while nobody ran is caught up with in due order, at a bounded rate.
"""

import asyncio
from typing import Any

from consumer.core.catch_up import CatchUp
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState

PORTION = 128
"""Events started before others have their turn: reading their records takes a few milliseconds."""
LOOK_SECONDS = 1.0
"""How often the clock on the wall is looked at: it may be set, timers know nothing of it."""
NO_ROOM_SECONDS = 0.05
"""How soon it is looked again where the process has no room for more in flight."""


class Due:
    """Starts the parked events of one session."""

    def __init__(
        self, env: Environment, state: PartitionState, parking: Parking, owner: Any
    ) -> None:
        """Start what is due through *parking* while *owner*, the session, is not ending."""
        self._env = env
        self._state = state
        self._parking = parking
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._catch_up = CatchUp(env.settings.retry.catch_up_rate, self._loop.time())

    async def run(self) -> None:
        """Start events until the session ends."""
        state = self._state
        while not self._owner.ending:
            state.due.clear()
            started = self._start()
            if started:
                self._env.pool.wake()
            if started >= PORTION:
                await asyncio.sleep(0)
                continue
            await self._wait()

    def _start(self) -> int:
        """Start what may start now; return how many did."""
        heads = self._state.parked.due
        limit = min(PORTION, self._env.bounds.room())
        due = heads.take_due(self._env.clocks.now(), limit)
        allowed = min(limit - len(due), self._catch_up.allowance(self._loop.time()))
        missed = heads.take_missed(allowed)
        self._catch_up.start(len(missed))
        for key in (*due, *missed):
            self._parking.start(key)
        return len(due) + len(missed)

    async def _wait(self) -> None:
        """Wait until something may be due, or may have become so earlier."""
        heads = self._state.parked.due
        next_due = heads.next_due()
        waits = [] if next_due is None else [max(0.0, next_due - self._env.clocks.now())]
        if heads.has_missed:
            waits.append(self._catch_up.wait_seconds())
        timeout = min([*waits, LOOK_SECONDS]) if waits else None
        if timeout is not None and self._env.bounds.room() <= 0:
            timeout = max(timeout, NO_ROOM_SECONDS)
        try:
            async with asyncio.timeout(timeout):
                await self._state.due.wait()
        except TimeoutError:
            return
