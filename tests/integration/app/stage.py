"""How does a test put the whole application on topics of its own, and see what it left?"""

import asyncio
import gc
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer

from config.settings import Settings
from consumer.core.facts import Fact
from consumer.core.ledger_entry import Entry, decode_entry
from consumer.core.progress import Progress, decode_progress
from consumer.core.status import Status
from consumer.process import ConsumerProcess
from consumer.telemetry.output import own_logger
from processors.registry import Registry
from tests.faults.history import read_topic
from tests.faults.topics import (
    Topics,
    admin,
    committed_offsets,
    create_topic,
    create_topics,
    high_watermarks,
)

PATIENCE_SECONDS = 30.0
_PROGRESS = b"progress"


class Told:
    """An observer that keeps every fact."""

    wants_each_event = True

    def __init__(self) -> None:
        self.facts: list[Fact] = []

    def observe(self, fact: Fact) -> None:
        self.facts.append(fact)

    def of(self, kind: type[Any]) -> list[Any]:
        """Return the facts of one kind, oldest first."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def duplicates(self) -> Counter[str]:
        """Return how many records were recognised, by kind."""
        counts: Counter[str] = Counter()
        for fact in self.facts:
            counts.update(getattr(getattr(fact, "tally", None), "duplicates", {}))
        return counts


@dataclass
class Running:
    """One application that runs."""

    process: ConsumerProcess
    stop: asyncio.Event
    task: "asyncio.Task[None]"
    told: Told

    def status(self) -> Status:
        return self.process.status()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until *holds*; an application that failed meanwhile fails the test."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():
                if self.task.done():
                    self.task.result()
                await asyncio.sleep(0.02)

    async def end(self) -> None:
        """Stop as SIGTERM does, and wait for the end."""
        self.stop.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.task

    async def cut_off(self) -> None:
        """End without a drain: what is not committed is for the next owner."""
        self.task.cancel()
        await asyncio.wait([self.task])
        self.task = asyncio.create_task(asyncio.sleep(0))


def _fresh() -> Topics:
    return Topics.named(f"app-{uuid.uuid4().hex[:10]}")


@dataclass
class Stage:
    """Topics and a group that nobody else has."""

    servers: str
    producer: AIOKafkaProducer
    topics: Topics = field(default_factory=_fresh)

    def settings(self, **sections: dict[str, Any]) -> Settings:
        """Return settings for these topics, with *sections* laid over them."""
        document = self.topics.settings(self.servers).model_dump(exclude_unset=True)
        document |= {"http": {"port": 0}, "log": {"level": "error"}}
        for name, members in sections.items():
            document[name] = {**document.get(name, {}), **members}
        return Settings(**document)

    async def create(self, partitions: int = 1) -> None:
        await create_topics(self.servers, self.topics, partitions)

    async def create_audit(self) -> str:
        """Create a topic for the audits of one partition; return its name."""
        topic = f"{self.topics.input}-audit"
        await create_topic(self.servers, topic, 1)
        return topic

    async def recreate(self, topic: str) -> None:
        """Delete *topic* and make it anew, empty, as ``everonce topics create`` does."""
        async with admin(self.servers) as client:
            await client.delete_topics([topic])
            async with asyncio.timeout(PATIENCE_SECONDS):
                while topic in await client.list_topics():  # noqa: ASYNC110 - a broker sets no event
                    await asyncio.sleep(0.05)
        await self.create()

    async def widen(self, partitions: int) -> None:
        """Take other topics, of so many partitions."""
        self.topics = _fresh()
        await self.create(partitions)

    async def publish(self, *records: tuple[str, bytes | None], partition: int = 0) -> None:
        """Publish keys and values in this order."""
        for key, value in records:
            await self.producer.send(
                self.topics.input, value, key=key.encode(), partition=partition
            )
        await self.producer.flush()

    @asynccontextmanager
    async def running(
        self, registry: Registry, settings: Settings | None = None
    ) -> AsyncIterator[Running]:
        """Yield an application, which is stopped afterwards unless it was before."""
        settings = settings or self.settings()
        told, stop = Told(), asyncio.Event()
        process = ConsumerProcess(settings, registry, own_logger(settings.log), beside=told)
        thresholds = gc.get_threshold()
        app = Running(process, stop, asyncio.create_task(process.run(stop)), told)
        try:
            yield app
            await app.end()
        finally:
            app.task.cancel()
            await asyncio.wait([app.task])
            gc.unfreeze()
            gc.set_threshold(*thresholds)

    async def caught_up(self, *apps: Running) -> None:
        """Wait until every record that is there now is committed by one of *apps*."""
        ends = await high_watermarks(self.servers, self.topics.input)

        def committed() -> dict[int, int]:
            found = [each for app in apps for each in app.status().partitions]
            return {p: max([0, *(f.committable for f in found if f.partition == p)]) for p in ends}

        try:
            await apps[0].until(lambda: committed() == ends)
        except TimeoutError:
            message = f"{committed()} of {ends}: {[app.status() for app in apps]}"
            raise AssertionError(message) from None

    async def results(self) -> list[dict[str, Any]]:
        """Return the results that a downstream consumer sees."""
        found = await read_topic(self.servers, self.topics.results)
        return [orjson.loads(each.value) for each in found]

    async def letters(self) -> list[dict[str, Any]]:
        """Return the letters that an operator sees."""
        return [
            orjson.loads(each.value) for each in await read_topic(self.servers, self.topics.dlq)
        ]

    async def committed(self, topic: str | None = None) -> dict[int, int]:
        """Return the group's offsets, of the input unless another topic is named."""
        topics = replace(self.topics, input=topic or self.topics.input)
        return await committed_offsets(self.servers, topics)

    async def ends(self) -> dict[int, int]:
        return await high_watermarks(self.servers, self.topics.input)

    async def entries(self) -> dict[str, Entry]:
        """Return the ledger as a new owner would restore it."""
        newest = await self._newest()
        return {
            key.decode(): decode_entry(value)
            for (_, key), value in newest.items()
            if value is not None and key != _PROGRESS
        }

    async def progress(self, partition: int = 0) -> Progress:
        """Return what the ledger of *partition* remembers of itself."""
        value = (await self._newest())[partition, _PROGRESS]
        assert value is not None
        return decode_progress(value)

    async def _newest(self) -> dict[tuple[int, bytes], bytes | None]:
        records = await read_topic(self.servers, self.topics.state)
        return {(each.partition, each.key): each.value for each in records}
