"""Is an event that ends the process found, and does nobody else suffer?

1,000 events, one of which ends the process at each of its attempts, and a supervisor that starts
the process again.
"""

import asyncio
from collections.abc import Iterator

from consumer.embedded import EmbeddedKafka
from tests.faults.checker import check
from tests.faults.driver import Tell
from tests.faults.load import LoadPlan, PlannedRecord
from tests.faults.plan import RunPlan
from tests.report import Report
from tests.retries.dependent_run import DependentOutcome, DependentPlan, DependentRun
from tests.retries.events import a_record

EVENTS = 1_000
_KILLER = 400


def _records(plan: LoadPlan) -> Iterator[PlannedRecord]:
    for number in range(EVENTS):
        yield a_record(
            number,
            "retry.kills",
            key=b"key-%03d" % (number % plan.keys),
            partitions=plan.partitions,
            kills=number == _KILLER,
        )


def add_quarantine(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Play it, and add its figures; there is nothing that a quick one would leave out."""
    load = LoadPlan(seed=1, records=EVENTS, per_second=200, keys=100, duplicates=0)
    run = RunPlan("quarantine", load, [], workers=1)
    outcome = asyncio.run(DependentRun(DependentPlan(run, _records), kafka, tell).tell_all())
    add_figures(report, outcome)


def add_figures(report: Report, outcome: DependentOutcome) -> None:
    """Judge what a run left."""
    story, general = outcome.story, check(outcome.story.history)
    history = story.history
    report.prove("quarantine_events", len(history.input), "events", f"= {EVENTS}")
    report.prove("quarantine_restarts", outcome.run.fleet.own_ends, "restarts", "<= 3")
    letters = history.letters
    crashed = [each for each in letters if each.disposition == "crashed"]
    report.prove("quarantine_letters", len(letters), "letters", "= 1")
    report.prove("quarantine_letters_crashed", len(crashed), "letters", "= 1")
    completed = sum(each.status == "success" for each in history.results)
    report.prove("quarantine_others_completed", completed, "events", f"= {EVENTS - 1}")
    report.prove("quarantine_lost", general.lost_count, "findings", "= 0")
    report.prove("quarantine_doubled", general.doubled_count, "findings", "= 0")
    report.prove("quarantine_order", general.order_count, "findings", "= 0")
    report.prove("quarantine_unclean_ends", outcome.run.unclean_ends, "workers", "= 0")
    begun = [each for each in story.attempts if each.event_id == f"event-{_KILLER:09}"]
    report.prove("quarantine_attempts_of_the_killer", len(begun), "attempts", "<= 3")
    again = len(story.attempts) - len({each.event_id for each in story.attempts}) - len(begun) + 1
    report.measure("quarantine_attempts_repeated", again, "attempts")
    report.measure("quarantine_seconds", outcome.run.seconds, "s")
