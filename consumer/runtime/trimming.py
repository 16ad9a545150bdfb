"""When are entries of the ledger forgotten?

Beside the commits, a portion at a time: what is out of its window and surely past, by the horizon;
and, where the ledger is over its bound, the oldest that may go.  Both go by tombstone, in the next
group commit.
"""

import asyncio

from consumer.core.expiry import may_evict, may_expire
from consumer.core.ledger_entry import Entry, decode_entry
from consumer.core.session_facts import LedgerTrimmed
from consumer.ports import SessionLostError
from consumer.runtime.environment import Environment
from consumer.runtime.partition_state import PartitionState

PORTION = 1000
"""Tombstones in one group commit, at most; a few milliseconds of work."""
ROUNDS_PER_WINDOW = 200
LOOK_SECONDS = 1.0
"""How often the number of entries is compared with its bound."""
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.2, 60.0


class Trimming:
    """The forgetting of one session."""

    def __init__(self, env: Environment, state: PartitionState) -> None:
        self._env = env
        self._state = state
        window = env.settings.dedup.window
        pause = window / ROUNDS_PER_WINDOW
        self._pause_seconds = min(MAX_PAUSE_SECONDS, max(MIN_PAUSE_SECONDS, pause))

    async def run(self) -> None:
        """Trim until cancelled."""
        loop = asyncio.get_running_loop()
        next_expiry = loop.time() + self._pause_seconds
        wait = min(self._pause_seconds, LOOK_SECONDS)
        while True:
            await asyncio.sleep(wait)
            expired = released = 0
            if loop.time() >= next_expiry or self._state.full:
                await self._look_at_watermark()
                expired, released = self._expire()
                next_expiry = loop.time() + self._pause_seconds
            evicted = self._evict()
            self._tell(expired, evicted, released)
            more = expired + evicted >= PORTION or self._state.full
            if expired >= PORTION:
                next_expiry = loop.time()
            wait = MIN_PAUSE_SECONDS if more else min(self._pause_seconds, LOOK_SECONDS)

    def _tell(self, expired: int, evicted: int, released: int) -> None:
        if not (expired or evicted):
            return
        state = self._state
        state.signal()
        self._env.observer.observe(
            LedgerTrimmed(state.partition, expired, evicted, len(state.ledger), released),
        )

    async def _look_at_watermark(self) -> None:
        horizon = self._state.horizon
        if not horizon.wants_watermark:
            return
        asked_at = self._env.clocks.now()
        try:
            bounds = await self._env.source.bounds(self._env.input(self._state.partition))
            control = 0
            if self._state.reads_control:
                place = self._env.control(self._state.partition)
                control = (await self._env.source.bounds(place)).end
        except SessionLostError:
            # The broker is away: nothing expires meanwhile, and the commits will notice.
            return
        horizon.saw(bounds.end, asked_at, control)
        progress = self._state.progress
        horizon.committed(progress.next_input, progress.next_control)

    def _expire(self) -> tuple[int, int]:
        """Forget what has expired; return how many, and how many keys go on because of it."""
        state, window = self._state, self._env.settings.dedup.window
        reached = state.horizon.reached
        if reached is None:
            return 0, 0
        forgotten = released = 0
        for key in state.ledger.take_settled(reached - window, PORTION):
            encoded = state.ledger.get(key)
            if encoded is None:
                continue
            entry = decode_entry(encoded)
            if key not in state.in_flight and may_expire(
                entry,
                horizon=reached,
                window=window,
                letter_retention=self._env.letter_retention_seconds,
                committed_input=state.progress.next_input,
            ):
                state.pending.forgotten.append(key)
                forgotten += 1
                released += self._release(entry)
            else:
                state.ledger.defer(key, self._env.clocks.now())
        return forgotten, released

    def _release(self, entry: Entry) -> bool:
        """Let the key go on that the letter of an expired entry has held, if it held one."""
        if entry.holds is None or entry.letter is None:
            return False
        state, now = self._state, self._env.clocks.now()
        released = state.parked.release(entry.holds.lane, entry.letter.dlq_ids[-1], now)
        state.due_changed()
        return released

    def _evict(self) -> int:
        """Forget the oldest beyond ``dedup.max_entries``; counted, because dedup is cut short."""
        state = self._state
        over = len(state.ledger) - len(state.pending.forgotten)
        over -= self._env.settings.dedup.max_entries
        if over <= 0:
            state.full = False
            return 0
        now = self._env.clocks.now()
        forgotten = 0
        kept = []
        for key in state.ledger.take_settled(now, min(over, PORTION)):
            encoded = state.ledger.get(key)
            if encoded is None:
                continue
            if key not in state.in_flight and may_evict(
                decode_entry(encoded),
                committed_input=state.progress.next_input,
            ):
                state.pending.forgotten.append(key)
                forgotten += 1
            else:
                kept.append(key)
        for key in kept:
            state.ledger.defer(key, now)
        state.full = forgotten == 0
        return forgotten
