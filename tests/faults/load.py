"""Which events are published, and how?

The events follow from the seed alone; the pace is steady.  With ``transactional`` every second
portion is a transaction, some of which are aborted: whoever answers those has read too much.
"""

import asyncio
import itertools
import random
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

PORTION_SECONDS = 0.1
_ABORTED_SHARE = 0.1
_NEAR = 40
"""A near duplicate repeats one of the last so many: its original may still be in flight."""
_OVERSIZED_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What is published."""

    seed: int
    records: int
    """At least so many, duplicates included."""
    per_second: int = 60
    keys: int = 240
    partitions: int = 4
    duplicates: float = 0.10
    """Share of records whose id was there before, byte for byte the same."""
    transactional: bool = False
    kinds: tuple[tuple[str, float], ...] = (
        ("plain", 0.89),
        ("transient", 0.06),
        ("permanent", 0.02),
        ("exhausted", 0.01),
        ("poison", 0.01),
        ("keyless", 0.0095),
        ("oversized", 0.0005),
    )
    """Shares of the events by what happens to them; names of ``tests.faults.processors``."""


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """A record to publish."""

    partition: int
    key: bytes | None
    value: bytes
    event_id: str | None
    """None for poison."""


def planned_records(plan: LoadPlan) -> Iterator[PlannedRecord]:
    """Yield the records of *plan*, without end; the same ones for the same seed."""
    draw = random.Random(plan.seed)  # noqa: S311 - to be repeated, not to be secret
    names, shares = zip(*plan.kinds, strict=True)
    published: list[PlannedRecord] = []
    for number in itertools.count():
        if published and draw.random() < plan.duplicates:
            near = draw.random() < 0.5
            yield draw.choice(published[-_NEAR:] if near else published)
            continue
        (kind,) = draw.choices(names, shares)
        record = _record(plan, draw, kind, number)
        if record.event_id is not None:
            published.append(record)
        yield record


def _record(plan: LoadPlan, draw: random.Random, kind: str, number: int) -> PlannedRecord:
    key = None if kind == "keyless" else b"key-%04d" % draw.randrange(plan.keys)
    partition = zlib.crc32(key or b"%d" % number) % plan.partitions
    if kind == "poison":
        return PlannedRecord(partition, key, b'{"event_id": "broken-%d", \xff' % number, None)
    event_id = f"event-{plan.seed}-{number:06}"
    return PlannedRecord(partition, key, event_value(event_id, kind, number), event_id)


def event_value(event_id: str, kind: str, number: int) -> bytes:
    """Return an event whose processor is ``fault.<kind>``."""
    payload: dict[str, object] = {"number": number}
    if kind == "oversized":
        payload["result_bytes"] = _OVERSIZED_BYTES
    return orjson.dumps(
        {
            "event_id": event_id,
            "event_type": f"fault.{'plain' if kind == 'keyless' else kind}",
            "workflow_id": f"workflow-{number % 97}",
            "workflow_run_id": f"run-{number % 13}",
            "occurred_at": "2026-01-01T00:00:00Z",
            "payload": payload,
        }
    )


class Load:
    """Publishes a plan.

    What the topic then holds is the truth that the checker reads: a portion whose delivery is
    not known is published again, and its records are duplicates if they were there already.
    """

    def __init__(
        self,
        plan: LoadPlan,
        bootstrap_servers: str,
        topic: str,
        records: Callable[[LoadPlan], Iterator[PlannedRecord]] = planned_records,
    ) -> None:
        self._plan = plan
        self._records = records
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._draw = random.Random(plan.seed + 1)  # noqa: S311 - to be repeated, not to be secret
        self._producers: dict[bool, AIOKafkaProducer] = {}
        self.published = 0
        """Records confirmed so far, those of aborted transactions not counted."""

    async def publish(self, enough: Callable[[], bool]) -> None:
        """Publish until the plan is fulfilled and *enough* says so too."""
        records = self._records(self._plan)
        portion_size = max(1, round(self._plan.per_second * PORTION_SECONDS))
        due = asyncio.get_running_loop().time()
        try:
            for number in itertools.count():
                if self.published >= self._plan.records and enough():
                    return
                portion = list(itertools.islice(records, portion_size))
                await self._deliver(portion, in_transaction=self._plan.transactional and number % 2)
                self.published += len(portion)
                due += PORTION_SECONDS
                await asyncio.sleep(due - asyncio.get_running_loop().time())
        finally:
            for in_transaction in list(self._producers):
                await self._discard(in_transaction=in_transaction)

    async def _deliver(
        self, portion: Sequence[PlannedRecord], *, in_transaction: int | bool
    ) -> None:
        transactional = bool(in_transaction)
        while True:
            try:
                producer = await self._producer(transactional)
                if transactional and self._draw.random() < _ABORTED_SHARE:
                    await producer.begin_transaction()
                    await self._send(producer, [_aborted(record) for record in portion])
                    await producer.abort_transaction()
                if transactional:
                    await producer.begin_transaction()
                await self._send(producer, portion)
                if transactional:
                    await producer.commit_transaction()
            except KafkaError:
                # A producer whose batch failed numbers its later ones wrongly: a new one.
                await self._discard(in_transaction=transactional)
            else:
                return

    async def _send(self, producer: AIOKafkaProducer, portion: Sequence[PlannedRecord]) -> None:
        futures = []
        for partition in sorted({record.partition for record in portion}):
            batch = producer.create_batch()
            for record in portion:
                if record.partition == partition:
                    batch.append(timestamp=None, key=record.key, value=record.value)
            batch.close()
            futures.append(await producer.send_batch(batch, self._topic, partition=partition))
        await asyncio.gather(*futures)

    async def _producer(self, transactional: bool) -> AIOKafkaProducer:
        if transactional not in self._producers:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers,
                enable_idempotence=True,
                max_batch_size=1024 * 1024,
                request_timeout_ms=20_000,
                transactional_id=f"load-{self._topic}" if transactional else None,
            )
            await producer.start()
            self._producers[transactional] = producer
        return self._producers[transactional]

    async def _discard(self, *, in_transaction: bool) -> None:
        producer = self._producers.pop(in_transaction, None)
        if producer is None:
            return
        try:
            async with asyncio.timeout(10):
                await producer.stop()
        except (KafkaError, TimeoutError):
            pass  # what it had not delivered is published by the next one


def _aborted(record: PlannedRecord) -> PlannedRecord:
    event_id = f"aborted-{record.event_id}"
    return PlannedRecord(record.partition, record.key, event_value(event_id, "plain", 0), event_id)
