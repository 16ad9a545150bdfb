"""What does an event cost, and how many fit into a second, beside the loop of the documentation?

100,000 events, the same ones for every side; the sides take turns in one session, so that
whatever else the machine does hits all of them.  A side's results are read back and checked before
its figures count.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.events import PARTITIONS, publish, wrong_results
from tests.benchmarks.marks import Measurement
from tests.benchmarks.processes import measured, start, start_everonce
from tests.faults.topics import Topics, create_topic, create_topics
from tests.report import Report

EVENTS = 100_000
ROUNDS = 5
INPUT = "bench-cpu-input"
SIDES = ("everonce", "baseline", "baseline_uvloop")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Turn:
    """One side in one round."""

    measurement: Measurement
    whole_cpu_seconds: float
    """From the start of the interpreter to the end of the process."""
    wrong: dict[str, int]


def add_cpu(report: Report, bootstrap_servers: str, tell: Tell, rounds: int = ROUNDS) -> None:
    """Measure all sides and add their figures."""
    tell(f"publishing {EVENTS:,} events")
    asyncio.run(_prepare(bootstrap_servers, rounds))
    turns: dict[str, list[Turn]] = defaultdict(list)
    for number in range(rounds + 1):
        for side in SIDES:
            turn = _turn(bootstrap_servers, side, number)
            if number == 0:
                continue  # it warms the broker, which compiles what it runs often
            turns[side].append(turn)
            tell(
                f"round {number}, {side}: {turn.measurement.cpu_microseconds_per_event:.1f} µs, "
                f"{turn.measurement.events_per_second:,.0f} events/s"
            )
    _add_wrong(report, turns)
    _add_ratios(report, turns)


async def _prepare(bootstrap_servers: str, rounds: int) -> None:
    """Create every topic long before it is used, and fill the input."""
    for number in range(rounds + 1):
        await create_topics(bootstrap_servers, _topics("everonce", number), PARTITIONS)
        for side in SIDES[1:]:
            results = _topics(side, number).results
            await create_topic(bootstrap_servers, results, PARTITIONS)
    await publish(bootstrap_servers, INPUT, "bench.trivial", EVENTS)


def _topics(side: str, number: int) -> Topics:
    return Topics.named(f"bench-cpu-{side}-{number}", input_topic=INPUT)


def _turn(bootstrap_servers: str, side: str, number: int) -> Turn:
    topics = _topics(side, number)
    if side == "everonce":
        process = start_everonce(f"{side}-{number}", bootstrap_servers, topics, EVENTS)
    else:
        arguments = ["--bootstrap-servers", bootstrap_servers, "--input", INPUT]
        arguments += ["--results", topics.results, "--group", topics.group]
        arguments += ["--events", str(EVENTS)]
        if side == "baseline_uvloop":
            arguments.append("--uvloop")
        process = start(f"{side}-{number}", "tests.benchmarks.baseline", arguments)
    measurement, whole_cpu_seconds = measured(process)
    wrong = asyncio.run(wrong_results(bootstrap_servers, topics.results, EVENTS))
    return Turn(measurement, whole_cpu_seconds, wrong)


def _add_wrong(report: Report, turns: dict[str, list[Turn]]) -> None:
    for kind in ("lost", "doubled", "order"):
        wrong = sum(turn.wrong[kind] for each in turns.values() for turn in each)
        report.prove(f"{kind}_cpu", wrong, "results", "= 0")


def _add_ratios(report: Report, turns: dict[str, list[Turn]]) -> None:
    for side, each in turns.items():
        costs = [turn.measurement.cpu_microseconds_per_event for turn in each]
        rates = [turn.measurement.events_per_second for turn in each]
        report.measure(f"cpu_{side}", median(costs), "µs/event")
        report.measure(f"throughput_{side}", median(rates), "events/s")
        whole = median(turn.whole_cpu_seconds for turn in each) / EVENTS * 1e6
        report.measure(f"cpu_{side}_with_start", whole, "µs/event")
    cpu, rate = [], []
    for ours, theirs in zip(turns["everonce"], turns["baseline"], strict=True):
        own, other = ours.measurement, theirs.measurement
        cpu.append(own.cpu_microseconds_per_event / other.cpu_microseconds_per_event)
        rate.append(own.events_per_second / other.events_per_second)
    report.measure("cpu_ratio", median(cpu), "x", "<= 1.0")
    report.measure("cpu_ratio_spread", max(cpu) - min(cpu), "x")
    report.measure("throughput_ratio", median(rate), "x", ">= 1.3")
    report.measure("throughput_ratio_spread", max(rate) - min(rate), "x")
