"""Where does a run play: topics, a group, workers and an operator of its own?"""

import asyncio
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from aiokafka.errors import KafkaError

from consumer.embedded import EmbeddedKafka
from tests.desk.commands import Desk
from tests.desk.events import PARTITIONS
from tests.desk.processors import VARIABLE
from tests.faults.driver import Tell
from tests.faults.fleet import ROOT, Fleet
from tests.faults.load import PlannedRecord
from tests.faults.plan import SESSION_SECONDS
from tests.faults.topics import Topics, admin, high_watermarks
from tests.retries.events import publish

DIRECTORY = ROOT / "build" / "desk"
WORKERS = 2
_GRACE_SECONDS = 40.0
_START_SECONDS = 30.0
_CAUGHT_UP_SECONDS = 120.0
_POLL_SECONDS = 0.25


class Stage:
    """A run's own; ``async with`` creates the topics, and leaves no process behind.

    Args:
        name: Of the run.
        kafka: A cluster that is there already.
        tell: Told how it goes.
        settings: Of workers and operator, ``EVERONCE_…``, beside those of all runs.
    """

    def __init__(
        self,
        name: str,
        kafka: EmbeddedKafka,
        tell: Tell,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self.bootstrap_servers = kafka.bootstrap_servers
        self.topics = Topics.named(name)
        self.audit = f"{name}-audit"
        self.directory = DIRECTORY / name
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory.mkdir(parents=True)
        self.effects = self.directory / "effects.txt"
        self.effects.touch()
        self._tell = tell
        self._settings = dict(settings or {})
        self.desk = Desk(self.environment(), self.directory)
        self.fleets: list[Fleet] = []

    def environment(self) -> dict[str, str]:
        """Return the settings of workers and operator."""
        return {
            **self.topics.environment(),
            "EVERONCE_TOPICS__AUDIT": self.audit,
            "EVERONCE_KAFKA__BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "EVERONCE_KAFKA__SESSION_TIMEOUT": str(SESSION_SECONDS),
            "EVERONCE_KAFKA__HEARTBEAT_INTERVAL": "1",
            "EVERONCE_PROCESSORS__MODULES": "tests.desk.processors",
            # So many failures are an outage to a breaker, and a flood to the guard.
            "EVERONCE_BREAKERS__ENABLED": "false",
            "EVERONCE_GUARD__ENABLED": "false",
            "EVERONCE_HTTP__PORT": "0",
            "FAULTS_EFFECTS": str(self.effects),
            **self._settings,
        }

    def tell(self, text: str) -> None:
        """Tell how it goes."""
        self._tell(f"{self.name}: {text}")

    async def __aenter__(self) -> Self:
        arguments = ("topics", "create", "--partitions", str(PARTITIONS))
        try:
            (await asyncio.to_thread(self.desk.run, *arguments)).must(0)
        except BaseException:
            self.desk.kill_all()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        self.desk.kill_all()
        for fleet in self.fleets:
            await fleet.kill_all()

    async def publish(self, records: Iterable[PlannedRecord]) -> None:
        """Publish *records* to the input."""
        await publish(self.bootstrap_servers, self.topics.input, records)

    def fleet(self, mended: str, settings: Mapping[str, str] | None = None) -> Fleet:
        """Return a fleet without a worker yet, whose code is *mended* so far."""
        directory = self.directory / f"workers-{len(self.fleets) + 1}-{mended or 'broken'}"
        directory.mkdir()
        environment = {**self.environment(), VARIABLE: mended, **(settings or {})}
        fleet = Fleet(environment, directory, "production")
        self.fleets.append(fleet)
        return fleet

    async def started(self, fleet: Fleet, workers: int) -> None:
        """Start so many *workers*, and wait until each has partitions.

        Raises:
            TimeoutError: One has not.
        """
        for worker in [await fleet.start() for _ in range(workers)]:
            if not await worker.said_within(_START_SECONDS, "session.started"):
                raise TimeoutError(f"a worker of {self.name} has not started: see its log")

    async def deploy(self, mended: str = "", workers: int = WORKERS) -> Fleet:
        """End the workers, start others whose code is *mended* so far; return these."""
        await self.retire()
        fleet = self.fleet(mended)
        await self.started(fleet, workers)
        return fleet

    async def retire(self) -> None:
        """End the workers by SIGTERM."""
        if self.fleets:
            await self.fleets[-1].finish(_GRACE_SECONDS)

    async def caught_up(self, seconds: float = _CAUGHT_UP_SECONDS) -> None:
        """Wait until the group has read input and control to their ends.

        Raises:
            TimeoutError: It does not.
        """
        async with asyncio.timeout(seconds):
            while True:
                if not await self._is_behind():
                    return
                await asyncio.sleep(_POLL_SECONDS)

    async def _is_behind(self) -> bool:
        try:
            return bool(await behind(self.bootstrap_servers, self.topics))
        except KafkaError:
            return True

    def log(self, name: str) -> Path:
        """Return where the run keeps a file of its own."""
        return self.directory / name


async def behind(bootstrap_servers: str, topics: Topics) -> int:
    """Return how many records of input and control the group has not committed yet."""
    async with admin(bootstrap_servers) as client:
        found = await client.list_consumer_group_offsets(topics.group)
    committed = {(place.topic, place.partition): meta.offset for place, meta in found.items()}
    count = 0
    for topic in (topics.input, topics.control):
        ends = await high_watermarks(bootstrap_servers, topic)
        count += sum(max(0, end - committed.get((topic, each), 0)) for each, end in ends.items())
    return count
