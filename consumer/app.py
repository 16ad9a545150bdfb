"""Where do all objects meet?

The only place that knows every folder: builds, wires, starts, stops.
"""

import asyncio
import contextlib
import os
import random
import secrets
import socket
import time
from asyncio import FIRST_COMPLETED
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from importlib.metadata import version

from config.settings import Settings
from consumer.core.output import TopicRole
from consumer.core.process_facts import LifeCycleChanged
from consumer.core.status import LifeState, Status
from consumer.kafka.log_reader import LogReader
from consumer.kafka.source import KafkaSource
from consumer.kafka.state_log import KafkaStateLog
from consumer.kafka.topic_facts import TopicFacts, topic_facts
from consumer.kafka.writers import writers
from consumer.ledger.memory import MemoryLedger
from consumer.ports import Observer, StateLog, Tracer, Writer
from consumer.runtime.bounds import Bounds
from consumer.runtime.environment import Clocks, Environment
from consumer.runtime.gates import Gates
from consumer.runtime.kept_ledgers import KeptLedgers
from consumer.runtime.partition_counts import watch_partition_counts
from consumer.runtime.supervisor import Supervisor
from consumer.runtime.traced import attempts_for, limits_for, registry_for
from consumer.runtime.workers import WorkerPool
from processors.registry import Registry

KEPT_LEDGER_ENTRIES = 2_000_000
"""Of ledgers without a session; about 600 MB at the most."""


class Application:
    """One process of the consumer, from its start to its end.

    Args:
        settings: The deployment's.
        registry: The processors.
        observer: Who is told facts.
        tracer: Told of attempts, where they are traced.
        make_writers: Makes the maker of producers; faults are injected here.
        make_state_log: Makes the reader of the state topic.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        registry: Registry,
        observer: Observer,
        tracer: Tracer | None = None,
        make_writers: Callable[..., Callable[[int], Writer]] = writers,
        make_state_log: Callable[[Settings, LogReader], StateLog] = KafkaStateLog,
    ) -> None:
        self._settings = settings
        self._registry = registry_for(registry, tracer)
        self._tracer = tracer
        self._observer = observer
        self._make_writers = make_writers
        self._make_state_log = make_state_log
        self._supervisor: Supervisor | None = None
        self._state: LifeState = "starting"

    def status(self) -> Status:
        """Return the process at this moment, for gauges, health and the live view."""
        if self._supervisor is None:
            return Status("starting", (), 0, 0, 0, 0, ("the process is starting",))
        status = self._supervisor.status()
        return replace(status, state=self._state)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until *stop*, then drain.

        Raises:
            ConnectionError: Kafka did not answer within kafka.connect_timeout.
            StragglerError: An attempt cannot be ended: end the process without waiting for it.
            NothingWorksError: Everything has been dead for long.
            PartitionCountError: The topics' partition counts changed or differ.
        """
        self._say("starting")
        settings = self._settings
        async with AsyncExitStack() as stack:
            reader = LogReader(settings.kafka, _topics(settings))
            await stack.enter_async_context(reader)
            facts = await topic_facts(settings)
            env, pool = self._environment(reader, facts)
            pool.start()
            stack.push_async_callback(pool.stop)
            ledgers = KeptLedgers(
                max_entries=KEPT_LEDGER_ENTRIES,
                delete_retention_seconds=facts.state_delete_retention_seconds,
                now=time.time,
            )
            self._supervisor = Supervisor(env, ledgers)
            self._say("running")
            await self._serve(pool, stop, reader)
        self._say("stopped")

    async def _serve(self, pool: WorkerPool, stop: asyncio.Event, reader: LogReader) -> None:
        """Run the supervisor beside what may end it early."""
        if self._supervisor is None:
            raise RuntimeError("there is no supervisor yet")
        serving = asyncio.create_task(self._supervisor.run(stop), name="supervisor")
        counting = asyncio.create_task(watch_partition_counts(reader.partition_counts))
        straggling = asyncio.create_task(pool.straggler())
        draining = asyncio.create_task(self._say_when_draining(stop))
        beside = [counting, straggling, draining]
        try:
            await asyncio.wait([serving, counting, straggling], return_when=FIRST_COMPLETED)
            if counting.done():
                stop.set()
            await asyncio.wait([serving, straggling], return_when=FIRST_COMPLETED)
            if straggling.done():
                # Nothing is drained: whatever waited for the straggler would wait for ever.
                straggling.result()
            await serving
            if counting.done():
                counting.result()
        finally:
            if not straggling.done():
                await cancelled(serving)
            for task in beside:
                await cancelled(task)

    def _environment(self, reader: LogReader, facts: TopicFacts) -> tuple[Environment, WorkerPool]:
        settings = self._settings
        source = KafkaSource(settings, reader)
        gates = Gates(
            settings,
            self._registry,
            self._observer,
            now=asyncio.get_running_loop().time(),
        )
        attempts = attempts_for(settings, gates, now=time.time, tracer=self._tracer)
        pool = WorkerPool(
            settings.processing.concurrency,
            attempts.run,
            straggler_seconds=settings.processing.straggler_timeout,
        )
        limits: dict[TopicRole, int] = {
            role: limit for role, limit in facts.limits.items() if limit is not None
        }
        env = Environment(
            settings=settings,
            registry=self._registry,
            observer=self._observer,
            source=source,
            state_log=self._make_state_log(settings, reader),
            writers=self._make_writers(settings, facts.limits, source.commit_offsets),
            ledgers=lambda: MemoryLedger(settings.dedup.window),
            clocks=Clocks(now=time.time, draw=random.random),
            pool=pool,
            bounds=Bounds(settings.processing, settings.retry),
            gates=gates,
            limits=limits_for(_with_defaults(limits), self._tracer),
            letter_retention_seconds=facts.dlq_retention_seconds,
            instance=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
            version=version("everonce"),
            partitions=facts.partitions,
            tracer=self._tracer,
        )
        return env, pool

    def _say(self, state: LifeState) -> None:
        self._state = state
        self._observer.observe(LifeCycleChanged(state))

    async def _say_when_draining(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._say("draining")


async def cancelled(task: "asyncio.Task[None]") -> None:
    """Cancel *task* and wait for its end; its own failure has been looked at, or will be."""
    if not task.done():
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


DEFAULT_LIMIT_BYTES = 1024 * 1024
"""Kafka's default max.message.bytes, taken where a topic's own cannot be described."""


def _with_defaults(limits: dict[TopicRole, int]) -> dict[TopicRole, int]:
    roles: tuple[TopicRole, ...] = ("results", "dlq", "state", "audit", "control")
    return {role: limits.get(role, DEFAULT_LIMIT_BYTES) for role in roles}


def _topics(settings: Settings) -> list[str]:
    names = settings.topics.model_dump().values()
    return [name for name in names if name]
