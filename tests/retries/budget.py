"""Do retries stay a share of first attempts when more than that fail?

Three events in ten fail once, with a delay of some 50 ms: more retries than the budget has.  They
are made all the same, later.
"""

import asyncio
import itertools
from collections.abc import Iterator, Sequence

from config.retries import RetrySettings
from consumer.embedded import EmbeddedKafka
from tests.faults.checker import check
from tests.faults.driver import Tell
from tests.faults.load import LoadPlan, PlannedRecord
from tests.faults.plan import RunPlan
from tests.report import Report
from tests.retries.attempts import Attempt
from tests.retries.dependent_run import DependentOutcome, DependentPlan, DependentRun
from tests.retries.events import a_record
from tests.retries.spending import most_beyond_budget

PER_SECOND = 200
_SETTINGS = RetrySettings()
_LATE_SECONDS = 3.0
"""Far beyond the delay that the policy asks for."""


def _records(plan: LoadPlan) -> Iterator[PlannedRecord]:
    for number in itertools.count():
        yield a_record(
            number,
            "retry.storms",
            key=b"key-%05d" % (number % plan.keys),
            partitions=plan.partitions,
            failures=int(number % 10 < 3),
        )


def add_budget(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Play it, and add its figures."""
    seconds = 12 if is_quick else 20
    load = LoadPlan(
        seed=1, records=PER_SECOND * seconds, per_second=PER_SECOND, keys=100_000, duplicates=0
    )
    settings = {
        "EVERONCE_RETRY__POLICIES": '{"default": {"base_delay": 0.05}}',
        "EVERONCE_BREAKERS__ENABLED": "false",
    }
    plan = DependentPlan(RunPlan("budget", load, [], workers=1), _records, settings=settings)
    add_figures(report, asyncio.run(DependentRun(plan, kafka, tell).tell_all()))


def add_figures(report: Report, outcome: DependentOutcome) -> None:
    """Judge what a run left."""
    attempts, general = outcome.story.attempts, check(outcome.story.history)
    beyond = most_beyond_budget(
        attempts,
        share=_SETTINGS.budget or 0.0,
        floor=_SETTINGS.budget_floor,
        window_seconds=_SETTINGS.budget_window,
    )
    report.prove("attempts_budget_exceeded_by", max(0.0, beyond), "retries", "= 0")
    report.prove("attempts_budget_late", late_retries(attempts), "retries", "> 0")
    report.prove("attempts_budget_lost", general.lost_count, "findings", "= 0")
    firsts = [each.began_at for each in attempts if each.number == 1]
    during = sum(each.number > 1 and each.began_at <= max(firsts) for each in attempts)
    report.measure("attempts_budget_first", len(firsts), "attempts")
    report.measure("attempts_budget_retries_wanted", round(0.3 * len(firsts)), "retries")
    report.measure("attempts_budget_retries_meanwhile", during, "retries")
    report.measure("attempts_budget_share", during / len(firsts) * 100, "%")


def late_retries(attempts: Sequence[Attempt]) -> int:
    """Return how many second attempts came far later than their policy asked for."""
    ended = {each.event_id: each.ended_at for each in attempts if each.number == 1}
    return sum(
        each.began_at - (ended[each.event_id] or each.began_at) > _LATE_SECONDS
        for each in attempts
        if each.number == 2
    )
