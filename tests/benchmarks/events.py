"""Which events does a benchmark publish, and are they all answered, once and in order?"""

import asyncio
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer

from tests.faults.history import read_topic
from tests.faults.topics import high_watermarks

PARTITIONS = 8
KEYS = 1_000
EVENT_BYTES = 350
_BATCH_BYTES = 512 * 1024


def event_value(event_type: str, number: int) -> bytes:
    """Return an event of 350 bytes."""
    document: dict[str, Any] = {
        "event_id": f"event-{number:09}",
        "event_type": event_type,
        "workflow_id": key_of(number).decode(),
        "workflow_run_id": f"run-{number % 97:03}",
        "occurred_at": "2026-01-01T00:00:00.000Z",
        "payload": {"number": number, "customer": f"customer-{number % 4099}", "note": ""},
    }
    missing = EVENT_BYTES - len(orjson.dumps(document))
    document["payload"]["note"] = "x" * missing
    return orjson.dumps(document)


def key_of(number: int) -> bytes:
    """Return the key of an event; consecutive events have different ones."""
    return b"key-%04d" % (number * 7919 % KEYS)


def partition_of(key: bytes) -> int:
    """Return the partition of a key."""
    return zlib.crc32(key) % PARTITIONS


async def publish(bootstrap_servers: str, topic: str, event_type: str, count: int) -> None:
    """Publish the events 0 to *count*, each partition in their order."""
    keys = (key_of(number) for number in range(count))
    records = (
        (partition_of(key), key, event_value(event_type, number)) for number, key in enumerate(keys)
    )
    await publish_records(bootstrap_servers, topic, records)


async def publish_records(
    bootstrap_servers: str, topic: str, records: Iterable[tuple[int, bytes | None, bytes]]
) -> None:
    """Publish *records*, each its partition, key and value, each partition in their order."""
    by_partition: dict[int, list[tuple[bytes | None, bytes]]] = defaultdict(list)
    for partition, key, value in records:
        by_partition[partition].append((key, value))
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers, enable_idempotence=True, max_batch_size=_BATCH_BYTES
    ) as producer:
        futures: list[asyncio.Future[Any]] = []
        for partition, found in by_partition.items():
            futures += [
                await producer.send_batch(batch, topic, partition=partition)
                for batch in _batches(producer, found)
            ]
        await asyncio.gather(*futures)


async def publish_once(bootstrap_servers: str, topic: str, event_type: str, count: int) -> None:
    """Publish the events unless the topic has them."""
    if not any((await high_watermarks(bootstrap_servers, topic)).values()):
        await publish(bootstrap_servers, topic, event_type, count)


def _batches(
    producer: AIOKafkaProducer, records: Iterable[tuple[bytes | None, bytes]]
) -> Iterator[Any]:
    batch = producer.create_batch()
    for key, value in records:
        record = {"key": key, "value": value}
        if batch.append(timestamp=None, **record) is None:
            batch.close()
            yield batch
            batch = producer.create_batch()
            batch.append(timestamp=None, **record)
    batch.close()
    yield batch


async def wrong_results(bootstrap_servers: str, topic: str, count: int) -> dict[str, int]:
    """Read the results back and count what is wrong with them: lost, doubled and order."""
    newest: dict[bytes, int] = {}
    descents = 0
    ids: Counter[str] = Counter()
    for record in await read_topic(bootstrap_servers, topic):
        document = orjson.loads(record.value)
        if document["status"] != "success":
            continue
        ids[document["event_id"]] += 1
        number = int(document["event_id"].removeprefix("event-"))
        descents += number <= newest.get(record.key, -1)
        newest[record.key] = number
    wanted = {f"event-{number:09}" for number in range(count)}
    return {
        "lost": len(wanted - ids.keys()),
        "doubled": ids.total() - len(ids) + len(ids.keys() - wanted),
        "order": descents,
    }
