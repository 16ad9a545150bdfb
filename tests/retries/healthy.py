"""Do healthy keys keep their throughput while the events of other keys fail?

The same load with and without them, in turns: healthy events as fast as a process takes them, for
some seconds, and beside them 1 % of keys whose events are parked and whose dependency stays down.
Once with processors that wait for another system, as most do, and once with such that answer at
once, where nothing but CPU counts.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from consumer.embedded import EmbeddedKafka
from tests.benchmarks.events import wrong_results
from tests.benchmarks.marks import Measurement
from tests.benchmarks.processes import measured, start_everonce
from tests.faults.driver import Tell
from tests.faults.load import PlannedRecord
from tests.faults.topics import Topics, create_topics
from tests.report import Report
from tests.retries.dependent_run import DIRECTORY
from tests.retries.events import FAILING_SHARE, a_record, publish

ROUNDS = 5
_PARTITIONS = 4
_KEYS = 4_000
_SIDES = ("without", "with")
_SETTINGS = {
    "EVERONCE_PROCESSORS__MODULES": "tests.retries.processors",
    # Nothing is given up: a letter would be an answer.
    "EVERONCE_RETRY__POLICIES": '{"default": {"max_attempts": 1000}}',
}


@dataclass(frozen=True, slots=True)
class HealthyLoad:
    """What is measured."""

    name: str
    events: int
    """Healthy ones."""
    seconds: float
    """How long each attempt waits."""

    @property
    def between(self) -> int:
        """Healthy events for each that fails."""
        return round(1 / FAILING_SHARE) - 1


WAITING = HealthyLoad("waiting", 40_000, 0.02)
AT_ONCE = HealthyLoad("at_once", 100_000, 0.0)


def add_healthy(report: Report, kafka: EmbeddedKafka, tell: Tell, *, is_quick: bool) -> None:
    """Measure both sides of both loads in turns, and add the figures."""
    loads = (HealthyLoad("waiting", 10_000, 0.02),) if is_quick else (WAITING, AT_ONCE)
    for load in loads:
        turns: dict[str, list[Measurement]] = {side: [] for side in _SIDES}
        wrong = 0
        for side in _SIDES:
            asyncio.run(_fill(kafka.bootstrap_servers, load, side))
        for number in range(1 + (1 if is_quick else ROUNDS)):
            # Who goes first takes turns too, or what the machine does would favour one side.
            for side in _SIDES[:: -1 if number % 2 else 1]:
                measurement, found = _turn(kafka.bootstrap_servers, load, side, number)
                wrong += found
                if number == 0:
                    continue  # it warms the broker, which compiles what it runs often
                turns[side].append(measurement)
                tell(
                    f"healthy, {load.name}, round {number}, {side} failing keys: "
                    f"{measurement.events_per_second:,.0f} events/s"
                )
        report.prove(f"healthy_wrong_{load.name}", wrong, "results", "= 0")
        _add_figures(report, load, turns["without"], turns["with"])


def _turn(
    bootstrap_servers: str, load: HealthyLoad, side: str, number: int
) -> tuple[Measurement, int]:
    """Let a process settle the healthy events; return what it measured and what came out wrong."""
    name = f"{load.name}-{side}-{number}"
    topics = Topics.named(f"healthy-{name}", input_topic=_input(load, side))
    asyncio.run(create_topics(bootstrap_servers, topics, _PARTITIONS))
    logs = DIRECTORY / "healthy"
    process = start_everonce(name, bootstrap_servers, topics, load.events, _SETTINGS, logs)
    measurement, _ = measured(process)
    found = asyncio.run(wrong_results(bootstrap_servers, topics.results, load.events))
    return measurement, sum(found.values())


def _input(load: HealthyLoad, side: str) -> str:
    return f"healthy-{load.name}-{side}-input"


async def _fill(bootstrap_servers: str, load: HealthyLoad, side: str) -> None:
    topics = Topics.named(f"healthy-{load.name}-{side}")
    await create_topics(bootstrap_servers, topics, _PARTITIONS)
    records = _records(load, with_failing=side == "with")
    await publish(bootstrap_servers, topics.input, records)


def _records(load: HealthyLoad, *, with_failing: bool) -> Iterator[PlannedRecord]:
    """Yield the healthy events; where asked for, with the others evenly in between."""
    failing_keys = round(_KEYS * FAILING_SHARE)
    for number in range(load.events):
        yield _record(load, number, failing_keys + number * 7919 % (_KEYS - failing_keys))
        if with_failing and number % load.between == 0:
            extra = number // load.between
            yield _record(load, load.events + extra, extra % failing_keys, depends=True)


def _record(load: HealthyLoad, number: int, key: int, *, depends: bool = False) -> PlannedRecord:
    return a_record(
        number,
        "retry.answers",
        key=b"key-%05d" % key,
        partitions=_PARTITIONS,
        depends=depends,
        seconds=load.seconds,
    )


def _add_figures(
    report: Report,
    load: HealthyLoad,
    without: Sequence[Measurement],
    beside: Sequence[Measurement],
) -> None:
    rates = [turn.events_per_second for turn in without]
    report.measure(f"healthy_rate_{load.name}", median(rates), "events/s")
    pairs = list(zip(beside, without, strict=True))
    kept = [ours.events_per_second / alone.events_per_second * 100 for ours, alone in pairs]
    report.measure(f"healthy_throughput_{load.name}", median(kept), "%", ">= 95")
    report.measure(f"healthy_throughput_{load.name}_spread", max(kept) - min(kept), "%")
    cost = [
        ours.cpu_microseconds_per_event / alone.cpu_microseconds_per_event for ours, alone in pairs
    ]
    report.measure(f"healthy_cpu_ratio_{load.name}", median(cost), "x")
