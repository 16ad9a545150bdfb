"""How does the outcome of an attempt become something to commit?"""

from collections.abc import Iterable
from typing import Any

from consumer.core.failure import Attempt, AttemptStatus, Failure, History
from consumer.core.in_flight import InFlight
from consumer.core.json_value import UnserialisableError
from consumer.core.outcome_facts import attempt_failed
from consumer.core.precaution import Precaution
from consumer.core.retry import GiveUp, Retry, after_failure
from consumer.core.settlement import OutputTooLargeError, Rules, completed, journalled
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.settlements import Settlements

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
        parking: Parking,
        settlements: Settlements,
    ) -> None:
        """Decide by *rules*; let wait for long by *parking*, end by *settlements*."""
        self.turns = settlements.turns
        self.guard = settlements.guard
        self._env = env
        self._state = state
        self._rules = rules
        self._parking = parking
        self._settle = settlements.settle
        self._dead_letter = settlements.dead_letter
        self._ignore = settlements.ignore
        self._in_memory_max = env.settings.retry.in_memory_max
        self._observer = env.observer
        self._now = env.clocks.now

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
