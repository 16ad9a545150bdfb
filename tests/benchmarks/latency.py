"""How long is a lone event on its way, from the input to a reader of results?

Five events a second, each alone.  The clock starts when the producer is handed the event and
stops when a read_committed consumer has the result: append, fetch, transaction and fetch again.
The append by itself is told beside it.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.benchmarks.events import PARTITIONS, event_value, key_of, partition_of
from tests.benchmarks.processes import end, start_everonce
from tests.faults.topics import Topics, create_topics, reader
from tests.report import Report

PER_SECOND = 5
EVENTS = 300
WARM_UP = 25
_READY_SECONDS = 30.0
_ANSWER_SECONDS = 10.0

Tell = Callable[[str], None]


def add_latency(report: Report, bootstrap_servers: str, tell: Tell, events: int = EVENTS) -> None:
    """Measure, and add the figures."""
    topics = Topics.named("bench-latency")
    asyncio.run(create_topics(bootstrap_servers, topics, PARTITIONS))
    tell(f"latency: {events} events, {PER_SECOND} a second")
    process = start_everonce("latency", bootstrap_servers, topics, 0)
    try:
        visible, appended = asyncio.run(_measure(bootstrap_servers, topics, events))
    finally:
        end(process)
    report.prove("lost_latency", events - len(visible), "results", "= 0")
    for name, seconds in (("visible", visible), ("append", appended)):
        for share in (50, 99):
            value = percentile(seconds, share) * 1000
            report.measure(f"latency_{name}_p{share}", value, "ms")


def percentile(values: Sequence[float], share: int) -> float:
    """Return the value that *share* percent of *values* do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -(-len(ordered) * share // 100)
    return ordered[max(rank, 1) - 1]


async def _measure(
    bootstrap_servers: str, topics: Topics, events: int
) -> tuple[list[float], list[float]]:
    """Return seconds to visible and seconds to appended, one each per event."""
    visible: list[float] = []
    appended: list[float] = []
    async with (
        AIOKafkaProducer(bootstrap_servers=bootstrap_servers) as producer,
        reader(bootstrap_servers) as consumer,
    ):
        consumer.assign([TopicPartition(topics.results, each) for each in range(PARTITIONS)])
        await consumer.seek_to_beginning()
        # Who answers has joined; the first answers pay for caches and connections.
        for number in range(WARM_UP):
            seconds = _READY_SECONDS if number == 0 else _ANSWER_SECONDS
            await _one(producer, consumer, topics, number, seconds)
        for number in range(WARM_UP, WARM_UP + events):
            began = time.perf_counter()
            to_appended, to_visible = await _one(
                producer, consumer, topics, number, _ANSWER_SECONDS
            )
            appended.append(to_appended)
            visible.append(to_visible)
            await asyncio.sleep(began + 1 / PER_SECOND - time.perf_counter())
    return visible, appended


async def _one(
    producer: AIOKafkaProducer,
    consumer: AIOKafkaConsumer,
    topics: Topics,
    number: int,
    seconds: float,
) -> tuple[float, float]:
    """Publish one event and wait for its result; return when it was appended and visible."""
    key = key_of(number)
    value = event_value("bench.trivial", number)
    wanted = orjson.loads(value)["event_id"]
    began = time.perf_counter()
    await producer.send_and_wait(topics.input, value=value, key=key, partition=partition_of(key))
    appended = time.perf_counter() - began
    async with asyncio.timeout(seconds):
        while True:
            found = await consumer.getmany(timeout_ms=1000)
            visible = time.perf_counter() - began
            for records in found.values():
                if any(orjson.loads(each.value)["event_id"] == wanted for each in records):
                    return appended, visible
