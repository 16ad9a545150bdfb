"""Does an outage that no retry and no breaker softens stop the intake, instead of emptying it?

One attempt per event and no breaker: each event that meets the outage becomes a letter, until the
flood guard of its partition has seen enough.  Then it pauses, lets some through to see, and goes on
when the dependency is back.
"""

import asyncio
from collections import Counter

from config.guard import GuardSettings
from consumer.embedded import EmbeddedKafka
from tests.faults.checker import check
from tests.faults.driver import Tell
from tests.faults.load import LoadPlan
from tests.faults.plan import RunPlan
from tests.report import Report
from tests.retries.dependent_run import DependentOutcome, DependentPlan, DependentRun, seconds_of
from tests.retries.events import records_of
from tests.retries.spending import in_flight, letters_to_trip, recovery_seconds

PER_SECOND = 200
PAUSE_SECONDS = 4.0
_PARTITIONS = 4
_SETTINGS = GuardSettings(pause=PAUSE_SECONDS)


def add_guard(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Play the outage, and add its figures."""
    load = LoadPlan(
        seed=1,
        records=0,
        per_second=PER_SECOND,
        keys=2_000,
        partitions=_PARTITIONS,
        duplicates=0,
    )
    plan = DependentPlan(
        RunPlan("guard", load, [], workers=1),
        records_of("retry.calls"),
        healthy_seconds=6,
        down_seconds=10 if is_quick else 30,
        after_seconds=5,
        settings={
            "EVERONCE_RETRY__DEFAULT_POLICY": "no_retry",
            "EVERONCE_BREAKERS__ENABLED": "false",
            "EVERONCE_GUARD__PAUSE": str(PAUSE_SECONDS),
        },
    )
    add_figures(report, asyncio.run(DependentRun(plan, kafka, tell).tell_all()))


def add_figures(report: Report, outcome: DependentOutcome) -> None:
    """Judge an outage."""
    story, general = outcome.story, check(outcome.story.history)
    history = story.history
    changes = outcome.told("guard.changed")
    paused = {each["partition"] for each in changes if each["after"] == "paused"}
    states = {each["partition"]: each["after"] for each in changes}
    resumed = sum(state == "passing" for state in states.values())
    report.prove("guard_paused", len(paused), "partitions", f"= {_PARTITIONS}")
    report.prove("guard_resumed", resumed, "partitions", f"= {_PARTITIONS}")
    met = [
        each
        for each in history.input
        if each.published_at is not None and outcome.down_at <= each.published_at < outcome.back_at
    ]
    report.measure("guard_events_published_meanwhile", len(met), "events")
    letters, allowed = len(history.letters), allowed_letters(outcome)
    report.prove("guard_letters", letters, "letters", f"<= {allowed}")
    exhausted = Counter(letter.disposition for letter in history.letters)["exhausted"]
    report.prove("guard_other_letters", letters - exhausted, "letters", "= 0")
    report.prove("guard_lost", general.lost_count, "findings", "= 0")
    report.prove("guard_doubled", general.doubled_count, "findings", "= 0")
    report.prove("guard_order", general.order_count, "findings", "= 0")
    completed = sum(each.status == "success" for each in history.results)
    others = len(history.input) - letters
    report.prove("guard_others_completed", completed, "events", f"= {others}")
    seconds = recovery_seconds(story.attempts, outcome.back_at, PER_SECOND * 0.9)
    report.measure("guard_recovery", seconds, "s", f"<= {PAUSE_SECONDS + 1:g}")


def allowed_letters(outcome: DependentOutcome) -> int:
    """Return how many events may become letters: to trip, in flight at that moment, to see."""
    allowed = 0
    changes = outcome.told("guard.changed")
    for partition in range(_PARTITIONS):
        own = [each for each in changes if each["partition"] == partition]
        paused_at = next((seconds_of(each) for each in own if each["after"] == "paused"), None)
        if paused_at is None:
            continue
        attempts = [each for each in outcome.story.attempts if each.place[0] == partition]
        good = sum(
            each.succeeded and each.ended_at is not None and each.ended_at <= paused_at
            for each in attempts
        )
        rounds = sum(each["after"] == "probing" for each in own)
        allowed += letters_to_trip(_SETTINGS, good)
        allowed += in_flight(attempts, paused_at) + _SETTINGS.probes * rounds
    return allowed
