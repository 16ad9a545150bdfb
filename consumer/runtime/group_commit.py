"""How does everything settled since the last commit become visible at once?

Per partition, one at a time: take what is settled, add progress and the offset of the settled
prefix, commit, and only then let the ledger in memory and the committable move.
"""

import asyncio
from collections.abc import Callable

from consumer.core.answer import answer
from consumer.core.facts import BatchCommitted
from consumer.core.giving_up import raised
from consumer.core.in_flight import Deferred
from consumer.core.ledger_entry import decode_entry
from consumer.core.pace import SettlingRate, linger_seconds
from consumer.core.settlement import Settled
from consumer.ports import LedgerStore, RefusedError, SessionLostError, Writer
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.suspects import Suspects
from consumer.runtime.taking import Taken, Taking

IDLE_COMMIT_SECONDS = 1.0
"""The committable moves at least this often, even when only duplicates went by."""
TICK_SECONDS = 1e-6
"""A timer may end earlier by that much: who waits for the rest of it waits again and again."""


class GroupCommit:
    """The commits of one session."""

    def __init__(
        self,
        env: Environment,
        state: PartitionState,
        writer: Writer,
        parking: Parking,
        suspects: Suspects,
        moved: Callable[[], None],
    ) -> None:
        """Commit what *state* has pending, through *writer*; *moved* is called after each."""
        self._moved = moved
        self._taking = Taking(env, state)
        self._parking = parking
        self._suspects = suspects
        self._env = env
        self._state = state
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._ended_at = 0.0
        self._committed_at = self._loop.time()
        self._rate = SettlingRate(self._loop.time())

    async def run(self, until: asyncio.Event) -> None:
        """Commit whenever something is due; return once *until* is set and nothing is pending.

        Raises:
            SessionLostError: A commit failed, or its outcome is unknown.
        """
        while await self._due(until):
            await self.commit()

    async def commit(self, *, clean: bool = False) -> None:
        """Commit what is settled now; *clean* marks the end of the session.

        Raises:
            SessionLostError: It failed, or its outcome is unknown.
        """
        taken = self._take(clean=clean)
        self._state.committing = taken.keys
        started = self._loop.time()
        try:
            receipt = await self._writer.commit(taken.batch)
        except SessionLostError as error:
            self._state.pending.forgotten += taken.forgotten
            if isinstance(error, RefusedError):
                offsets = [settled.position for settled in taken.settled]
                offsets += [item.position for item, _ in taken.parked]
                self._state.refusals.refused(offsets, error.role, str(error))
            raise
        self._ended_at = self._loop.time()
        self._committed_at = self._ended_at
        self._advance(taken, receipt.state_offset)
        self._state.committing = None
        self._suspects.committed(taken.journal.keys())
        self._state.commits.tell()
        self._moved()
        if self._env.bounds.starved:
            self._env.source.wake()
        self._rate.add(len(taken.settled), self._ended_at)
        for act in taken.acts:
            self._env.observer.observe(act.fact)
        self._env.observer.observe(
            BatchCommitted(
                self._state.partition,
                len(taken.settled),
                self._ended_at - started,
                taken.progress.next_input,
                taken.tally,
            ),
        )

    async def _due(self, until: asyncio.Event) -> bool:
        """Wait until a commit is worth its cost; False at the end."""
        state = self._state
        while True:
            if state.lost is not None:
                raise state.lost
            if state.pending or self._is_homeward():
                await self._linger()
                return True
            moved = state.has_moved()
            if moved and self._loop.time() - self._committed_at >= IDLE_COMMIT_SECONDS:
                return True
            if until.is_set():
                return False
            await state.changed(IDLE_COMMIT_SECONDS if moved else None)

    async def _linger(self) -> None:
        """Wait for company, longer under load, unless the batch is full."""
        settings, pressed = self._env.settings.commit, False
        while not pressed and len(self._state.pending.settled) < settings.max_events:
            linger = linger_seconds(
                settings,
                sessions=self._env.sessions,
                events_per_second=self._rate.per_second,
                backlog=self._backlog(),
                company_expected=self._company_expected(),
            )
            remaining = self._ended_at + linger - self._loop.time()
            if remaining <= TICK_SECONDS:
                return
            pressed = await self._state.pressed(remaining)

    def _company_expected(self) -> bool:
        state = self._state
        waiting = len(state.pending.settled) + len(state.pending.parked)
        return len(state.offsets) > waiting or self._backlog() > 0

    def _is_homeward(self) -> bool:
        """Whether an event on its way home lies below what can be committed."""
        homeward = self._state.pending.homeward
        return bool(homeward) and homeward[0][0] < self._state.offsets.committable

    def _backlog(self) -> int:
        """Return how many offsets are known to lie unread in the log."""
        end = self._env.source.high_watermark(self._env.input(self._state.partition))
        return 0 if end is None else max(0, end - self._state.offsets.next)

    def _take(self, *, clean: bool) -> Taken:
        """Take what is settled and say it in records."""
        return self._taking.take(clean=clean)

    def _advance(self, taken: Taken, state_offset: int | None) -> None:
        """Let memory follow what is now visible."""
        state = self._state
        ledger: LedgerStore = state.ledger
        apply = ledger.apply
        for key in taken.forgotten:
            apply(key, None, None)
        for key, entry in taken.journal.items():
            apply(key, entry, None)  # its place in the order of settling, where it has one, stays
        now = self._env.clocks.now()
        taken.tally.end_to_end_seconds += [
            now - done.timestamp / 1000 for done in taken.settled if done.item is not None
        ]
        ledger.apply_settled([(done.key, done.entry) for done in taken.settled], now)
        has_letters = bool(taken.batch.letters)
        state.open_letters.committed(taken.rewritten(), taken.settled, has_letters=has_letters)
        in_flight = state.in_flight
        for done in taken.settled:
            item = done.item
            if item is not None:
                if item.deferred is not None:
                    self._answer_deferred(item.deferred, done)
                if item.dropped is not None:
                    self._pass_dropped(item.dropped, done)
                if in_flight.get(item.key) is item:
                    del in_flight[item.key]
        for item, entry in taken.parked:
            self._parking.committed(item, entry)
        if taken.parked:
            state.release(len(taken.parked), sum(item.weight for item, _ in taken.parked))
            state.parked.committed([item.key for item, _ in taken.parked])
            state.due_changed()
        state.committed(taken.progress, taken.settled)
        if state_offset is not None:
            ledger.state_offset = state_offset

    def _pass_dropped(self, dropped: list[int], done: Settled) -> None:
        """Pass duplicates that came while their event was on its way to be committed."""
        state = self._state
        if done.letter is not None:
            state.pending.journal[done.key] = raised(done, dropped)
        state.offsets.settle_all(dropped)
        state.signal()

    def _answer_deferred(self, deferred: list[Deferred], done: Settled) -> None:
        entry = decode_entry(done.entry)
        now = self._env.clocks.now()
        for record, event, parked_key in deferred:
            output = answer(record, event, entry, now=now)
            self._state.answer_deferred(record, output, parked_key)
