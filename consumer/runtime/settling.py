"""How does the outcome of an attempt become something to commit?"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from consumer.core.audit_record import ActOutcome, remembered
from consumer.core.facts import EventOutcome
from consumer.core.failure import Attempt, AttemptStatus, Failure, History
from consumer.core.giving_up import dead_lettered, poison
from consumer.core.in_flight import InFlight
from consumer.core.json_value import UnserialisableError
from consumer.core.ledger_entry import Entry, encode, finished
from consumer.core.outcome_facts import attempt_failed, event_dead_lettered, event_settled
from consumer.core.parked_event import Hold
from consumer.core.precaution import Precaution
from consumer.core.record import Record, record_bytes
from consumer.core.retry import GiveUp, Retry, after_failure
from consumer.core.settlement import OutputTooLargeError, Rules, Settled, completed, journalled
from consumer.runtime.act_outcomes import ActOutcomes
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_guard import PartitionGuard
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.turns import Turns

UNMATCHED_SECONDS = 60.0
"""How often an event that waits for a processor looks whether there is one."""
STATUSES: dict[str, AttemptStatus] = {
    "transient": "transient",
    "permanent": "permanent",
    "timeout": "timeout",
    "crashed": "crashed",
}


class Settling:
    """The outcomes of one session's attempts."""

    def __init__(
        self,
        env: Environment,
        state: PartitionState,
        rules: Rules,
        turns: Turns,
        parking: Parking,
    ) -> None:
        """Settle into *state*, end turns through *turns*, let wait for long by *parking*."""
        self.turns = turns
        self.guard = PartitionGuard(env, state.partition)
        self._acts = ActOutcomes(env, state.partition)
        self._env = env
        self._state = state
        self._rules = rules
        self._parking = parking
        self._in_memory_max = env.settings.retry.in_memory_max
        self._observer = env.observer
        self._wants_each_event = env.observer.wants_each_event
        self._now = env.clocks.now
        self._max_events = env.settings.commit.max_events

    def succeeded(self, item: InFlight, value: Any, started_at: float, finished_at: float) -> None:
        """Settle *item* as completed; seconds since the epoch."""
        state = self._state
        try:
            if state.refusals.any and state.refusals.verdict(item.position) is not None:
                self._refused_before(item, started_at, finished_at)
                return
            settled = completed(self._rules, item, value, started_at, finished_at)
        except (UnserialisableError, OutputTooLargeError) as error:
            self._output_refused(item, str(error), started_at, finished_at)
            return
        attempts = state.pending.tally.attempts
        kind = ("" if item.processor is None else item.processor.name, item.policy_name)
        duration = finished_at - started_at
        if kind in attempts:
            attempts[kind].append(duration)
        else:
            attempts[kind] = [duration]
        self._settle(item, settled, "completed", duration)
        guard = self.guard
        guard.completed += 1
        if guard.tripped:
            guard.look()

    def failed(
        self,
        item: InFlight,
        failure: Failure,
        started_at: float,
        finished_at: float,
    ) -> None:
        """Decide what follows the failed attempt; seconds since the epoch."""
        history = item.history
        if history is None:
            history = item.history = History()
        number = history.count + 1
        first = history.attempts[0].started_at if history.attempts else started_at
        decision = after_failure(
            item.policy,
            attempt=number,
            failure=failure,
            age_seconds=finished_at - first,
            draw=self._env.clocks.draw(),
            held_seconds=history.held_seconds,
        )
        delay = decision.delay_seconds if isinstance(decision, Retry) else None
        attempt = Attempt(
            number,
            STATUSES[failure.failure_class],
            started_at,
            finished_at - started_at,
            failure.code,
            failure.message,
            None,
            delay,
        )
        history.add(attempt, failure)
        due_at = None if delay is None else self._wait(item, delay)
        self._observer.observe(attempt_failed(item, attempt, failure, due_at))
        if isinstance(decision, GiveUp):
            self._dead_letter(item, decision)

    def postpone(self, item: InFlight, delay_seconds: float) -> None:
        """Let *item* wait for its turn without an attempt; its key waits with it."""
        self._wait(item, delay_seconds)

    def park_waiting(self, held: Iterable[InFlight] = ()) -> None:
        """Park every event that waits in memory for its next attempt: the session ends.

        One that the state topic would not take is remembered as it was journalled.  Of those that
        were *held* back, who has not run yet is read again.
        """
        now = self._now()
        for item in held:
            if item.history is not None and self._parking.fits(item):
                self._parking.park(item, now, self.turns.followers(item))
        for item, seconds, followers in self.turns.take_waiting():
            if self._parking.fits(item):
                self._parking.park(item, now + seconds, followers)

    def _wait(self, item: InFlight, delay_seconds: float) -> float | None:
        """Let *item* wait: shortly in memory; longer in the ledger, then return until when."""
        # While it is alone in the process, nobody may wait for it to be due.
        is_long = delay_seconds > self._in_memory_max or item.precaution is Precaution.ALONE
        if is_long and self._parking.fits(item):
            due_at = self._now() + delay_seconds
            self._parking.park(item, due_at, self.turns.part(item))
            return due_at
        if item.history is not None:
            self._state.pending.journal[item.key] = journalled(item)
            self._state.signal()
        self.turns.wait(item, delay_seconds)
        return None

    def gave_up(self, item: InFlight) -> None:
        """Dead-letter *item*, which was decided about without an attempt; or ignore it."""
        if item.preset is not None:
            self._dead_letter(item, item.preset)
        elif self._is_ignored(item):
            self._ignore(item)
        elif self._waits_for_a_processor(item):
            self._wait(item, UNMATCHED_SECONDS)
        else:
            failure = Failure(
                "PROCESSOR_MISSING",
                f"no processor is registered for event type {item.event.event_type[:200]!r}: "
                "register one, or set processing.unmatched to ignore",
                "permanent",
                "registry",
            )
            self._dead_letter(item, GiveUp("permanent", failure, failure))

    def _is_ignored(self, item: InFlight) -> bool:
        """Whether an event that nobody wants goes by; not when it waited, or an operator asked."""
        if self._env.settings.processing.unmatched != "ignore" or item.has_waited:
            return False
        return item.prior is None or item.prior.act is None

    def _waits_for_a_processor(self, item: InFlight) -> bool:
        """Whether an event that nobody wants is parked; it stays so while versions change."""
        wanted = item.has_waited or self._env.settings.processing.unmatched == "park"
        return wanted and self._parking.fits(item)

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

    def _refused_before(self, item: InFlight, started_at: float, finished_at: float) -> None:
        verdict = self._state.refusals.verdict(item.position)
        role, message = verdict if verdict is not None else ("results", "")
        message = f"the {role} topic refused it: {message}"
        self._output_refused(item, message, started_at, finished_at)

    def _output_refused(
        self,
        item: InFlight,
        message: str,
        started_at: float,
        finished_at: float,
    ) -> None:
        """Dead-letter an event whose processor succeeded with what cannot be written."""
        failure = Failure("OUTPUT_REFUSED", message, "permanent", "output")
        history = item.history = item.history or History()
        duration = finished_at - started_at
        history.add(Attempt(history.count + 1, "success", started_at, duration), failure)
        self._dead_letter(item, GiveUp("refused", failure, failure))

    def _dead_letter(self, item: InFlight, give_up: GiveUp) -> None:
        holds = self._parking.hold(item)
        settled = dead_lettered(self._rules, item, give_up, now=self._now(), holds=holds)
        self._count_letter(item.record, item, give_up, settled)
        self._settle(item, settled, "dead_lettered", 0.0, holds)

    def _ignore(self, item: InFlight) -> None:
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

    def _settle(
        self,
        item: InFlight,
        settled: Settled,
        outcome: EventOutcome,
        duration_seconds: float,
        holds: Hold | None = None,
    ) -> None:
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
