"""What is written of each fact, and how loud."""

from dataclasses import replace

import pytest

from config.settings import LogSettings
from consumer.core.act_facts import ActDone
from consumer.core.facts import Fact
from consumer.core.process_facts import IntakeChanged
from consumer.telemetry.logs import Logs
from consumer.telemetry.output import own_logger
from tests.unit.telemetry.examples import (
    ATTEMPT_FAILED,
    BREAKER_OPENED,
    GUARD_PAUSED,
    SESSION_STARTED,
    one_of_each,
)
from tests.unit.telemetry.stderr import Written

TOLD = {
    "AttemptFailed": ("warning", "attempt.failed"),
    "EventDeadLettered": ("error", "event.dead_lettered"),
    "EventSettled": ("debug", "event.settled"),
    "BatchCommitted": ("debug", "batch.committed"),
    "RecordsConsumed": None,
    "SessionStarted": ("info", "session.started"),
    "SessionLost": ("error", "session.lost"),
    "SessionClosed": ("info", "session.closed"),
    "PartitionRefused": ("error", "partition.refused"),
    "AssignmentChanged": ("info", "assignment.changed"),
    "SourceFailed": ("warning", "source.failed"),
    "IntakeChanged": ("warning", "intake.paused"),
    "ActDone": ("info", "act.done"),
    "ControlRefused": ("warning", "control.refused"),
    "LedgerTrimmed": ("warning", "ledger.trimmed"),
    "LifeCycleChanged": ("info", "life_cycle.changed"),
    "LoopLagged": ("warning", "loop.lagged"),
    "BreakerChanged": ("warning", "breaker.changed"),
    "FallbackFailed": ("warning", "fallback.failed"),
    "RetryDelayed": ("debug", "retry.delayed"),
    "GuardChanged": ("warning", "guard.changed"),
}


def logs(written: Written, *, level: str = "debug") -> Logs:
    return Logs(own_logger(LogSettings.model_validate({"level": level}), written))


@pytest.mark.parametrize("fact", one_of_each(), ids=lambda fact: type(fact).__name__)
def test_each_fact_has_its_line_and_level(fact: Fact, written: Written) -> None:
    logs(written).tell(fact)

    told = [(each["level"], each["event"]) for each in written.entries()]
    expected = TOLD[type(fact).__name__]
    assert told == ([] if expected is None else [expected])


def test_what_gets_better_is_no_warning(written: Written) -> None:
    told = logs(written)
    told.tell(replace(BREAKER_OPENED, before="half_open", after="closed", open_seconds=None))
    told.tell(replace(GUARD_PAUSED, before="probing", after="passing", pause_seconds=None))

    assert [each["level"] for each in written.entries()] == ["info", "info"]


def test_a_failed_attempt_says_all_that_was_decided(written: Written) -> None:
    logs(written).tell(ATTEMPT_FAILED)

    entry = written.entry()
    del entry["timestamp"]
    assert entry == {
        "level": "warning",
        "event": "attempt.failed",
        "logger": "everonce",
        "topic": "workflow-events",
        "partition": 3,
        "offset": 41,
        "event_id": "invoice-7",
        "event_type": "invoice.paid",
        "processor": "charge",
        "policy": "standard",
        "attempt": 1,
        "max_attempts": 3,
        "code": "TIMEOUT",
        "failure_class": "timeout",
        "rule": "timeout",
        "message": "no answer in 30 s",
        "duration_seconds": 30.0,
        "delay_seconds": 0.1,
        "parked": False,
        "due_at": None,
    }


def test_a_failed_attempt_after_which_its_event_is_parked_says_until_when(written: Written) -> None:
    logs(written).tell(replace(ATTEMPT_FAILED, due_at=100.5))

    entry = written.entry()
    assert (entry["parked"], entry["due_at"]) == (True, "1970-01-01T00:01:40.500000Z")


def test_a_commit_is_one_line_without_its_durations(written: Written) -> None:
    (commit,) = [each for each in one_of_each() if type(each).__name__ == "BatchCommitted"]

    logs(written).tell(commit)

    assert "tally" not in written.entry()
    assert written.entry()["events"] == 4


def test_settled_events_are_silent_unless_asked_for(written: Written) -> None:
    for fact in one_of_each():
        logs(written, level="info").tell(fact)

    events = {each["event"] for each in written.entries()}
    assert "event.settled" not in events
    assert "batch.committed" not in events


def test_a_long_message_is_cut_and_says_so(written: Written) -> None:
    logs(written).tell(replace(ATTEMPT_FAILED, message="x" * 100_000))

    assert written.entry()["message"] == "x" * 2000 + "… (98000 characters more)"


def test_records_lost_to_retention_make_the_start_a_warning(written: Written) -> None:
    logs(written).tell(replace(SESSION_STARTED, skipped=12))

    assert written.entry()["level"] == "warning"


@pytest.mark.parametrize(
    ("bound", "paused", "level", "event"),
    [
        ("records", True, "debug", "intake.paused"),
        ("bytes", False, "debug", "intake.resumed"),
        ("window", True, "warning", "intake.paused"),
        ("entries", True, "warning", "intake.paused"),
        ("waiting", False, "info", "intake.resumed"),
    ],
)
def test_back_pressure_is_ordinary_and_the_other_bounds_are_not(
    bound: str, paused: bool, level: str, event: str, written: Written
) -> None:
    logs(written).tell(IntakeChanged(paused=paused, bound=bound))  # type: ignore[arg-type]

    entry = written.entry()
    assert (entry["level"], entry["event"], entry["bound"]) == (level, event, bound)


def test_an_act_is_told_as_loud_as_it_matters(written: Written) -> None:
    (done,) = (fact for fact in one_of_each() if isinstance(fact, ActDone))

    logs(written, level="info").tell(replace(done, outcome="refused", detail="it is not open"))
    logs(written, level="info").tell(replace(done, kind="home", outcome="done"))

    (refused,) = written.entries()
    assert (refused["level"], refused["event"]) == ("warning", "act.done")
    assert (refused["operator"], refused["detail"]) == ("ada", "it is not open")
