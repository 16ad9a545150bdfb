"""What is a whole process of the consumer, with everything in memory?"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from config.settings import Settings
from consumer.core.facts import Fact
from consumer.core.output import TopicRole
from consumer.ledger.memory import MemoryLedger
from consumer.ports import Tracer, Writer
from consumer.runtime.bounds import Bounds
from consumer.runtime.environment import Clocks, Environment
from consumer.runtime.gates import Gates
from consumer.runtime.kept_ledgers import KeptLedgers
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.session import Session
from consumer.runtime.supervisor import Supervisor
from consumer.runtime.traced import attempts_for, limits_for, registry_for
from consumer.runtime.workers import WorkerPool
from processors.registry import Registry
from tests.fakes.kafka import Connection, MemoryKafka
from tests.fakes.source import MemorySource
from tests.fakes.state_log import MemoryStateLog
from tests.fakes.writer import MemoryIdempotentWriter, MemoryWriter

SomeFact = TypeVar("SomeFact")


class Notebook:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.wants_each_event = True
        self.facts: list[Fact] = []

    def observe(self, fact: Fact) -> None:
        self.facts.append(fact)

    def of(self, kind: type[SomeFact]) -> Sequence[SomeFact]:
        """Return the facts of one kind, in the order they were told."""
        return [fact for fact in self.facts if isinstance(fact, kind)]


class MemoryProcess:
    """One process: a source, a pool of workers and a supervisor over one cluster.

    Args:
        kafka: The cluster.
        registry: The processors.
        settings: Those of the cluster, where a test varies none.
        name: Tells processes of one test apart.
        draw: The chance in back-offs; none without it.
        tracer: Told of attempts, where they are traced.
    """

    def __init__(
        self,
        kafka: MemoryKafka,
        registry: Registry,
        *,
        settings: Settings | None = None,
        name: str = "one",
        draw: Callable[[], float] = lambda: 0.0,
        tracer: Tracer | None = None,
    ) -> None:
        registry = registry_for(registry, tracer)
        self._kafka = kafka
        self.settings = settings or kafka.settings
        self.connection = Connection(name)
        self.told = Notebook()
        self.source = MemorySource(kafka, self.connection)
        self.stop = asyncio.Event()
        clock = kafka.clock
        gates = Gates(self.settings, registry, self.told, now=clock.monotonic)
        self._attempts = attempts_for(self.settings, gates, now=clock.now, tracer=tracer)
        processing = self.settings.processing
        self.pool = WorkerPool(
            processing.concurrency,
            self._attempts.run,
            straggler_seconds=processing.straggler_timeout,
        )
        limits: dict[TopicRole, int] = dict(kafka.max_message_bytes)
        self.env = Environment(
            settings=self.settings,
            registry=registry,
            observer=self.told,
            source=self.source,
            state_log=MemoryStateLog(kafka, self.connection),
            writers=partial(self._writer, kafka),
            ledgers=lambda: MemoryLedger(self.settings.dedup.window),
            clocks=Clocks(clock.now, draw),
            pool=self.pool,
            bounds=Bounds(processing, self.settings.retry),
            gates=gates,
            limits=limits_for(limits, tracer),
            letter_retention_seconds=self.settings.dedup.window,
            instance=name,
            version="1.2.3",
            partitions=kafka.partitions,
            tracer=tracer,
        )
        ledgers = KeptLedgers(
            max_entries=100_000, delete_retention_seconds=24 * 3600.0, now=clock.now
        )
        self.supervisor = Supervisor(self.env, ledgers)

    def _writer(self, kafka: MemoryKafka, partition: int) -> Writer:
        once = self.settings.processing.guarantee == "exactly_once"
        kind = MemoryWriter if once else MemoryIdempotentWriter
        is_member = partial(kafka.group.knows, self.source)
        return kind(kafka, partition, self.connection, is_member=is_member)

    async def run(self) -> None:
        """Serve until ``stop`` is set."""
        self.pool.start()
        try:
            await self.supervisor.run(self.stop)
        finally:
            await self.pool.stop()
            self._attempts.close()

    async def die(self, task: "asyncio.Task[None]") -> None:
        """End as by SIGKILL: nothing that *task*, its run, does from now on reaches anybody."""
        self.connection.is_cut = True
        task.cancel()
        await asyncio.wait([task])
        self._kafka.group.leave(self.source)

    def session(self, partition: int = 0) -> Session | None:
        """Return the session of a partition, where there is one."""
        tenure = self.supervisor._tenures.get(partition)
        return None if tenure is None else tenure.session

    def state(self, partition: int = 0) -> PartitionState:
        """Return what the session of a partition knows."""
        session = self.session(partition)
        assert session is not None
        assert session.state is not None
        return session.state

    def reads(self, partition: int = 0) -> bool:
        """Whether the partition is set up."""
        session = self.session(partition)
        return session is not None and session.state is not None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["MemoryProcess"]:
        """Run inside the block; drained at its end."""
        task = asyncio.ensure_future(self.run())
        try:
            yield self
        finally:
            self.stop.set()
            self.source.wake()
            await task
