"""How near to the ideal does it come where each event waits for another system?

20,000 events of 1,000 keys that wait 20 ms each, 256 at a time: at best 12,800 a second.  The time
runs from being ready to read to the answer to the last commit; order per key is checked, and a
second event of a key beside the first one fails.
"""

import asyncio
from collections.abc import Callable
from statistics import median

from tests.benchmarks.events import PARTITIONS, publish, wrong_results
from tests.benchmarks.processes import measured, start_everonce
from tests.faults.topics import Topics, create_topics
from tests.report import Report

EVENTS = 20_000
IN_FLIGHT = 256
IO_SECONDS = 0.02
IDEAL = IN_FLIGHT / IO_SECONDS
ROUNDS = 3

Tell = Callable[[str], None]


def add_io(report: Report, bootstrap_servers: str, tell: Tell, rounds: int = ROUNDS) -> None:
    """Measure, and add the figures."""
    rates = []
    wrong = {"lost": 0, "doubled": 0, "order": 0}
    for number in range(1, rounds + 1):
        topics = Topics.named(f"bench-io-{number}", input_topic="bench-io-input")
        asyncio.run(create_topics(bootstrap_servers, topics, PARTITIONS))
        if number == 1:
            asyncio.run(publish(bootstrap_servers, topics.input, "bench.io", EVENTS))
        in_flight = {"EVERONCE_PROCESSING__CONCURRENCY": str(IN_FLIGHT)}
        process = start_everonce(f"io-{number}", bootstrap_servers, topics, EVENTS, in_flight)
        measurement, _ = measured(process)
        rates.append(measurement.events_per_second)
        tell(f"io round {number}: {rates[-1]:,.0f} events/s")
        found = asyncio.run(wrong_results(bootstrap_servers, topics.results, EVENTS))
        wrong = {kind: count + found[kind] for kind, count in wrong.items()}
    for kind, count in wrong.items():
        report.prove(f"{kind}_io", count, "results", "= 0")
    report.measure("io_rate", median(rates), "events/s")
    report.measure("io_rate_ideal", IDEAL, "events/s")
    report.measure("io_share_of_ideal", median(rates) / IDEAL * 100, "%", ">= 80")
    report.measure("io_share_spread", (max(rates) - min(rates)) / IDEAL * 100, "%")
