"""The other side: the exactly-once loop of aiokafka's documentation, written by hand.

Up to 500 records, a model that validates, one ``send()`` per result, one transaction per batch
with the offsets in it: https://aiokafka.readthedocs.io/en/stable/examples/transaction_example.html.
No dedup, no ledger, no retry, no dead letters, no metrics; a send that fails is not even noticed.
"""

import argparse
import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic import BaseModel

from tests.benchmarks.marks import Marks


class Event(BaseModel):
    """What the input says."""

    event_id: str
    event_type: str
    workflow_id: str
    workflow_run_id: str
    occurred_at: datetime
    payload: dict[str, Any]


class Result(BaseModel):
    """What goes to the results topic."""

    event_id: str
    event_type: str
    workflow_id: str
    workflow_run_id: str
    status: str
    result: dict[str, Any]


async def process(event: Event) -> dict[str, Any]:
    """Do what the processor on Everonce's side does."""
    return {"number": event.payload["number"]}


async def run(arguments: argparse.Namespace) -> None:
    """Read, process and write until every event is through."""
    consumer = AIOKafkaConsumer(
        arguments.input,
        bootstrap_servers=arguments.bootstrap_servers,
        group_id=arguments.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=arguments.bootstrap_servers, transactional_id=arguments.group
    )
    marks = Marks(arguments.events)
    await consumer.start()
    await producer.start()
    try:
        marks.begin()
        done = False
        while not done:
            batches = await consumer.getmany(timeout_ms=500, max_records=500)
            if batches:
                done = marks.settle(await _transaction(producer, batches, arguments))
    finally:
        await producer.stop()
        await consumer.stop()


async def _transaction(
    producer: AIOKafkaProducer, batches: Mapping[Any, Any], arguments: argparse.Namespace
) -> int:
    """Write the results of one batch with its offsets; return how many there are."""
    count = 0
    async with producer.transaction():
        offsets = {}
        for place, records in batches.items():
            for record in records:
                event = Event.model_validate_json(record.value)
                result = Result(
                    event_id=event.event_id,
                    event_type=event.event_type,
                    workflow_id=event.workflow_id,
                    workflow_run_id=event.workflow_run_id,
                    status="success",
                    result=await process(event),
                )
                value = result.model_dump_json().encode()
                await producer.send(arguments.results, value=value, key=record.key)
            offsets[place] = records[-1].offset + 1
            count += len(records)
        await producer.send_offsets_to_transaction(offsets, arguments.group)
    return count


def main() -> None:
    """Run as a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bootstrap-servers", required=True)
    parser.add_argument("--input", required=True)
    parser.add_argument("--results", required=True)
    parser.add_argument("--group", required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--uvloop", action="store_true", help="what another loop alone brings")
    arguments = parser.parse_args()
    if arguments.uvloop:
        import uvloop  # noqa: PLC0415 - its import is part of the price of using it

        uvloop.run(run(arguments))
    else:
        asyncio.run(run(arguments))


if __name__ == "__main__":
    main()
