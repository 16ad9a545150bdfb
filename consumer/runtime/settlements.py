"""How does what an event leaves behind come to be committed, and who goes on after it?

Completed, dead-lettered or ignored: told to telemetry, counted, and its turn is over.
"""

from dataclasses import replace

from consumer.core.audit_record import ActOutcome, remembered
from consumer.core.facts import EventOutcome
from consumer.core.failure import Failure
from consumer.core.giving_up import dead_lettered, poison
from consumer.core.in_flight import InFlight
from consumer.core.ledger_entry import Entry, encode, finished
from consumer.core.outcome_facts import event_dead_lettered, event_settled
from consumer.core.parked_event import Hold
from consumer.core.record import Record, record_bytes
from consumer.core.retry import GiveUp
from consumer.core.settlement import Rules, Settled
from consumer.runtime.act_outcomes import ActOutcomes
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_guard import PartitionGuard
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.turns import Turns


class Settlements:
    """What has settled in one session."""

    def __init__(
        self,
        env: Environment,
        state: PartitionState,
        rules: Rules,
        turns: Turns,
        parking: Parking,
    ) -> None:
        """Settle into *state*, end turns by *turns*, let keys wait for letters by *parking*."""
        self._env = env
        self.turns = turns
        self.guard = PartitionGuard(env, state.partition)
        self._acts = ActOutcomes(env, state.partition)
        self._state = state
        self._rules = rules
        self._parking = parking
        self._observer = env.observer
        self._wants_each_event = env.observer.wants_each_event
        self._now = env.clocks.now
        self._max_events = env.settings.commit.max_events

    def settle(
        self,
        item: InFlight,
        settled: Settled,
        outcome: EventOutcome,
        duration_seconds: float,
        holds: Hold | None = None,
    ) -> None:
        """Let what *item* left behind go into the next commit, and end its turn.

        Args:
            item: It is done.
            settled: What it left behind.
            outcome: What became of it.
            duration_seconds: Of the attempt that completed it.
            holds: The lane that waits for what becomes of its letter, if one does.
        """
        if item.prior is not None:
            settled = self._taken_over(item, item.prior, settled, outcome)
        waiting = self._state.pending.settle(settled)
        if waiting == 1 or waiting >= self._max_events:
            self._tell_of(waiting)
        if self._wants_each_event:
            self._observer.observe(event_settled(item, outcome, settled.attempts, duration_seconds))
        if holds is None:
            self.turns.leave(item)
        else:
            self._hold(item, holds, settled.dlq_id or "")
        item.let_go()

    def dead_letter(self, item: InFlight, give_up: GiveUp) -> None:
        """Settle *item* with a letter; its lane waits, where settings say so."""
        holds = self._parking.hold(item)
        settled = dead_lettered(self._rules, item, give_up, now=self._now(), holds=holds)
        self._count_letter(item.record, item, give_up, settled)
        self.settle(item, settled, "dead_lettered", 0.0, holds)

    def poison(self, record: Record, failure: Failure) -> None:
        """Dead-letter a record that says nothing we can read."""
        settled = poison(self._rules, record, failure, now=self._now())
        self._state.hold(1, record_bytes(record))
        self._count_letter(record, None, GiveUp("poison", failure, failure), settled)
        self._tell_of(self._state.pending.settle(settled))

    def cancelled(self, item: InFlight, give_up: GiveUp) -> str:
        """Dead-letter *item*, which was parked and is in no lane now; return the letter's id.

        Its key goes on: whoever cancels an event does not want others to wait for it.
        """
        state = self._state
        state.in_flight[item.key] = item
        state.hold(1, item.weight)
        settled = dead_lettered(self._rules, item, give_up, now=self._now())
        self._count_letter(item.record, item, give_up, settled)
        if item.prior is not None:
            settled = self._taken_over(item, item.prior, settled, "dead_lettered")
        self._tell_of(state.pending.settle(settled))
        item.let_go()
        return settled.dlq_id or ""

    def ignore(self, item: InFlight) -> None:
        """Pass an event whose type nobody wants; nothing is remembered of it."""
        state = self._state
        state.pending.count_ignored()
        if not item.is_passed:
            state.offsets.settle(item.record.offset)
        prior = item.prior
        if prior is not None and not prior.is_settled:
            # It was announced, tried before somebody stopped wanting it, or came from elsewhere.
            state.pending.arrived.pop(item.key, None)
            if prior.letter is None:
                state.pending.forgotten.append(item.key)
            else:
                letter = replace(prior.letter, state="open")
                again = replace(finished(prior, "dead_lettered", self._now()), letter=letter)
                state.pending.journal[item.key] = encode(again)
        state.ignore_deferred(item)
        if state.in_flight.get(item.key) is item:
            del state.in_flight[item.key]
        state.release(1, item.weight)
        state.signal()
        self.turns.leave(item)

    def _taken_over(
        self, item: InFlight, prior: Entry, settled: Settled, outcome: EventOutcome
    ) -> Settled:
        """Tell what became of the act that made an event run; and that its record was passed."""
        if prior.parked is not None:
            self._state.pending.passed += 1
        if prior.act is None or prior.is_settled:
            return settled
        before = prior.letter.dlq_ids[-1] if prior.letter and prior.letter.dlq_ids else None
        result: ActOutcome = "completed" if outcome == "completed" else "dead_lettered"
        act = remembered(prior.act, item.key, before)
        return settled._replace(act=self._acts.answer(act, result, new_dlq_id=settled.dlq_id))

    def _hold(self, item: InFlight, holds: Hold, dlq_id: str) -> None:
        """Let the lane of *item* wait for what becomes of its letter."""
        state = self._state
        followers = self.turns.part(item)
        state.parked.hold(holds.lane, dlq_id)
        self._parking.follow_all(holds.lane, followers)

    def _tell_of(self, waiting: int) -> None:
        """Tell the commit how many settled events wait for it, where that may change its time."""
        self._state.signal()
        if waiting >= self._max_events:
            self._state.press()

    def _count_letter(
        self,
        record: Record,
        item: InFlight | None,
        give_up: GiveUp,
        settled: Settled,
    ) -> None:
        letters = self._state.pending.tally.letters
        kind = (give_up.disposition, give_up.failure.code)
        letters[kind] = letters.get(kind, 0) + 1
        self._observer.observe(event_dead_lettered(record, item, give_up, settled.dlq_id or ""))
        self.guard.dead_lettered(*kind)
