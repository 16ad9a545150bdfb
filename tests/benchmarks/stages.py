"""Where does the CPU of an event go, stage by stage?

One more run of the 100,000 events, sampled; a stage's share of the samples, times what an event
costs without the garbage collector, which is timed by itself.  The sampling costs some percent,
which all stages share.
"""

import asyncio
from collections.abc import Callable

from tests.benchmarks.cpu import EVENTS, INPUT
from tests.benchmarks.events import PARTITIONS, publish_once
from tests.benchmarks.processes import measured, start_everonce
from tests.benchmarks.sampling import LOOP, STAGES
from tests.faults.topics import Topics, create_topics
from tests.report import Report

Tell = Callable[[str], None]


def add_stages(report: Report, bootstrap_servers: str, tell: Tell) -> None:
    """Sample one run, and add a figure for each stage."""
    topics = Topics.named("bench-stages", input_topic=INPUT)
    asyncio.run(create_topics(bootstrap_servers, topics, PARTITIONS))
    asyncio.run(publish_once(bootstrap_servers, INPUT, "bench.trivial", EVENTS))
    tell("sampling one run, stage by stage")
    settings = {"BENCHMARK_SAMPLES": "1"}
    process = start_everonce("stages", bootstrap_servers, topics, EVENTS, settings)
    measurement, _ = measured(process)
    collector = measurement.collector_seconds / measurement.events * 1e6
    cost = measurement.cpu_microseconds_per_event - collector
    total = sum(measurement.samples.values()) or 1
    for stage in (*STAGES, LOOP):
        share = measurement.samples.get(stage, 0) / total
        report.measure(f"cpu_stage_{stage}", share * cost, "µs/event")
    report.measure("cpu_stage_garbage_collector", collector, "µs/event")
