"""How is a metric declared?"""

from dataclasses import dataclass
from typing import Literal

MetricType = Literal["counter", "gauge", "histogram", "info"]

# Powers of ten cut in three.  An in-memory processor takes microseconds, a slow call a minute.
DURATIONS = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0),
)
# From a lone transaction (6-10 ms) to an event that was re-read after a day of downtime.
AGES = (
    *(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
    *(60.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 24 * 3600.0),
)
# Up to commit.deadline (15 s), with detail around the 6-10 ms and the 20 ms back-off.
COMMITS = (0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
RESTORES = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, as a dashboard, a rule and the docs know it."""

    name: str
    type: MetricType
    help: str
    """What it is, and what to do when it is bad."""
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    """Upper bounds of a histogram, without +Inf."""
