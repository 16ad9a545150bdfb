"""Each fact counts what the catalogue says."""

import math
from dataclasses import replace
from typing import get_args

import pytest

from consumer.core.act_facts import ActDone
from consumer.core.facts import EventOutcome, Fact, Tally
from consumer.core.process_facts import IntakeChanged
from consumer.kafka.errors import LostReason
from consumer.telemetry.metrics import KNOWN_REASONS, Metrics
from consumer.telemetry.values import Buckets, Counter
from tests.unit.telemetry.examples import (
    ATTEMPT_FAILED,
    SESSION_LOST,
    SESSION_STARTED,
    a_commit,
    one_of_each,
)


def counts(counter: Counter) -> dict[tuple[str, ...], float]:
    """Return the series that something was counted in."""
    return {labels: total for labels, total in counter.sums.items() if total}


def seen(buckets: Buckets) -> int:
    """Return how many values were counted."""
    return dict(buckets.cumulative())[math.inf]


def test_the_examples_are_one_of_each_fact() -> None:
    assert {type(fact) for fact in one_of_each()} == {*get_args(Fact)}


def test_a_commit_adds_its_tally() -> None:
    metrics = Metrics()

    metrics.tell(a_commit())

    assert counts(metrics.events_settled) == {
        ("completed",): 2,
        ("duplicate",): 1,
        ("dead_lettered",): 1,
    }
    assert counts(metrics.duplicates) == {("dropped",): 1}
    assert counts(metrics.dead_letters) == {("exhausted", "TIMEOUT"): 1}
    assert counts(metrics.attempts) == {("charge", "standard", "success"): 2}
    assert counts(metrics.answers) == {(): 1}
    assert counts(metrics.sent_home) == {(): 3}
    assert seen(metrics.attempt_duration.of(("charge",))) == 2
    assert dict(metrics.attempts_per_event.of().cumulative())[1.0] == 2
    assert metrics.attempts_per_event.of().total == 5
    assert seen(metrics.end_to_end.of()) == 3
    assert metrics.commit_events.of().total == 4
    assert metrics.commit_duration.of().total == pytest.approx(0.008)


def test_parkings_and_the_lateness_of_due_runs_are_counted() -> None:
    metrics = Metrics()

    metrics.tell(a_commit(tally=Tally(parked={"standard": 3, "fast": 1}, released=[0.0, 2.0])))
    metrics.tell(a_commit(tally=Tally(parked={"standard": 1})))

    assert counts(metrics.events_parked) == {("standard",): 4, ("fast",): 1}
    assert seen(metrics.due_lateness.of()) == 2
    assert metrics.due_lateness.of().total == 2.0


def test_an_act_is_counted_by_what_became_of_it() -> None:
    metrics = Metrics()
    (done,) = (fact for fact in one_of_each() if isinstance(fact, ActDone))

    metrics.tell(done)
    metrics.tell(replace(done, outcome="completed"))
    metrics.tell(replace(done, kind="discard", outcome="refused"))

    assert counts(metrics.acts) == {
        ("redrive", "accepted"): 1,
        ("redrive", "completed"): 1,
        ("discard", "refused"): 1,
    }


def test_the_reasons_of_the_adapters_have_a_series_from_the_start() -> None:
    known = {labels[0] for labels in Metrics().sessions_lost.sums}

    assert {*get_args(LostReason), "fenced", "refused"} <= known


def test_a_failed_attempt_is_an_attempt_a_duration_and_a_retry() -> None:
    metrics = Metrics()

    metrics.tell(ATTEMPT_FAILED)

    assert counts(metrics.attempts) == {("charge", "standard", "timeout"): 1}
    assert counts(metrics.retries) == {("standard", "TIMEOUT"): 1}
    assert metrics.attempt_duration.of(("charge",)).total == 30.0


def test_a_last_failed_attempt_is_no_retry() -> None:
    metrics = Metrics()

    metrics.tell(replace(ATTEMPT_FAILED, delay_seconds=None))

    assert counts(metrics.retries) == {}


def test_error_codes_of_a_processors_own_cannot_make_a_series_per_event() -> None:
    metrics = Metrics()

    for number in range(1000):
        metrics.tell(replace(ATTEMPT_FAILED, code=f"ORDER_{number}"))
    metrics.tell(a_commit(tally=Tally(letters={("permanent", "ORDER_X"): 1})))
    metrics.tell(ATTEMPT_FAILED)

    codes = {code for _, code in metrics.retries.sums}
    assert len(codes) == 34
    assert {"ORDER_0", "ORDER_31", "OTHER", "TIMEOUT"} < codes
    assert counts(metrics.dead_letters) == {("permanent", "OTHER"): 1}


def test_reasons_of_lost_sessions_are_bounded() -> None:
    metrics = Metrics()

    for number in range(100):
        metrics.tell(replace(SESSION_LOST, reason=f"reason {number}"))

    # Those that Everonce names itself stand beside the bound on others.
    assert len(metrics.sessions_lost.sums) == len(KNOWN_REASONS) + 17
    assert metrics.sessions_lost.sums["other",] == 84


def test_skipped_records_are_counted_at_the_start_of_their_session() -> None:
    metrics = Metrics()

    metrics.tell(replace(SESSION_STARTED, skipped=12))

    assert counts(metrics.skipped_records) == {(): 12}
    assert metrics.restores.of().total == pytest.approx(0.4)


def test_only_the_pause_of_the_intake_counts() -> None:
    metrics = Metrics()

    metrics.tell(IntakeChanged(paused=True, bound="window"))
    metrics.tell(IntakeChanged(paused=False, bound="window"))

    assert counts(metrics.intake_pauses) == {("window",): 1}


def test_the_other_facts_count_once_each() -> None:
    metrics = Metrics()

    for fact in one_of_each():
        metrics.tell(fact)

    assert counts(metrics.records_consumed) == {("workflow-events", "3"): 500}
    assert counts(metrics.bytes_consumed) == {("workflow-events",): 175_000}
    assert counts(metrics.sessions_lost) == {("fenced",): 1}
    assert counts(metrics.assignment_changes) == {(): 1}
    assert counts(metrics.source_failures) == {(): 1}
    assert counts(metrics.control_refused) == {(): 1}
    assert counts(metrics.ledger_expired) == {(): 10}
    assert counts(metrics.ledger_evicted) == {(): 2}
    assert counts(metrics.held_keys_expired) == {(): 1}
    assert counts(metrics.breaker_changes) == {("payments", "open"): 1}
    assert counts(metrics.fallback_failures) == {("charge",): 1}
    assert counts(metrics.budget_waits) == {("charge",): 1}
    assert counts(metrics.guard_changes) == {("paused",): 1}


def test_what_a_commit_will_count_is_not_counted_when_it_is_only_decided() -> None:
    metrics = Metrics()

    for fact in one_of_each():
        if type(fact).__name__ in {"EventSettled", "EventDeadLettered"}:
            metrics.tell(fact)

    assert counts(metrics.events_settled) == {}
    assert counts(metrics.dead_letters) == {}


def test_every_outcome_has_a_series_before_the_first_event() -> None:
    assert {*Metrics().events_settled.sums} == {(each,) for each in get_args(EventOutcome)}
