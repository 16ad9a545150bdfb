"""Which events are published?"""

import itertools
import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from tests.benchmarks.events import publish_records
from tests.faults.load import LoadPlan, PlannedRecord

FAILING_SHARE = 0.01
"""Of the keys: those whose events need the dependency."""


def event_value(event_id: str, event_type: str, payload: Mapping[str, Any]) -> bytes:
    """Return an event of *event_type*."""
    return orjson.dumps(
        {
            "event_id": event_id,
            "event_type": event_type,
            "workflow_id": f"workflow-{event_id}",
            "workflow_run_id": "run-1",
            "occurred_at": "2026-01-01T00:00:00Z",
            "payload": payload,
        }
    )


def a_record(
    number: int, event_type: str, *, key: bytes, partitions: int, **payload: Any
) -> PlannedRecord:
    """Return the record of event *number*."""
    event_id = f"event-{number:09}"
    value = event_value(event_id, event_type, {"number": number, **payload})
    return PlannedRecord(zlib.crc32(key) % partitions, key, value, event_id)


def mixed_records(plan: LoadPlan) -> Iterator[PlannedRecord]:
    """Yield events of all keys, without end; those of 1 % of the keys depend."""
    draw = random.Random(plan.seed)  # noqa: S311 - to be repeated, not to be secret
    failing = round(plan.keys * FAILING_SHARE)
    for number in itertools.count():
        drawn = draw.randrange(plan.keys)
        yield a_record(
            number,
            "retry.depends",
            key=b"key-%05d" % drawn,
            partitions=plan.partitions,
            depends=drawn < failing,
        )


def records_of(event_type: str, **payload: Any) -> Callable[[LoadPlan], Iterator[PlannedRecord]]:
    """Return a source of events of one type, all alike, over the keys of its plan."""

    def records(plan: LoadPlan) -> Iterator[PlannedRecord]:
        for number in itertools.count():
            key = b"key-%05d" % (number * 7919 % plan.keys)
            yield a_record(number, event_type, key=key, partitions=plan.partitions, **payload)

    return records


async def publish(
    bootstrap_servers: str, topic: str, records: Iterable[PlannedRecord], *count: int
) -> None:
    """Publish *records*, of an endless source only the first *count*."""
    wanted = itertools.islice(records, *count) if count else records
    placed = ((each.partition, each.key, each.value) for each in wanted)
    await publish_records(bootstrap_servers, topic, placed)
