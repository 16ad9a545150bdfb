"""Does a failing event wait durably and in order, while workers are killed and come and go?

A dependency is down for a stretch.  The events of 1 % of the keys need it: they are parked, with
delays from just above what is waited for in memory to beyond the life of their worker.
"""

import asyncio
import random
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consumer.embedded import EmbeddedKafka
from tests.benchmarks.latency import percentile
from tests.faults.checker import check
from tests.faults.driver import Run, RunOutcome, Tell
from tests.faults.fleet import ROOT
from tests.faults.load import Load, LoadPlan
from tests.faults.plan import POINTS, Fate, PointKill, RandomKill, RunPlan
from tests.report import Report
from tests.retries.checker import RetryFindings, Story, check_retries, due_attempts, repeats
from tests.retries.dependency import Dependency
from tests.retries.events import mixed_records
from tests.retries.processors import asked_delay
from tests.retries.story import read_story, unfinished

DIRECTORY = ROOT / "build" / "retries"
_SEED = 41
_JOIN_SECONDS = 40.0
_LEAVE_SECONDS = 40.0
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class OutagePlan:
    """How long, and how much."""

    run: RunPlan
    visits: int
    """Times that a third worker joins the others, and leaves; each is two rebalances."""
    healthy_seconds: float
    """Before the dependency goes down."""
    down_seconds: float


def full() -> OutagePlan:
    """Return all of it, about 2 minutes."""
    load = LoadPlan(seed=_SEED, records=12_000, per_second=200, keys=4_000, duplicates=0)
    run = RunPlan("outage", load, _fates(random_kills=6), least_kills=10, drain_seconds=120)
    return OutagePlan(run, visits=5, healthy_seconds=8, down_seconds=45)


def quick() -> OutagePlan:
    """Return a part, about 1 minute."""
    load = LoadPlan(seed=_SEED, records=3_000, per_second=150, keys=1_000, duplicates=0)
    fates: list[Fate] = [RandomKill(8), PointKill("before_commit", 30)]
    run = RunPlan("outage", load, fates, least_kills=2, drain_seconds=90)
    return OutagePlan(run, visits=1, healthy_seconds=4, down_seconds=15)


def _fates(random_kills: int) -> list[Fate]:
    draw = random.Random(_SEED)  # noqa: S311 - to be repeated, not to be secret
    fates: list[Fate] = [RandomKill(draw.uniform(6, 14)) for _ in range(random_kills)]
    for point in POINTS:
        most = 3 if point == "after_restore" else 60
        fates.append(PointKill(point, draw.randint(1, most)))
    draw.shuffle(fates)
    return fates


class OutageRun(Run):
    """Workers that are killed and come and go, and a dependency that is down for a stretch."""

    def __init__(self, plan: OutagePlan, kafka: EmbeddedKafka, tell: Tell) -> None:
        self._outage = plan
        self._dependency = Dependency(DIRECTORY / plan.run.name / "dependency-is-down")
        self.rebalances = 0
        """By a worker that joined, or left cleanly."""
        super().__init__(plan.run, kafka, tell, DIRECTORY)

    async def tell_all(self) -> tuple[RunOutcome, Story]:
        """Play the run, and read everything that it left."""
        outcome = await self.play()
        return outcome, await read_story(
            self._bootstrap_servers, self._topics, outcome, self._effects
        )

    def _environment(self) -> dict[str, str]:
        return {
            **super()._environment(),
            **self._dependency.environment(),
            "EVERONCE_PROCESSORS__MODULES": "tests.retries.processors",
            # Nothing is to be given up, however long the outage.
            "EVERONCE_RETRY__POLICIES": '{"default": {"max_attempts": 1000}}',
        }

    def _planned_load(self) -> Load:
        return Load(self._plan.load, self._bootstrap_servers, self._topics.input, mixed_records)

    def _actors(self) -> list[Coroutine[Any, Any, None]]:
        return [*super()._actors(), self._come_and_go(), self._suffer_outage()]

    async def _suffer_outage(self) -> None:
        await asyncio.sleep(self._outage.healthy_seconds)
        self._dependency.fail()
        await asyncio.sleep(self._outage.down_seconds)
        self._dependency.recover()
        self._tell(f"{self._plan.name}: the dependency is back")
        self._calm += 1

    async def _come_and_go(self) -> None:
        draw = random.Random(self._plan.load.seed)  # noqa: S311 - to be repeated
        for _ in range(self._outage.visits):
            await asyncio.sleep(draw.uniform(2, 5))
            worker = await self._fleet.start()
            joined = await worker.said_within(_JOIN_SECONDS, "session.started")
            await asyncio.sleep(draw.uniform(1, 3))
            left = await self._fleet.leave(worker, _LEAVE_SECONDS)
            self.rebalances += joined + (joined and left)
        self._calm += 1

    async def _is_finished(self) -> bool:
        return (
            await super()._is_finished()
            and await unfinished(self._bootstrap_servers, self._topics) == 0
        )


def add_outage(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Play the outage, and add its figures."""
    plan = quick() if is_quick else full()
    run = OutageRun(plan, kafka, tell)
    outcome, story = asyncio.run(run.tell_all())
    findings = check_retries(story, asked_delay)
    _add_proofs(report, outcome, story, findings)
    goal = f">= {2 * plan.visits}"
    report.prove("order_outage_rebalances", run.rebalances, "rebalances", goal)
    _add_lateness(report, story)
    for sentence in _examples(findings, outcome):
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


def attempt_log(name: str) -> Path:
    """Return where the attempts of run *name* are written down."""
    return DIRECTORY / name / "effects.txt"
