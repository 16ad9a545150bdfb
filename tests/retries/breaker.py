"""Does an outage of what all events need cost no event, and next to no attempts?

500 events a second, one worker with the default breaker but a shorter ``open_time``, and a
dependency that fails every call for a minute: once with ``on_open: pause``, once, shorter, with
``reject``, where each event that comes meanwhile becomes a letter.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from config.breakers import BreakerPolicy
from consumer.embedded import EmbeddedKafka
from tests.faults.checker import check
from tests.faults.driver import Tell
from tests.faults.load import LoadPlan
from tests.faults.plan import RunPlan
from tests.report import Report
from tests.retries.dependent_run import DependentOutcome, DependentPlan, DependentRun
from tests.retries.events import records_of
from tests.retries.spending import failed, failures_to_open, in_flight, recovery_seconds

PER_SECOND = 500
OPEN_SECONDS = 3.0
_POLICY = BreakerPolicy(open_time=OPEN_SECONDS)
_FULL_RATE = 0.9
"""Of the load: events are published in portions, so a second holds one more of them, or less."""
_REJECTED = "CIRCUIT_BREAKER_OPEN"

OnOpen = Literal["pause", "reject"]


@dataclass(frozen=True, slots=True)
class BreakerPlan:
    """How long the dependency is down, and what events do meanwhile."""

    on_open: OnOpen
    down_seconds: float


def add_breaker(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Play both outages, and add their figures."""
    plans = [BreakerPlan("pause", 61), BreakerPlan("reject", 31)]
    if is_quick:
        plans = [BreakerPlan("pause", 12), BreakerPlan("reject", 6)]
    for plan in plans:
        run = DependentRun(_planned(plan), kafka, tell)
        add_figures(report, plan.on_open, asyncio.run(run.tell_all()))


def _planned(plan: BreakerPlan) -> DependentPlan:
    load = LoadPlan(seed=1, records=0, per_second=PER_SECOND, keys=2_000, duplicates=0)
    settings = {
        "EVERONCE_BREAKERS__OPEN_TIME": str(OPEN_SECONDS),
        "EVERONCE_BREAKERS__ON_OPEN": plan.on_open,
        # Rejections are letters that smell of an outage: the guard would stop what is to be seen.
        "EVERONCE_GUARD__ENABLED": "true" if plan.on_open == "pause" else "false",
    }
    return DependentPlan(
        RunPlan(f"breaker-{plan.on_open}", load, [], workers=1, drain_seconds=120),
        records_of("retry.calls"),
        healthy_seconds=10,
        down_seconds=plan.down_seconds,
        after_seconds=10,
        settings=settings,
    )


def add_figures(report: Report, on_open: OnOpen, outcome: DependentOutcome) -> None:
    """Judge an outage."""
    story, attempts = outcome.story, outcome.story.attempts
    history, general = story.history, check(story.history)
    changes = Counter(each["after"] for each in outcome.told("breaker.changed"))
    report.prove(f"breaker_{on_open}_opened", changes["open"], "times", "> 0")
    codes = Counter(letter.code for letter in history.letters)
    letters = len(history.letters)
    if on_open == "pause":
        report.prove("breaker_pause_dead_letters", letters, "letters", "= 0")
    else:
        report.prove("breaker_reject_dead_letters", letters, "letters", "> 0")
        others = letters - codes[_REJECTED]
        report.prove("breaker_reject_other_letters", others, "letters", "= 0")
    report.prove(f"breaker_{on_open}_records", len(history.input), "records", "> 0")
    report.prove(f"breaker_{on_open}_lost", general.lost_count, "findings", "= 0")
    report.prove(f"breaker_{on_open}_doubled", general.doubled_count, "findings", "= 0")
    report.prove(f"breaker_{on_open}_order", general.order_count, "findings", "= 0")
    spent, allowed = failed(attempts), _allowed(outcome, changes["half_open"])
    report.prove(f"breaker_{on_open}_attempts_spent", spent, "attempts", f"<= {allowed}")
    report.measure(f"breaker_{on_open}_probe_rounds", changes["half_open"], "times")
    seconds = recovery_seconds(attempts, outcome.back_at, PER_SECOND * _FULL_RATE)
    report.measure(f"breaker_{on_open}_recovery", seconds, "s", "<= 5")


def _allowed(outcome: DependentOutcome, rounds: int) -> int:
    """Return how many attempts may fail: to open, in flight at that moment, and as probes."""
    return (
        failures_to_open(_POLICY)
        + in_flight(outcome.story.attempts, outcome.first("breaker.changed"))
        + _POLICY.probes * rounds
    )
