"""How does a run go in which a dependency is down for a stretch?

As those of ``tests.faults``: real workers, a steady load, fates.  Beside that the switch is thrown,
and every attempt is written down.
"""

import asyncio
import math
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from consumer.embedded import EmbeddedKafka
from tests.faults.driver import Run, RunOutcome, Tell
from tests.faults.fleet import ROOT, Fleet
from tests.faults.load import Load, LoadPlan, PlannedRecord
from tests.faults.plan import RunPlan
from tests.retries.attempts import Story
from tests.retries.dependency import Dependency
from tests.retries.story import read_story, unfinished

DIRECTORY = ROOT / "build" / "retries"


@dataclass(frozen=True, slots=True)
class DependentPlan:
    """What is published, what is set, and for how long the dependency is down."""

    run: RunPlan
    records: Callable[[LoadPlan], Iterator[PlannedRecord]]
    healthy_seconds: float = 0.0
    """Before it goes down."""
    down_seconds: float = 0.0
    after_seconds: float = 0.0
    """At least so long events are published once it is back."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of the workers, ``EVERONCE_…``, beside those of all runs."""


@dataclass(frozen=True, slots=True)
class DependentOutcome:
    """What happened, and what it left."""

    run: RunOutcome
    story: Story
    down_at: float
    """Seconds since the epoch; likewise below."""
    back_at: float
    lines: Sequence[Mapping[str, Any]]
    """What the workers' logs say of breakers and guards, oldest first."""

    def told(self, event: str) -> list[Mapping[str, Any]]:
        """Return what the workers' logs say of *event*, oldest first."""
        return [line for line in self.lines if line["event"] == event]

    def first(self, event: str) -> float:
        """Return when the logs say *event* first, seconds since the epoch; never: for ever."""
        return min((seconds_of(each) for each in self.told(event)), default=math.inf)


class DependentRun(Run):
    """One run, on a cluster that is there already."""

    def __init__(self, plan: DependentPlan, kafka: EmbeddedKafka, tell: Tell) -> None:
        self._dependent = plan
        self._dependency = Dependency(DIRECTORY / plan.run.name / "dependency-is-down")
        super().__init__(plan.run, kafka, tell, DIRECTORY)

    async def tell_all(self) -> DependentOutcome:
        """Play the run, and read everything that it left."""
        outcome = await self.play()
        story = await read_story(self._bootstrap_servers, self._topics, outcome, self._effects)
        dependency = self._dependency
        lines = _told(outcome.fleet)
        return DependentOutcome(outcome, story, dependency.down_at, dependency.back_at, lines)

    def _environment(self) -> dict[str, str]:
        return {
            **super()._environment(),
            **self._dependency.environment(),
            "EVERONCE_PROCESSORS__MODULES": "tests.retries.processors",
            "EVERONCE_BREAKERS__ENABLED": "true",
            "EVERONCE_GUARD__ENABLED": "true",
            **self._dependent.settings,
        }

    def _planned_load(self) -> Load:
        plan, records = self._plan.load, self._dependent.records
        return Load(plan, self._bootstrap_servers, self._topics.input, records)

    def _actors(self) -> list[Coroutine[Any, Any, None]]:
        return [*super()._actors(), self._suffer_outage()]

    async def _suffer_outage(self) -> None:
        plan = self._dependent
        if plan.down_seconds:
            await asyncio.sleep(plan.healthy_seconds)
            self._dependency.fail()
            await asyncio.sleep(plan.down_seconds)
            self._dependency.recover()
            self._tell(f"{self._plan.name}: the dependency is back")
            await asyncio.sleep(plan.after_seconds)
        self._calm += 1

    async def _is_finished(self) -> bool:
        return (
            await super()._is_finished()
            and await unfinished(self._bootstrap_servers, self._topics) == 0
        )


def _told(fleet: Fleet) -> list[Mapping[str, Any]]:
    marks = [f'"event":"{event}"'.encode() for event in ("breaker.changed", "guard.changed")]
    found = (line for _, line in fleet.lines() if any(mark in line for mark in marks))
    return sorted((orjson.loads(line) for line in found), key=lambda line: str(line["timestamp"]))


def seconds_of(line: Mapping[str, Any]) -> float:
    """Return when a line of a log was written; seconds since the epoch."""
    return datetime.fromisoformat(line["timestamp"]).timestamp()


def attempt_log(name: str) -> Path:
    """Return where the attempts of run *name* are written down."""
    return DIRECTORY / name / "effects.txt"
