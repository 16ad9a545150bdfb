"""Who may have killed the process, and how does it run all the same?

After a death every event that may have been in flight is announced in the ledger before it runs;
one that was announced before another death runs alone in the process, and one that was alone when
it died does not run again.  The decisions are ``consumer.core.quarantine``'s.
"""

import asyncio
from collections import deque
from collections.abc import Collection

from consumer.core.in_flight import InFlight
from consumer.core.parking import announced
from consumer.core.precaution import Precaution
from consumer.core.quarantine import charged
from consumer.runtime.environment import Environment
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.turns import Turns

GROUP = 100
"""Suspects of one partition that are announced and have not ended.  As many go on with each commit,
some thousands a second; and as many run one by one after the next death, for a few seconds."""


class Suspects:
    """The suspects of one session whose turn has come."""

    def __init__(self, env: Environment, state: PartitionState, turns: Turns) -> None:
        """Let suspects have the turns of *turns* when it is safe."""
        self._env = env
        self._state = state
        self._turns = turns
        self._waiting: deque[InFlight] = deque()
        self._group: set[InFlight] = set()
        self._announced: dict[str, InFlight] = {}
        self._alone: asyncio.Queue[InFlight] = asyncio.Queue()
        self._is_announced = asyncio.Event()
        turns.suspects = self

    def wait(self, item: InFlight) -> None:
        """Let *item*, whose turn it is, wait until it may run."""
        match item.precaution:
            case Precaution.GROUP:
                self._waiting.append(item)
                self._announce()
            case Precaution.ALONE:
                self._alone.put_nowait(item)
            case _:
                if item.prior is not None and item.prior.crash is not None:
                    item.history, item.preset = charged(item.history, item.prior.crash)
                item.precaution = None
                self._turns.give(item)

    def ended(self, item: InFlight) -> None:
        """Take note that the turn of *item* is over, or that it waits for another attempt."""
        item.precaution = None
        self._group.discard(item)
        self._announce()

    def committed(self, keys: Collection[str]) -> None:
        """Take note that the entries of *keys* are visible: who was announced by them may run."""
        if not self._announced:
            return
        for key in keys:
            item = self._announced.pop(key, None)
            if item is None:
                continue
            if item.precaution is Precaution.ALONE:
                self._is_announced.set()
            else:
                self._turns.give(item)
        self._env.pool.wake()

    async def run(self) -> None:
        """Run those who must be alone, one after the other, until the session ends."""
        while True:
            item = await self._alone.get()
            async with self._env.pool.solitude():
                if item.owner.ending:
                    # Whoever owns the partition next finds it as it is.
                    return
                self._is_announced.clear()
                self._say(item, alone=True)
                await self._is_announced.wait()
                self._turns.count()
                await self._env.pool.run_alone(item)
                await self._outcome_committed(item.key)

    def _announce(self) -> None:
        while self._waiting and len(self._group) < GROUP:
            item = self._waiting.popleft()
            self._group.add(item)
            self._say(item, alone=False)

    def _say(self, item: InFlight, *, alone: bool) -> None:
        """Write that *item* is about to run."""
        crash = self._state.quarantine.announcement(self._env.clocks.now(), alone=alone)
        self._state.pending.journal[item.key] = announced(item, crash)
        self._announced[item.key] = item
        # Nobody of them runs before that is committed: no waiting for company.
        self._state.press()

    async def _outcome_committed(self, key: str) -> None:
        """Wait until what became of *key* is visible; nobody else runs meanwhile."""
        state = self._state
        while state.is_pending(key):
            state.press()
            await state.commits.wait()
