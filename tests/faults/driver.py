"""How does one run go, from empty topics to a history?

Events are published at a steady rate for as long as workers and brokers are tormented; then
everybody lives, the rest is finished, and the workers are ended by SIGTERM.
"""

import asyncio
import random
import shutil
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError

from consumer.embedded import EmbeddedKafka
from tests.faults.checker import History
from tests.faults.fleet import ROOT, Fleet
from tests.faults.history import aborted_records, read_history
from tests.faults.load import Load
from tests.faults.plan import SESSION_SECONDS, TRANSACTION_SECONDS, Fate, RunPlan
from tests.faults.topics import (
    Topics,
    committed_offsets,
    create_topics,
    high_watermarks,
    out_of_sync,
)

DIRECTORY = ROOT / "build" / "faults"
_GRACE_SECONDS = 40.0
_MOST_TRIES = 2
_STORY_SECONDS = 15.0
_IN_SYNC_SECONDS = 60.0

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What happened in a run, and what it left."""

    plan: RunPlan
    history: History
    aborted: int
    """Results and ledger entries that were written and are visible to nobody."""
    fleet: Fleet
    broker_kills: int
    unclean_ends: int
    drained: bool
    seconds: float
    effects: Counter[str]
    """How often each attempt reached its end, by event id and number."""


class Run:
    """One run, on a cluster that is there already.

    Args:
        plan: What is done.
        kafka: The cluster.
        tell: Told from time to time how it goes.
        directory: Where the logs of its workers go, in a directory of the run's own.
    """

    def __init__(
        self, plan: RunPlan, kafka: EmbeddedKafka, tell: Tell, directory: Path = DIRECTORY
    ) -> None:
        self._plan = plan
        self._kafka = kafka
        self._bootstrap_servers = kafka.bootstrap_servers
        self._tell = tell
        self._topics = Topics.named(plan.name)
        self._directory = _emptied(directory / plan.name)
        self._effects = self._directory / "effects.txt"
        self._effects.touch()
        self._fleet = Fleet(self._environment(), self._directory, plan.variant)
        self._load = self._planned_load()
        self._fates: deque[tuple[Fate, int]] = deque((fate, 1) for fate in plan.fates)
        self._calm = 0
        self._over = False
        self._broker_kills = 0
        self._began = 0.0

    def _environment(self) -> dict[str, str]:
        return {
            **self._topics.environment(),
            "EVERONCE_KAFKA__BOOTSTRAP_SERVERS": self._bootstrap_servers,
            "EVERONCE_KAFKA__SESSION_TIMEOUT": str(SESSION_SECONDS),
            "EVERONCE_KAFKA__HEARTBEAT_INTERVAL": "1",
            "EVERONCE_KAFKA__TRANSACTION_TIMEOUT": str(TRANSACTION_SECONDS),
            "EVERONCE_PROCESSING__GUARANTEE": self._plan.guarantee,
            "EVERONCE_PROCESSORS__MODULES": "tests.faults.processors",
            # A duplicate of a dead-lettered event would be a resend, and be answered once more.
            "EVERONCE_DEDUP__ON_RESEND": "drop",
            # Some of these processors fail every first attempt: to a breaker an outage for ever.
            "EVERONCE_BREAKERS__ENABLED": "false",
            "EVERONCE_GUARD__ENABLED": "false",
            "EVERONCE_HTTP__PORT": "0",
            "FAULTS_EFFECTS": str(self._effects),
        }

    def _planned_load(self) -> Load:
        return Load(self._plan.load, self._bootstrap_servers, self._topics.input)

    def _actors(self) -> list[Coroutine[Any, Any, None]]:
        """Return who does something while events are published; each ends by getting calm."""
        return [*(self._tend() for _ in range(self._plan.workers)), self._torment_brokers()]

    async def play(self) -> RunOutcome:
        """Play the run; whatever happens, no worker is left when this returns."""
        self._began = _now()
        try:
            await create_topics(self._bootstrap_servers, self._topics, self._plan.load.partitions)
            drained, unclean = await self._live()
        finally:
            self._over = True
            await self._fleet.kill_all()
        return RunOutcome(
            plan=self._plan,
            history=await read_history(self._bootstrap_servers, self._topics),
            aborted=await aborted_records(self._bootstrap_servers, self._topics),
            fleet=self._fleet,
            broker_kills=self._broker_kills,
            unclean_ends=unclean,
            drained=drained,
            seconds=_now() - self._began,
            effects=Counter(self._effects.read_text().splitlines()),
        )

    async def _live(self) -> tuple[bool, int]:
        """Return whether everything was finished, and how many workers did not end cleanly."""
        async with asyncio.TaskGroup() as group:
            story = group.create_task(self._tell_the_story())
            actors = [group.create_task(actor) for actor in self._actors()]
            await self._load.publish(lambda: self._calm >= len(actors))
            drained = await self._drained()
            self._over = True
            unclean = await self._fleet.finish(_GRACE_SECONDS)
            story.cancel()
        return drained, unclean

    async def _tend(self) -> None:
        """Start one worker after the other, as long as there are fates; the last one lives."""
        while self._fates and not self._is_late():
            fate, tries = self._fates.popleft()
            worker = await self._fleet.start(fate)
            if not await self._fleet.fulfil(worker, fate) and tries < _MOST_TRIES:
                self._fates.append((fate, tries + 1))
        self._calm += 1
        while not self._over:
            worker = await self._fleet.start()
            while not self._over and not await worker.ended_within(1):
                pass
            if not self._over:
                self._fleet.note_own_end(worker)

    async def _torment_brokers(self) -> None:
        draw = random.Random(self._plan.load.seed)  # noqa: S311 - to be repeated, not to be secret
        while self._broker_kills < self._plan.broker_kills and not self._is_late():
            await asyncio.sleep(draw.uniform(6, 12))
            node = draw.randrange(3)
            await asyncio.to_thread(self._kafka.kill_node, node)
            self._broker_kills += 1
            await asyncio.sleep(draw.uniform(2, 6))
            await asyncio.to_thread(self._kafka.start_node, node)
            # With one replica behind, the next kill could leave fewer than must confirm.
            await self._in_sync()
        self._calm += 1

    async def _in_sync(self) -> None:
        async with asyncio.timeout(_IN_SYNC_SECONDS):
            while True:
                try:
                    if not await out_of_sync(self._bootstrap_servers):
                        return
                except KafkaError:
                    pass  # a broker that is just leaving or coming back
                await asyncio.sleep(0.5)

    async def _drained(self) -> bool:
        """Wait until everything is finished; False when time is up."""
        deadline = _now() + self._plan.drain_seconds
        while _now() < deadline:
            if await self._is_finished():
                return True
            await asyncio.sleep(0.5)
        return False

    async def _is_finished(self) -> bool:
        """Whether the group has committed the end of the input."""
        return await self._lag() == 0

    async def _lag(self) -> int | None:
        """Return how far the group is behind; None where no broker says."""
        try:
            ends = await high_watermarks(self._bootstrap_servers, self._topics.input)
            committed = await committed_offsets(self._bootstrap_servers, self._topics)
        except KafkaError:
            return None
        return sum(end - committed.get(number, 0) for number, end in ends.items())

    async def _tell_the_story(self) -> None:
        while True:
            await asyncio.sleep(_STORY_SECONDS)
            self._tell(
                f"{self._plan.name}: {_now() - self._began:3.0f} s, "
                f"{self._load.published:,} published, lag {await self._lag()}, "
                f"{self._fleet.kills.total()} kills, {self._fleet.stops} stops, "
                f"{self._broker_kills} broker kills, {len(self._fates)} fates to come"
            )

    def _is_late(self) -> bool:
        return _now() - self._began > self._plan.limit_seconds


def _now() -> float:
    return asyncio.get_running_loop().time()


def _emptied(directory: Path) -> Path:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory
