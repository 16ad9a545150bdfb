"""Are key-less events run once, wherever they are published, while workers are killed?

Each is published several times, each time to another partition; ``dedup.scope: topic`` brings them
to the partition that dedups their id.
"""

import asyncio
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from aiokafka.errors import KafkaError

from consumer.core.act import read_act
from consumer.embedded import EmbeddedKafka
from tests.desk.stage import DIRECTORY, behind
from tests.faults.checker import check
from tests.faults.driver import Run, RunOutcome, Tell
from tests.faults.history import read_topic
from tests.faults.load import Load, LoadPlan, PlannedRecord, event_value
from tests.faults.plan import RunPlan, fates
from tests.report import Report

COPIES = 3
"""Records of each event."""
_APART = 60
"""A copy comes at most so many records after the first: some are in flight together."""
_EXAMPLES = 5


def add_home(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Play it, and add its figures."""
    plan = RunPlan(
        "once-home",
        LoadPlan(seed=7, records=900 if is_quick else 6_000, per_second=90),
        fates(
            7,
            random_kills=3 if is_quick else 4,
            point_kills=0 if is_quick else 1,
            stops=0 if is_quick else 1,
        ),
        least_kills=2 if is_quick else 8,
    )
    outcome, moved = asyncio.run(_HomeRun(plan, kafka, tell, DIRECTORY).tell_all())
    add_figures(report, outcome, moved)


def copied_records(plan: LoadPlan) -> Iterator[PlannedRecord]:
    """Yield key-less events without end, each several times, on partitions drawn at random."""
    draw = random.Random(plan.seed)  # noqa: S311 - to be repeated, not to be secret
    waiting: list[tuple[int, int, PlannedRecord]] = []
    for number in itertools.count():
        name = f"event-{number:06}"
        value = event_value(name, "transient" if number % 10 == 0 else "plain", number)
        for copy in range(COPIES):
            record = PlannedRecord(draw.randrange(plan.partitions), None, value, name)
            place = number * COPIES + (draw.randrange(_APART) if copy else 0)
            heapq.heappush(waiting, (place, number * COPIES + copy, record))
        while waiting and waiting[0][0] <= number * COPIES:
            yield heapq.heappop(waiting)[-1]


class _HomeRun(Run):
    """A run of key-less events."""

    async def tell_all(self) -> tuple[RunOutcome, int]:
        """Play it; return what happened, and how many events came home from another partition."""
        outcome = await self.play()
        records = await read_topic(self._bootstrap_servers, self._topics.control)
        return outcome, sum(read_act(each).kind == "home" for each in records)

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), "EVERONCE_DEDUP__SCOPE": "topic"}

    def _planned_load(self) -> Load:
        plan = self._plan.load
        return Load(plan, self._bootstrap_servers, self._topics.input, copied_records)

    async def _is_finished(self) -> bool:
        try:
            return not await behind(self._bootstrap_servers, self._topics)
        except KafkaError:
            return False


def add_figures(report: Report, outcome: RunOutcome, moved: int) -> None:
    """Judge a run."""
    history, plan = outcome.history, outcome.plan
    general = check(history)
    ids = Counter(each.event_id for each in history.input)
    report.prove("once_home_records", len(history.input), "records", f">= {plan.load.records}")
    report.measure("once_home_events", len(ids), "events")
    scattered = _scattered(history.input)
    report.prove("once_home_scattered", scattered, "events on several partitions", "> 0")
    report.prove("once_home_moved", moved, "events brought home", "> 0")
    report.prove("once_home_lost", general.lost_count, "findings", "= 0")
    report.prove("once_home_doubled", general.doubled_count, "findings", "= 0")
    kills = outcome.fleet.kills.total()
    report.prove("once_home_kills", kills, "SIGKILLs", f">= {plan.least_kills}")
    report.prove("once_home_own_ends", outcome.fleet.own_ends, "workers", "= 0")
    for found in (general.lost, general.doubled):
        for name, sentences in found.items():
            for sentence in sentences[:_EXAMPLES]:
                report.note(f"once_home: {name}: {sentence}")


def _scattered(records: Any) -> int:
    places: dict[str, set[int]] = {}
    for each in records:
        places.setdefault(each.event_id, set()).add(each.place[0])
    return sum(len(each) > 1 for each in places.values())
