"""What does it cost to bring key-less events home?

The same events with ``dedup.scope: topic`` and ``partition`` in turns; CPU of the worker's process.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from consumer.embedded import EmbeddedKafka
from tests.benchmarks.events import PARTITIONS, event_value, publish_records, wrong_results
from tests.benchmarks.marks import Measurement
from tests.benchmarks.processes import measured, start_everonce
from tests.desk.stage import DIRECTORY
from tests.faults.driver import Tell
from tests.faults.topics import Topics, create_topics
from tests.report import Report

EVENTS = 40_000
ROUNDS = 3
_SCOPES = ("topic", "partition")
_INPUT = "once-home-cost-input"


def add_home_cost(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Measure both, and add their figures."""
    brokers = kafka.bootstrap_servers
    events, rounds = (4_000, 1) if is_quick else (EVENTS, ROUNDS)
    asyncio.run(_prepare(brokers, events, rounds))
    costs: dict[str, list[Measurement]] = defaultdict(list)
    wrong = 0
    for number in range(rounds + 1):
        for scope in _SCOPES:
            found, turn_wrong = _turn(brokers, scope, number, events)
            wrong += turn_wrong
            if number == 0:
                continue  # it warms the broker, which compiles what it runs often
            costs[scope].append(found)
            tell(f"round {number}, {scope}: {found.cpu_microseconds_per_event:.1f} µs")
    for scope in _SCOPES:
        cost = median(each.cpu_microseconds_per_event for each in costs[scope])
        report.measure(f"once_home_cost_{scope}", round(cost, 1), "µs/event")
    ratios = [
        topic.cpu_microseconds_per_event / partition.cpu_microseconds_per_event
        for topic, partition in zip(costs["topic"], costs["partition"], strict=True)
    ]
    report.measure("once_home_cost_ratio", round(median(ratios), 2), "x")
    report.prove("once_home_cost_wrong", wrong, "results lost or doubled", "= 0")


async def _prepare(bootstrap_servers: str, events: int, rounds: int) -> None:
    for number in range(rounds + 1):
        for scope in _SCOPES:
            await create_topics(bootstrap_servers, _topics(scope, number), PARTITIONS)
    await publish_records(bootstrap_servers, _INPUT, _records(events))


def _records(events: int) -> Iterator[tuple[int, None, bytes]]:
    draw = random.Random(9)  # noqa: S311 - to be repeated, not to be secret
    for number in range(events):
        yield draw.randrange(PARTITIONS), None, event_value("bench.trivial", number)


def _topics(scope: str, number: int) -> Topics:
    return Topics.named(f"once-home-cost-{scope}-{number}", input_topic=_INPUT)


def _turn(bootstrap_servers: str, scope: str, number: int, events: int) -> tuple[Measurement, int]:
    topics = _topics(scope, number)
    settings = {"EVERONCE_DEDUP__SCOPE": scope}
    name = f"home-cost-{scope}-{number}"
    process = start_everonce(name, bootstrap_servers, topics, events, settings, DIRECTORY)
    measurement, _ = measured(process)
    wrong = asyncio.run(wrong_results(bootstrap_servers, topics.results, events))
    return measurement, wrong["lost"] + wrong["doubled"]
