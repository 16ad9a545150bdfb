"""Which runs are there, and what does each do to its workers?

A fate is what happens to one worker process: every start of a worker takes the next one.  When all
are used up, the workers that are started then live to the end and finish the work.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.faults.load import LoadPlan

POINTS = ("before_send", "mid_send", "before_commit", "after_commit", "after_restore")
"""Named points of a worker's life at which it kills itself."""

STOP_POINTS = ("before_send", "before_offsets", "before_commit")
"""Points in the middle of a transaction at which it stops itself."""

SESSION_SECONDS = 6
TRANSACTION_SECONDS = 30

Variant = Literal["production", "ledger_ignored", "random_transactional_id", "unchecked_sends"]
Expectation = Literal["nothing_wrong", "nothing_lost", "lost_or_doubled", "doubled", "lost"]


@dataclass(frozen=True, slots=True)
class RandomKill:
    """SIGKILL from outside, so many seconds after the start."""

    after_seconds: float


@dataclass(frozen=True, slots=True)
class PointKill:
    """SIGKILL by its own hand, at the n-th passage of a point; the first is 1."""

    point: str
    passage: int


@dataclass(frozen=True, slots=True)
class PointStop:
    """SIGSTOP by its own hand, SIGCONT by ours after so many seconds."""

    point: str
    passage: int
    stopped_seconds: float


Fate = RandomKill | PointKill | PointStop


@dataclass(frozen=True, slots=True)
class RunPlan:
    """One run: topics, group and workers of its own."""

    name: str
    load: LoadPlan
    fates: Sequence[Fate]
    expectation: Expectation = "nothing_wrong"
    variant: Variant = "production"
    guarantee: Literal["exactly_once", "at_least_once"] = "exactly_once"
    workers: int = 2
    broker_kills: int = 0
    least_kills: int = 0
    """SIGKILLs of workers without which the run proves too little; likewise below."""
    least_stops: int = 0
    limit_seconds: float = 420
    """Fates that are not fulfilled by then are given up, and missed in the report."""
    drain_seconds: float = 90
    """Time to finish what is left, once nobody is killed any more."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Runs side by side on one cluster of their own."""

    nodes: int
    runs: Sequence[RunPlan] = field(default_factory=tuple)


def fates(seed: int, *, random_kills: int, point_kills: int, stops: int) -> list[Fate]:
    """Return a shuffled list; *point_kills* is for each of ``POINTS``."""
    draw = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    found: list[Fate] = [RandomKill(draw.uniform(3, 14)) for _ in range(random_kills)]
    for point in POINTS:
        # Restores come once per partition, commits many times.
        most = 4 if point == "after_restore" else 150
        found += [PointKill(point, draw.randint(1, most)) for _ in range(point_kills)]
    found += [
        PointStop(STOP_POINTS[number % len(STOP_POINTS)], draw.randint(5, 40), draw.uniform(9, 14))
        for number in range(stops)
    ]
    draw.shuffle(found)
    return found


def full() -> list[Stage]:
    """Return everything, about 8 minutes."""
    one_node = RunPlan(
        "one_node",
        LoadPlan(seed=1, records=20_000, per_second=100, transactional=True),
        fates(1, random_kills=14, point_kills=4, stops=4),
        least_kills=20,
        least_stops=3,
    )
    at_least_once = replace(
        one_node,
        name="at_least_once",
        load=LoadPlan(seed=2, records=20_000, per_second=100),
        fates=fates(2, random_kills=14, point_kills=4, stops=4),
        guarantee="at_least_once",
        expectation="nothing_lost",
    )
    three_nodes = RunPlan(
        "three_nodes",
        LoadPlan(seed=3, records=6_000),
        fates(3, random_kills=4, point_kills=1, stops=1),
        broker_kills=6,
        least_kills=8,
        limit_seconds=240,
    )
    return [Stage(1, [one_node, at_least_once]), Stage(1, controls()), Stage(3, [three_nodes])]


def quick() -> list[Stage]:
    """Return the part for continuous integration, about 1 minute."""
    one_node = RunPlan(
        "one_node",
        LoadPlan(seed=1, records=4_000, per_second=80, transactional=True),
        fates(4, random_kills=2, point_kills=1, stops=1),
        least_kills=6,
        least_stops=1,
        limit_seconds=120,
    )
    # The third control needs longer: it waits for what was stopped.
    ledger_ignored, _, unchecked_sends = controls()
    return [Stage(1, [one_node, ledger_ignored, unchecked_sends])]


def controls() -> list[RunPlan]:
    """Return the runs of workers with a planted fault: the checker must see each of them."""
    load = LoadPlan(seed=5, records=1_500)
    ledger_ignored = RunPlan(
        "ledger_ignored",
        load,
        [PointKill("before_commit", 20), RandomKill(10), PointKill("before_send", 20)],
        expectation="doubled",
        variant="ledger_ignored",
        limit_seconds=90,
        drain_seconds=30,
    )
    return [
        ledger_ignored,
        replace(
            ledger_ignored,
            name="random_transactional_id",
            # Before its first send a transaction holds nothing on the broker: what the stopped
            # worker is about to write is written again by its successor.
            fates=[PointStop("before_send", 10 * number, 14) for number in (1, 2, 3)],
            expectation="lost_or_doubled",
            variant="random_transactional_id",
        ),
        replace(
            ledger_ignored,
            name="unchecked_sends",
            load=replace(load, kinds=(("plain", 0.98), ("oversized", 0.02))),
            fates=[],
            expectation="lost",
            variant="unchecked_sends",
        ),
    ]
