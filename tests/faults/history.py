"""What did a run leave in the topics, as a downstream consumer sees it?

Everything is read with read_committed, from the beginning to the high watermark.
"""

import asyncio
from typing import Any

import orjson
from aiokafka import TopicPartition

from tests.faults.checker import History, InputRecord, LetterRecord, Place, ResultRecord
from tests.faults.topics import Topics, committed_offsets, high_watermarks, reader

_OPEN_TRANSACTION_SECONDS = 45.0
"""A transaction whose owner is gone is aborted after 30 s, looked for every second."""
_READ_SECONDS = 120.0
_PROGRESS_KEY = b"progress"


async def read_history(bootstrap_servers: str, topics: Topics) -> History:
    """Read what a run left.

    Raises:
        TimeoutError: A topic could not be read to its end.
    """
    state = await read_topic(bootstrap_servers, topics.state)
    return History(
        input=[
            InputRecord(
                (each.partition, each.offset),
                each.key,
                _event_id(each.value),
                each.timestamp / 1000,
            )
            for each in await read_topic(bootstrap_servers, topics.input)
        ],
        results=[result_of(each) for each in await read_topic(bootstrap_servers, topics.results)],
        letters=[_letter(each.value) for each in await read_topic(bootstrap_servers, topics.dlq)],
        entries=_newest_statuses(state),
        committed=await committed_offsets(bootstrap_servers, topics),
        ends=await high_watermarks(bootstrap_servers, topics.input),
    )


async def read_topic(
    bootstrap_servers: str, topic: str, *, isolation: str = "read_committed"
) -> list[Any]:
    """Return the records of *topic*, each partition in its order.

    Where a transaction stays open longer than it can, what is behind it is not returned, as no
    reader sees it.
    """
    ends = await _readable_ends(bootstrap_servers, topic)
    places = {TopicPartition(topic, number): end for number, end in ends.items()}
    records: list[Any] = []
    async with reader(bootstrap_servers, isolation) as consumer, asyncio.timeout(_READ_SECONDS):
        consumer.assign(list(places))
        await consumer.seek_to_beginning(*places)
        unread = {place for place, end in places.items() if end}
        while unread:
            for found in (await consumer.getmany(*unread, timeout_ms=200)).values():
                records += found
            # Markers and aborted records move the position too: what is at the end is read.
            unread = {place for place in unread if await consumer.position(place) < places[place]}
    return records


async def aborted_records(bootstrap_servers: str, topics: Topics) -> int:
    """Return how many results and ledger entries were written and are visible to nobody."""
    count = 0
    for topic in (topics.results, topics.state):
        written = await read_topic(bootstrap_servers, topic, isolation="read_uncommitted")
        count += len(written) - len(await read_topic(bootstrap_servers, topic))
    return count


async def _readable_ends(bootstrap_servers: str, topic: str) -> dict[int, int]:
    deadline = asyncio.get_running_loop().time() + _OPEN_TRANSACTION_SECONDS
    while True:
        high = await high_watermarks(bootstrap_servers, topic)
        stable = await high_watermarks(bootstrap_servers, topic, "read_committed")
        if stable == high or asyncio.get_running_loop().time() > deadline:
            return stable
        await asyncio.sleep(1)


def _event_id(value: bytes) -> str | None:
    try:
        event_id: str = orjson.loads(value)["event_id"]
    except orjson.JSONDecodeError:
        return None
    return event_id


def result_of(record: Any) -> ResultRecord:
    """Return what a record of the results topic says."""
    document = orjson.loads(record.value)
    error = document.get("error") or {}
    return ResultRecord(
        partition=record.partition,
        key=record.key,
        event_id=document.get("event_id"),
        status=document["status"],
        source=_source(dict(record.headers)["everonce-source"].decode()),
        dlq_id=document.get("dlq_id") or error.get("dlq_id"),
        attempts=document.get("attempts"),
    )


def _source(text: str) -> Place:
    _, partition, offset = text.rsplit("/", 2)
    return int(partition), int(offset)


def _letter(value: bytes) -> LetterRecord:
    document = orjson.loads(value)
    source = document["source"]
    return LetterRecord(
        dlq_id=document["dlq_id"],
        event_id=document["context"].get("event_id"),
        source=(source["partition"], source["offset"]),
        ledger_key=document["ledger_key"],
        disposition=document["disposition"],
        code=document["error"]["code"],
    )


def _newest_statuses(records: list[Any]) -> dict[str, str]:
    newest = {each.key: each.value for each in records}
    return {
        key.decode(): orjson.loads(value)["status"]
        for key, value in newest.items()
        if value is not None and key != _PROGRESS_KEY
    }
