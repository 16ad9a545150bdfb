"""Does a redrive come out right though the desk and the workers are killed again and again?

``everonce dlq redrive`` is killed and resumed, workers are killed and started, all at random
moments; beside that edits are killed and typed again.  What has to come out is what comes out
without kills; only effects outside Kafka may repeat.
"""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, replace

from consumer.embedded import EmbeddedKafka
from tests.desk.checker import check_desk
from tests.desk.commands import Running, Said
from tests.desk.events import Mix, planned
from tests.desk.figures import add_findings
from tests.desk.history import read_desk_history
from tests.desk.operator import Operator
from tests.desk.stage import WORKERS, Stage
from tests.faults.driver import Tell
from tests.faults.fleet import Fleet
from tests.faults.plan import POINTS, Fate, PointKill, RandomKill
from tests.report import Report

NAME = "once_killed"
_RUN_MARK = "run "
_START_SECONDS = 60.0
_POLL_SECONDS = 0.05
_REDRIVE = ("dlq", "redrive", "--code", "INVALID_CONFIG", "--code", "NETWORK_ERROR")
_CHOSEN = (*_REDRIVE, "--code", "PROCESSOR_MISSING", "--yes", "--json")


@dataclass(frozen=True, slots=True)
class Torment:
    """What is done to whom."""

    mix: Mix
    desk_kills: int
    worker_kills: int
    rate: float
    """Letters a second: so that there is something left to kill."""


FULL = Torment(Mix(plain=1690, permanent=100, exhausted=100, unknown=90, poison=10), 10, 10, rate=8)
QUICK = Torment(Mix(plain=60, permanent=8, exhausted=8, unknown=8, poison=1), 2, 1, rate=4)


def add_killed(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Play the redrive, and add its figures."""
    asyncio.run(_play(report, Stage("once-killed", kafka, tell), QUICK if is_quick else FULL))


async def _play(report: Report, stage: Stage, torment: Torment) -> None:
    records = planned(torment.mix)
    wanted = {each.event_id or _mended_id(each.value) for each in records}
    async with stage:
        await stage.deploy()
        await stage.publish(records)
        await stage.caught_up()
        operator = Operator(stage)
        report.prove(
            f"{NAME}_letters", await operator.count(), "letters", f"= {torment.mix.letters}"
        )
        fleet = await stage.deploy("all", workers=0)
        redriving = _Redriving(stage, torment)
        async with asyncio.TaskGroup() as group:
            fates = _fates(torment)
            tending = [group.create_task(_tend(fleet, fates)) for _ in range(WORKERS)]
            story = group.create_task(_tell_the_story(stage, fleet, redriving))
            await asyncio.gather(redriving.play(), operator.mend_poison(kill_first=True), *tending)
            story.cancel()
        await stage.caught_up()
        await _judge(report, stage, operator, redriving, fleet, wanted, torment)
        await stage.retire()


def _mended_id(value: bytes) -> str:
    """Return the id in a record that is no event, as it is once it is mended."""
    return value.split(b'"', 4)[3].decode()


async def _judge(
    report: Report,
    stage: Stage,
    operator: Operator,
    redriving: "_Redriving",
    fleet: Fleet,
    wanted: set[str],
    torment: Torment,
) -> None:
    last = redriving.last
    report.prove(f"{NAME}_exit_code", last.code, "of the resumed redrive", "= 0")
    if last.code:
        report.note(f"{NAME}: {last.complaint or last.text}")
    kills = redriving.kills
    report.prove(f"{NAME}_desk_kills", kills, "SIGKILLs", f">= {torment.desk_kills}")
    report.measure(f"{NAME}_edit_kills", operator.kills, "SIGKILLs")
    workers = fleet.kills.total()
    report.prove(f"{NAME}_worker_kills", workers, "SIGKILLs", f">= {torment.worker_kills}")
    report.prove(f"{NAME}_own_ends", fleet.own_ends, "workers", "= 0")
    states = await operator.states()
    resolved = states.get("resolved", 0)
    report.prove(f"{NAME}_resolved", resolved, "letters", f"= {torment.mix.letters}")
    history = await read_desk_history(stage, wanted)
    add_findings(report, NAME, check_desk(history), with_kills=True)


class _Redriving:
    """One redrive, in as many processes as it takes."""

    def __init__(self, stage: Stage, torment: Torment) -> None:
        self._stage = stage
        self._torment = torment
        self._draw = random.Random(3)  # noqa: S311 - to be repeated, not to be secret
        self.kills = 0
        self.last: Said

    async def play(self) -> None:
        """Start it, kill it, resume it; the last process lives."""
        run: str | None = None
        while True:
            is_last = self.kills >= self._torment.desk_kills
            resume = () if run is None else ("--resume", run)
            rate = ("--rate", "200" if is_last else str(self._torment.rate))
            running = self._stage.desk.start(*_CHOSEN, *rate, *resume)
            if not is_last:
                said = await self._killed_midway(running)
                run = run or said
                continue
            self.last = await asyncio.to_thread(self._stage.desk.finish, running)
            return

    async def _killed_midway(self, running: Running) -> str | None:
        """Kill *running* at some moment once it has begun; return the name of its run."""
        name = None
        async with asyncio.timeout(_START_SECONDS):
            while name is None and not running.has_ended:
                name = running.complained(_RUN_MARK)
                await asyncio.sleep(_POLL_SECONDS)
        await asyncio.sleep(self._draw.uniform(0.2, 4.0))
        if running.kill():
            self.kills += 1
        said = await asyncio.to_thread(self._stage.desk.finish, running)
        if said.code >= 0:
            # It was done before its death: what is left of the kills cannot be met.
            self._torment = replace(self._torment, desk_kills=self.kills)
        return None if name is None else name.removeprefix(_RUN_MARK).split(";")[0]


def _fates(torment: Torment) -> deque[Fate]:
    """Return how workers end: at random, and at every named point of a transaction's life."""
    draw = random.Random(5)  # noqa: S311 - to be repeated, not to be secret
    points = [PointKill(point, draw.randint(1, 12)) for point in POINTS]
    found: list[Fate] = list(points[: torment.worker_kills // 2])
    found += [RandomKill(draw.uniform(3, 8)) for _ in range(torment.worker_kills - len(found))]
    draw.shuffle(found)
    return deque(found)


async def _tend(fleet: Fleet, fates: deque[Fate]) -> None:
    """Start one worker after the other, and kill it; the last one lives."""
    while fates:
        fate = fates.popleft()
        await fleet.fulfil(await fleet.start(fate), fate)
    await fleet.start()


async def _tell_the_story(stage: Stage, fleet: Fleet, redriving: _Redriving) -> None:
    while True:
        await asyncio.sleep(15)
        stage.tell(f"{redriving.kills} kills of the desk, {fleet.kills.total()} of workers")
