"""Telling facts has no influence on what they tell of."""

import pytest
from structlog.typing import FilteringBoundLogger

from config.settings import LogSettings
from consumer.core.facts import Fact
from consumer.telemetry.liveness import Activity
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.observer import Telemetry
from consumer.telemetry.output import own_logger
from tests.unit.telemetry.examples import ATTEMPT_FAILED, SESSION_LOST, one_of_each
from tests.unit.telemetry.stderr import Written


class BrokenActivity(Activity):
    """A sink with a defect."""

    def tell(self, fact: Fact) -> None:
        raise KeyError("a defect")


def telemetry(
    written: Written,
    *,
    activity: Activity | None = None,
    metrics: Metrics | None = None,
    settings: LogSettings | None = None,
) -> Telemetry:
    settings = settings or LogSettings()
    logger = own_logger(settings, written)
    return Telemetry(metrics or Metrics(), activity or Activity(lambda: 0.0), logger, settings)


def test_each_fact_reaches_every_sink(written: Written) -> None:
    metrics, activity = Metrics(), Activity(lambda: 100.0)

    telemetry(written, activity=activity, metrics=metrics).observe(ATTEMPT_FAILED)

    assert metrics.attempts.sums["charge", "standard", "timeout"] == 1
    assert activity.still_seconds() == {3: pytest.approx(-0.1)}
    assert written.entry()["event"] == "attempt.failed"


def test_a_sink_that_fails_is_counted_and_logged_once_and_stops_nobody(written: Written) -> None:
    metrics = Metrics()
    observer = telemetry(written, activity=BrokenActivity(lambda: 0.0), metrics=metrics)

    for _ in range(3):
        observer.observe(SESSION_LOST)

    assert metrics.telemetry_failures.sums == {("activity",): 3}
    assert metrics.sessions_lost.sums["fenced",] == 3
    events = [each["event"] for each in written.entries()]
    assert events == ["telemetry.failed", "session.lost", "session.lost", "session.lost"]
    failure = written.entries()[0]
    assert (failure["sink"], failure["fact"]) == ("activity", "SessionLost")
    assert failure["exception"].endswith("KeyError: 'a defect'")


def test_a_log_that_fails_raises_nothing_either() -> None:
    class BrokenLogger:
        def __getattr__(self, name: str) -> None:
            raise OSError("no log")

    metrics = Metrics()
    broken: FilteringBoundLogger = BrokenLogger()  # type: ignore[assignment]
    observer = Telemetry(metrics, Activity(lambda: 0.0), broken, LogSettings())

    for fact in one_of_each():
        observer.observe(fact)

    # Records that were read are counted only: the one fact without a line.
    assert metrics.telemetry_failures.sums == {("logs",): len(one_of_each()) - 1}


@pytest.mark.parametrize(("level", "asked"), [("debug", True), ("info", False)])
def test_each_event_is_asked_for_at_debug_only(level: str, asked: bool, written: Written) -> None:
    settings = LogSettings.model_validate({"level": level})

    assert telemetry(written, settings=settings).wants_each_event is asked
