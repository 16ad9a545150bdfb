"""Does a failing event wait durably and in order, while workers are killed and come and go?

A dependency is down for a stretch.  The events of 1 % of the keys need it: they are parked, with
delays from just above what is waited for in memory to beyond the life of their worker.
"""

import asyncio
import random
from collections.abc import Coroutine, Iterator
from typing import Any

from consumer.embedded import EmbeddedKafka
from tests.benchmarks.latency import percentile
from tests.faults.checker import check
from tests.faults.driver import RunOutcome, Tell
from tests.faults.load import LoadPlan
from tests.faults.plan import POINTS, Fate, PointKill, RandomKill, RunPlan
from tests.report import Report
from tests.retries.attempts import Story, due_attempts, repeats
from tests.retries.checker import RetryFindings, check_retries
from tests.retries.dependent_run import DependentOutcome, DependentPlan, DependentRun
from tests.retries.events import mixed_records
from tests.retries.processors import asked_delay

_SEED = 41
_JOIN_SECONDS = 40.0
_LEAVE_SECONDS = 40.0
_EXAMPLES = 5
# Nothing is to be given up, however long the outage.
_SETTINGS = {"EVERONCE_RETRY__POLICIES": '{"default": {"max_attempts": 1000}}'}


def full() -> tuple[DependentPlan, int]:
    """Return all of it, about 2 minutes, and how often a third worker comes and goes."""
    load = LoadPlan(seed=_SEED, records=12_000, per_second=200, keys=4_000, duplicates=0)
    run = RunPlan("outage", load, _fates(random_kills=6), least_kills=10, drain_seconds=120)
    return _plan(run, healthy_seconds=8, down_seconds=45), 5


def quick() -> tuple[DependentPlan, int]:
    """Return a part, about 1 minute."""
    load = LoadPlan(seed=_SEED, records=3_000, per_second=150, keys=1_000, duplicates=0)
    fates: list[Fate] = [RandomKill(8), PointKill("before_commit", 30)]
    run = RunPlan("outage", load, fates, least_kills=2, drain_seconds=90)
    return _plan(run, healthy_seconds=4, down_seconds=15), 1


def _plan(run: RunPlan, *, healthy_seconds: float, down_seconds: float) -> DependentPlan:
    return DependentPlan(run, mixed_records, healthy_seconds, down_seconds, settings=_SETTINGS)


def _fates(random_kills: int) -> list[Fate]:
    draw = random.Random(_SEED)  # noqa: S311 - to be repeated, not to be secret
    fates: list[Fate] = [RandomKill(draw.uniform(6, 14)) for _ in range(random_kills)]
    for point in POINTS:
        most = 3 if point == "after_restore" else 60
        fates.append(PointKill(point, draw.randint(1, most)))
    draw.shuffle(fates)
    return fates


class OutageRun(DependentRun):
    """Workers that are killed, one that comes and goes, and an outage.

    Args:
        plan: What is done.
        kafka: The cluster.
        tell: Told how it goes.
        visits: Times that a third worker joins the others, and leaves; each is two rebalances.
    """

    def __init__(self, plan: DependentPlan, kafka: EmbeddedKafka, tell: Tell, visits: int) -> None:
        super().__init__(plan, kafka, tell)
        self._visits = visits
        self.rebalances = 0
        """By a worker that joined, or left cleanly."""

    def _actors(self) -> list[Coroutine[Any, Any, None]]:
        return [*super()._actors(), self._come_and_go()]

    async def _come_and_go(self) -> None:
        draw = random.Random(_SEED)  # noqa: S311 - to be repeated, not to be secret
        for _ in range(self._visits):
            await asyncio.sleep(draw.uniform(2, 5))
            worker = await self._fleet.start()
            joined = await worker.said_within(_JOIN_SECONDS, "session.started")
            await asyncio.sleep(draw.uniform(1, 3))
            left = await self._fleet.leave(worker, _LEAVE_SECONDS)
            self.rebalances += joined + (joined and left)
        self._calm += 1


def add_outage(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Play the outage, and add its figures."""
    plan, visits = quick() if is_quick else full()
    run = OutageRun(plan, kafka, tell, visits)
    outcome = asyncio.run(run.tell_all())
    goal = f">= {2 * visits}"
    report.prove("order_outage_rebalances", run.rebalances, "rebalances", goal)
    add_figures(report, outcome)


def add_figures(report: Report, outcome: DependentOutcome) -> None:
    """Judge what a run left."""
    findings = check_retries(outcome.story, asked_delay)
    _add_proofs(report, outcome.run, outcome.story, findings)
    _add_lateness(report, outcome.story)
    opened = [each for each in outcome.told("breaker.changed") if each["after"] == "open"]
    report.measure("healthy_outage_breaker_opened", len(opened), "times")
    for sentence in _examples(findings, outcome.run):
        report.note(f"outage: {sentence}")


def _add_proofs(report: Report, outcome: RunOutcome, story: Story, findings: RetryFindings) -> None:
    general = check(story.history)
    history, fleet = story.history, outcome.fleet
    records, kills = outcome.plan.load.records, f">= {outcome.plan.least_kills}"
    completed = {each.event_id for each in history.results if each.status == "success"}
    published = {each.event_id for each in history.input}
    parked = {name for name, found in story.entries.items() if found[0].status == "parked"}
    report.prove("order_outage_kills", fleet.kills.total(), "SIGKILLs", kills)
    report.prove("order_outage_own_ends", fleet.own_ends + outcome.unclean_ends, "workers", "= 0")
    report.prove("order_outage_records", len(history.input), "records", f">= {records}")
    report.prove("order_outage_parked", len(parked), "events", "> 0")
    report.prove("order_outage_not_completed", len(published - completed), "events", "= 0")
    report.prove("order_outage_lost", general.lost_count, "findings", "= 0")
    report.prove("order_outage_doubled", general.doubled_count, "findings", "= 0")
    wrong = general.order_count + findings.count("order")
    report.prove("order_outage", wrong, "findings", "= 0")
    report.prove("early_outage", findings.count("early"), "findings", "= 0")
    report.prove("attempts_outage", findings.count("attempts"), "findings", "= 0")
    retried = [each for each in story.attempts if each.number > 1]
    report.prove("attempts_outage_retries", len(retried), "attempts", "> 0")
    longest = max((each.count for found in story.entries.values() for each in found), default=0)
    report.measure("attempts_outage_most_failed", longest, "attempts")
    again = sum(1 for _ in repeats(story.attempts))
    report.measure("attempts_outage_repeated_by_kills", again, "attempts")


def _add_lateness(report: Report, story: Story) -> None:
    late = [attempt.began_at - due_at for attempt, due_at in due_attempts(story)]
    report.prove("early_outage_due_attempts", len(late), "attempts", "> 0")
    if late:
        report.measure("early_outage_least_lateness", min(late) * 1000, "ms")
        report.measure("early_outage_lateness_p50", percentile(late, 50) * 1000, "ms")


def _examples(findings: RetryFindings, outcome: RunOutcome) -> Iterator[str]:
    general = check(outcome.history)
    found = {**general.lost, **general.doubled, **general.order, **findings.found}
    for name, sentences in found.items():
        for sentence in sentences[:_EXAMPLES]:
            yield f"{name}: {sentence}"
        if len(sentences) > _EXAMPLES:
            yield f"{name}: and {len(sentences) - _EXAMPLES} more"
