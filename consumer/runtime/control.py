"""In which order, and when, is what stands on the control topic carried out?

One after the other, in log order.  No bound, breaker or guard keeps an operator's act waiting; it
only waits until nothing of its entry is on its way to be committed.  An event on its way home is
load like any other: it waits for room, a second at most while there is some in the ledger.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from consumer.core.act import Act, NotAnActError, read_act
from consumer.core.record import Record
from consumer.core.session_facts import ControlRefused
from consumer.runtime.acts import Acts
from consumer.runtime.arrivals import Arrivals
from consumer.runtime.environment import Environment
from consumer.runtime.homecoming import Homecoming
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.redrives import Redrives
from consumer.runtime.settlements import Settlements

QUEUE_RECORDS = 2_000
"""Read and not carried out yet; beyond it the control log is not read on."""
PORTION = 64
"""Carried out before others have their turn."""
ROOM_SECONDS = 1.0
"""How long an event on its way home waits for room in memory before it waits in the ledger."""
LOOK_SECONDS = 0.05


class Control:
    """What is read of one control partition."""

    def __init__(
        self,
        env: Environment,
        state: PartitionState,
        acts: Acts,
        homecoming: Homecoming,
        owner: Any,
        *,
        cautious_before: int,
    ) -> None:
        """Carry out what is read.

        Args:
            env: Of the process.
            state: Of the session.
            acts: Carries out what operators ask for.
            homecoming: Admits events without a key.
            owner: The session; once it is ending, nothing more is carried out.
            cautious_before: Control offset below which an event may have killed the last owner:
                it does not run before it stands in the ledger.
        """
        self._env = env
        self._state = state
        self._acts = acts
        self._homecoming = homecoming
        self._owner = owner
        self._cautious_before = cautious_before
        self._queue: deque[Record] = deque()
        self._arrived = asyncio.Event()
        self._position = state.next_control
        """Of the client, once all that it delivered is carried out."""
        self.next = state.next_control
        """Next offset to read."""
        self._has_waited = False
        """Whether an event on its way home has waited for room in vain."""

    @classmethod
    def of(
        cls,
        env: Environment,
        state: PartitionState,
        settlements: Settlements,
        parking: Parking,
        owner: Any,
        *,
        cautious_before: int,
    ) -> "Control":
        """Return what carries out for the session *owner*; *cautious_before* as above."""
        arrivals = Arrivals(env, state, settlements.turns, parking)
        redrives = Redrives(env, state, parking, arrivals)
        acts = Acts(env, state, settlements, parking, redrives)
        homecoming = Homecoming(env, state, parking, arrivals)
        return cls(env, state, acts, homecoming, owner, cautious_before=cautious_before)

    @property
    def is_wanted(self) -> bool:
        """Whether more should be read."""
        return len(self._queue) < QUEUE_RECORDS

    def accept(self, records: Sequence[Record]) -> None:
        """Queue *records*, in log order; those that were read before are passed over."""
        for record in records:
            if record.offset >= self.next:
                self.next = record.offset + 1
                self._queue.append(record)
        self._arrived.set()

    def passed(self, position: int) -> None:
        """Take note of the client's position, behind all that was accepted."""
        self.next = max(self.next, position)
        self._position = max(self._position, position)
        self._arrived.set()

    async def run(self) -> None:
        """Carry out until the session ends."""
        while not self._owner.ending:
            for _ in range(PORTION):
                if not self._queue or self._owner.ending:
                    break
                if not await self._take(self._queue[0]):
                    return
                self._queue.popleft()
            if not self._queue:
                self._pass(self._position)
                self._arrived.clear()
                await self._arrived.wait()
            else:
                await asyncio.sleep(0)

    async def _take(self, record: Record) -> bool:
        """Carry one out, to be passed with whatever that leaves pending; False at the end."""
        try:
            act = read_act(record)
        except NotAnActError as error:
            partition = self._state.partition
            self._env.observer.observe(ControlRefused(partition, record.offset, str(error)))
            self._pass(record.offset + 1)
            return True
        is_cautious = record.offset < self._cautious_before
        if act.kind == "home" and act.record is not None:
            has_room = await self._has_room()
            if self._owner.ending:
                return False
            # No wait from here to the passing: both are for the same commit.
            at_once = has_room and not is_cautious
            self._homecoming.accept(act.record, record.offset, at_once=at_once)
        else:
            await self._committed(act)
            if self._owner.ending:
                return False
            self._acts.carry_out(act, record.offset)
        self._pass(record.offset + 1)
        return True

    def _pass(self, next_offset: int) -> None:
        state = self._state
        if next_offset > state.next_control:
            state.next_control = next_offset
            state.signal()

    async def _committed(self, act: Act) -> None:
        """Wait until nothing of the entries of *act* is on its way."""
        state = self._state
        keys = self._acts.keys(act)
        while any(state.is_pending(key) for key in keys):
            state.press()
            await state.commits.wait()

    async def _has_room(self) -> bool:
        """Wait for room in memory; False where there is none, but in the ledger."""
        loop = asyncio.get_running_loop()
        until = loop.time() + (0.0 if self._has_waited else ROOM_SECONDS)
        retry = self._env.settings.retry
        while self._env.bounds.room() <= 0:
            is_full = self._state.parked.load.is_full(
                max_entries=retry.max_parked, max_bytes=retry.max_parked_bytes
            )
            if loop.time() >= until and not is_full:
                self._has_waited = True
                return False
            await asyncio.sleep(LOOK_SECONDS)
        self._has_waited = False
        return True
