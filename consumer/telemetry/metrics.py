"""What does each fact add to the metrics?

The hot path states one ``BatchCommitted`` per commit, so an event costs what two values in
histograms cost.  Gauges are not kept here: ``exposition`` reads them at the scrape.
"""

from typing import assert_never, get_args

from config.notify import NoticeKind
from consumer.core.act import ActKind
from consumer.core.act_facts import ActDone
from consumer.core.audit_record import ActOutcome
from consumer.core.error_codes import ERROR_CODES
from consumer.core.facts import (
    AttemptFailed,
    BatchCommitted,
    DuplicateKind,
    EventDeadLettered,
    EventOutcome,
    EventSettled,
    Fact,
    Tally,
)
from consumer.core.flood_guard import GuardState
from consumer.core.outage_facts import BreakerChanged, FallbackFailed, GuardChanged, RetryDelayed
from consumer.core.process_facts import (
    AssignmentChanged,
    IntakeBound,
    IntakeChanged,
    LifeCycleChanged,
    LoopLagged,
    SourceFailed,
)
from consumer.core.session_facts import (
    ControlRefused,
    LedgerTrimmed,
    PartitionRefused,
    RecordsConsumed,
    SessionClosed,
    SessionLost,
    SessionStarted,
)
from consumer.telemetry import (
    catalogue,
    letters_catalogue,
    notice_catalogue,
    outage_catalogue,
    parked_catalogue,
    process_catalogue,
)
from consumer.telemetry.values import BoundedSet, Counter, Histogram

KNOWN_REASONS = (
    *("fenced", "produce_failed", "commit_failed", "deadline", "refused"),
    *("setup_failed", "retention_gap"),
)
"""For which sessions are lost, by Everonce's own word."""


