"""Which part of a process is measured, and how does the measurement come out of it?

From the moment a process has its partitions and is ready to read, to the answer to its last
commit: neither the start of the interpreter nor the join of the group is counted, for both sides
alike.  CPU is that of the whole process, all threads, user and system.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.benchmarks.sampling import Sampler


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a process says of itself at its end."""

    events: int
    cpu_seconds: float
    seconds: float
    samples: Mapping[str, int] = field(default_factory=dict)
    """CPU samples by stage, where they were asked for."""
    collector_seconds: float = 0.0
    """CPU time of the garbage collector, where samples were asked for."""

    @property
    def cpu_microseconds_per_event(self) -> float:
        """User and system time of the process, per event."""
        return self.cpu_seconds / self.events * 1e6

    @property
    def events_per_second(self) -> float:
        """By the wall clock."""
        return self.events / self.seconds


class Marks:
    """The beginning and the end, taken inside the measured process.

    Args:
        events: The end is the commit that settles this many.
        sampler: Samples the measured part, where that is asked for.
    """

    def __init__(self, events: int, sampler: Sampler | None = None) -> None:
        self._wanted = events
        self._sampler = sampler
        self._settled = 0
        self._began: tuple[float, float] | None = None

    def begin(self) -> None:
        """Note that reading begins; later calls change nothing."""
        if self._began is None:
            self._began = time.process_time(), time.perf_counter()
            if self._sampler is not None:
                self._sampler.start()

    def settle(self, events: int) -> bool:
        """Note that a commit is visible; write the measurement and return True at the last one."""
        was_enough = self._settled >= self._wanted
        self._settled += events
        if was_enough or self._settled < self._wanted:
            return False
        cpu, wall = time.process_time(), time.perf_counter()
        began_cpu, began_wall = self._began or (cpu, wall)
        if self._sampler is not None:
            self._sampler.stop()
        document: dict[str, Any] = {
            "events": self._settled,
            "cpu_seconds": cpu - began_cpu,
            "seconds": wall - began_wall,
        }
        if self._sampler is not None:
            document["samples"] = self._sampler.samples
            document["collector_seconds"] = self._sampler.collector_seconds
        os.write(1, orjson.dumps(document) + b"\n")
        return True


def read_measurement(output: bytes) -> Measurement:
    """Return the measurement in what a process wrote.

    Raises:
        ValueError: It wrote none: it did not get to its end.
    """
    lines = output.splitlines()
    if not lines:
        raise ValueError("the process wrote no measurement: its log says how far it came")
    return Measurement(**orjson.loads(lines[-1]))