class Metrics:
    """Everything that is counted, from the start of the process."""

    def __init__(self) -> None:
        self.records_consumed = Counter(catalogue.RECORDS_CONSUMED)
        self.bytes_consumed = Counter(catalogue.BYTES_CONSUMED)
        self.events_settled = Counter(catalogue.EVENTS_SETTLED)
        self.attempts = Counter(catalogue.ATTEMPTS)
        self.attempts_per_event = Histogram(catalogue.ATTEMPTS_PER_EVENT)
        self.attempt_duration = Histogram(catalogue.ATTEMPT_DURATION)
        self.retries = Counter(catalogue.RETRIES)
        self.end_to_end = Histogram(catalogue.END_TO_END)
        self.events_parked = Counter(parked_catalogue.EVENTS_PARKED)
        self.due_lateness = Histogram(parked_catalogue.DUE_LATENESS)
        self.dead_letters = Counter(letters_catalogue.DEAD_LETTERS)
        self.duplicates = Counter(catalogue.DUPLICATES)
        self.answers = Counter(catalogue.ANSWERS)
        self.commit_duration = Histogram(catalogue.COMMIT_DURATION)
        self.commit_events = Histogram(catalogue.COMMIT_EVENTS)
        self.sessions_lost = Counter(catalogue.SESSIONS_LOST)
        self.restores = Histogram(catalogue.RESTORE_SECONDS)
        self.ledger_expired = Counter(catalogue.LEDGER_EXPIRED)
        self.ledger_evicted = Counter(catalogue.LEDGER_EVICTED)
        self.held_keys_expired = Counter(letters_catalogue.HELD_KEYS_EXPIRED)
        self.control_refused = Counter(letters_catalogue.CONTROL_REFUSED)
        self.acts = Counter(letters_catalogue.ACTS)
        self.sent_home = Counter(letters_catalogue.SENT_HOME)
        self.skipped_records = Counter(catalogue.SKIPPED_RECORDS)
        self.assignment_changes = Counter(catalogue.ASSIGNMENT_CHANGES)
        self.source_failures = Counter(catalogue.SOURCE_FAILURES)
        self.intake_pauses = Counter(catalogue.INTAKE_PAUSES)
        self.intake_paused: dict[IntakeBound, bool] = dict.fromkeys(get_args(IntakeBound), False)
        self.breaker_changes = Counter(outage_catalogue.BREAKER_CHANGES)
        self.fallback_failures = Counter(outage_catalogue.FALLBACK_FAILURES)
        self.budget_waits = Counter(outage_catalogue.RETRY_BUDGET_WAITS)
        self.guard_changes = Counter(outage_catalogue.GUARD_CHANGES)
        self.notices = Counter(notice_catalogue.NOTICES)
        self.notice_deliveries = Counter(notice_catalogue.NOTICE_DELIVERIES)
        self.notices_overlooked = Counter(notice_catalogue.NOTICES_OVERLOOKED)
        self.telemetry_failures = Counter(process_catalogue.TELEMETRY_FAILURES)
        # Operators and authors may use words of their own: a table and a bound, never a series
        # per event.
        self._codes = BoundedSet(ERROR_CODES, room=32, fold="OTHER")
        self._reasons = BoundedSet(KNOWN_REASONS, room=16)
        self._processors = BoundedSet(room=256)
        self.policies = BoundedSet(room=64)
        # Named in code and settings, not by producers: two per processor, and then some.
        self._breakers = BoundedSet(room=512)
        self._begin_series()

    def _begin_series(self) -> None:
        """Begin at 0: a series that is absent until its first event hides it from a rate."""
        for outcome in get_args(EventOutcome):
            self.events_settled.add(0, (outcome,))
        for kind in get_args(DuplicateKind):
            self.duplicates.add(0, (kind,))
        for bound in get_args(IntakeBound):
            self.intake_pauses.add(0, (bound,))
        for act in get_args(ActKind):
            self.acts.add(0, (act, "refused"))
        for became in get_args(ActOutcome):
            self.acts.add(0, ("redrive", became))
        for reason in KNOWN_REASONS:
            self.sessions_lost.add(0, (reason,))
        for notice in get_args(NoticeKind):
            self.notices.add(0, (notice,))
        for state in get_args(GuardState):
            self.guard_changes.add(0, (state,))

    def tell(self, fact: Fact) -> None:  # noqa: C901, PLR0912 - one arm per fact: that is the idea
        """Count *fact*."""
        match fact:
            case AttemptFailed():
                self._attempt_failed(fact)
            case BatchCommitted():
                self.commit_duration.of().add(fact.duration_seconds)
                self.commit_events.of().add(fact.events)
                self._settled(fact.tally)
            case RecordsConsumed():
                self.records_consumed.add(fact.records, (fact.topic, str(fact.partition)))
                self.bytes_consumed.add(fact.bytes, (fact.topic,))
            case SessionStarted():
                self.restores.of().add(fact.restore_seconds)
                self.skipped_records.add(fact.skipped)
            case SessionLost():
                self.sessions_lost.add(1, (self._reasons[fact.reason],))
            case AssignmentChanged():
                self.assignment_changes.add()
            case SourceFailed():
                self.source_failures.add()
            case IntakeChanged():
                self.intake_paused[fact.bound] = fact.paused
                if fact.paused:
                    self.intake_pauses.add(1, (fact.bound,))
            case ControlRefused():
                self.control_refused.add()
            case ActDone():
                self.acts.add(1, (fact.kind, fact.outcome))
            case LedgerTrimmed():
                self.ledger_expired.add(fact.expired)
                self.ledger_evicted.add(fact.evicted)
                self.held_keys_expired.add(fact.released)
            case BreakerChanged():
                self.breaker_changes.add(1, (self._breakers[fact.breaker], fact.after))
            case FallbackFailed():
                self.fallback_failures.add(1, (self._processors[fact.processor],))
            case RetryDelayed():
                self.budget_waits.add(1, (self._processors[fact.processor],))
            case GuardChanged():
                self.guard_changes.add(1, (fact.after,))
            case EventSettled() | EventDeadLettered():
                pass  # counted by the tally of their commit, once they are visible
            case PartitionRefused() | SessionClosed() | LifeCycleChanged() | LoopLagged():
                pass  # read at the scrape, as gauges
            case _:
                assert_never(fact)

    def _attempt_failed(self, fact: AttemptFailed) -> None:
        processor, policy = self._processors[fact.processor], self.policies[fact.policy]
        self.attempts.add(1, (processor, policy, fact.failure_class))
        self.attempt_duration.of((processor,)).add(fact.duration_seconds)
        if fact.delay_seconds is not None:
            self.retries.add(1, (policy, self._codes[fact.code]))

    def _settled(self, tally: Tally) -> None:
        for outcome, events in tally.outcomes.items():
            self.events_settled.add(events, (outcome,))
        for kind, records in tally.duplicates.items():
            self.duplicates.add(records, (kind,))
        for (disposition, code), letters in tally.letters.items():
            self.dead_letters.add(letters, (disposition, self._codes[code]))
        for (processor_name, policy_name), durations in tally.attempts.items():
            processor, policy = self._processors[processor_name], self.policies[policy_name]
            self.attempts.add(len(durations), (processor, policy, "success"))
            self.attempt_duration.of((processor,)).add_all(durations)
        for attempts, events in tally.attempts_per_event.items():
            self.attempts_per_event.of().add(attempts, events)
        self.end_to_end.of().add_all(tally.end_to_end_seconds)
        self.answers.add(tally.answers)
        self.sent_home.add(tally.sent_home)
        for policy_name, parked in tally.parked.items():
            self.events_parked.add(parked, (self.policies[policy_name],))
        self.due_lateness.of().add_all(tally.released)
