"""What does Prometheus read at a scrape?

Counters and histograms as ``metrics`` keeps them, gauges from the process's status at that very
moment.  Runs in the event loop, so nothing is counted meanwhile; a scrape of 64 partitions takes
some milliseconds.
"""

import math
import platform
from collections import Counter as Tallies
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import get_args, get_type_hints

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from consumer.core.breaker import BreakerState
from consumer.core.flood_guard import GuardState
from consumer.core.status import PartitionStatus, Status
from consumer.ports import StatusReader
from consumer.telemetry import (
    catalogue,
    letters_catalogue,
    outage_catalogue,
    parked_catalogue,
    process_catalogue,
)
from consumer.telemetry.metric import Metric
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.readiness import readiness_problems
from consumer.telemetry.values import Counter, Histogram, Labels

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily | InfoMetricFamily
_GUARD_STATES = get_args(GuardState)
_PARTITION_STATES = get_args(get_type_hints(PartitionStatus)["state"])


class Exposition(Collector):
    """Everything that is scraped, in a registry of its own."""

    def __init__(
        self,
        metrics: Metrics,
        read_status: StatusReader,
        read_loop_lag: Callable[[], float],
    ) -> None:
        """Expose *metrics*, and what the two readers (status; seconds) say at the scrape."""
        self._metrics = metrics
        self._read_status = read_status
        self._read_loop_lag = read_loop_lag
        self._registry = CollectorRegistry()
        self._registry.register(self)
        # CPU, memory and open files under the names every Prometheus client uses.
        ProcessCollector(registry=self._registry)

    def encode(self, accept: str) -> tuple[bytes, str]:
        """Return the scrape and its content type, in the format that *accept* asks for."""
        encoder, content_type = choose_encoder(accept)
        return encoder(self._registry), content_type

    def _parked(self, status: Status) -> Mapping[Metric, Mapping[Labels, float]]:
        events: Tallies[Labels] = Tallies()
        for each in status.partitions:
            for policy, count in each.parked_events.items():
                events[self._metrics.policies[policy],] += count
        oldest = max((each.parked_oldest_age_seconds for each in status.partitions), default=0.0)
        return {
            parked_catalogue.PARKED_EVENTS: events,
            parked_catalogue.PARKED_OLDEST_AGE: {(): oldest},
            parked_catalogue.PARKED_OVERDUE: {
                (): max((each.overdue_seconds for each in status.partitions), default=0.0),
            },
        }

    def describe(self) -> list[Family]:
        """Name the metrics; without this, registering would be a scrape."""
        return []

    def collect(self) -> Iterator[Family]:
        """Yield every metric of the catalogue, in its order."""
        counted: dict[Metric, Counter | Histogram] = {
            value.metric: value
            for value in vars(self._metrics).values()
            if isinstance(value, Counter | Histogram)
        }
        status = self._read_status()
        gauges = {**_gauges(status, self._read_loop_lag()), **self._parked(status)}
        gauges |= _letters(status)
        gauges[catalogue.INTAKE_PAUSED] = {
            (bound,): float(paused) for bound, paused in self._metrics.intake_paused.items()
        }
        for metric in catalogue.CATALOGUE:
            match metric.type:
                case "counter" | "histogram":
                    yield _family(counted[metric])
                case "gauge":
                    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
                    for labels, value in gauges[metric].items():
                        family.add_metric(labels, value)
                    yield family
                case "info":
                    # The format adds the suffix.
                    name = metric.name.removesuffix("_info")
                    yield InfoMetricFamily(name, metric.help, value=build_info())


def build_info() -> dict[str, str]:
    """Return what runs here, by the label names of ``everonce_build_info``."""
    return {"version": version("everonce"), "python": platform.python_version()}


def _family(values: Counter | Histogram) -> Family:
    metric = values.metric
    if isinstance(values, Counter):
        counter = CounterMetricFamily(metric.name, metric.help, labels=metric.labels)
        for labels, total in values.sums.items():
            counter.add_metric(labels, total)
        return counter
    histogram = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, series in values.series.items():
        buckets = [(_bound(upper), count) for upper, count in series.cumulative()]
        histogram.add_metric(labels, buckets, series.total)
    return histogram


def _bound(upper: float) -> str:
    return "+Inf" if math.isinf(upper) else str(upper)


def _letters(status: Status) -> Mapping[Metric, Mapping[Labels, float]]:
    partitions, retention = status.partitions, status.letter_retention_seconds
    oldest = max((each.letter_oldest_age_seconds for each in partitions), default=0.0)
    return {
        letters_catalogue.DEAD_LETTERS_OPEN: {(): sum(each.open_letters for each in partitions)},
        letters_catalogue.DEAD_LETTER_OLDEST_AGE: {(): oldest},
        letters_catalogue.LETTER_RETENTION: {} if retention is None else {(): retention},
        letters_catalogue.HELD_KEYS: {(): sum(each.held_keys for each in partitions)},
    }


def _gauges(status: Status, loop_lag_seconds: float) -> Mapping[Metric, Mapping[Labels, float]]:
    partitions = {(str(each.partition),): each for each in status.partitions}
    states = Tallies(each.state for each in status.partitions)
    guards = Tallies(each.guard for each in status.partitions)
    return {
        catalogue.IN_FLIGHT_EVENTS: {(): status.in_flight_events},
        catalogue.IN_FLIGHT_BYTES: {(): status.in_flight_bytes},
        catalogue.RUNNING_ATTEMPTS: {(): status.running_attempts},
        catalogue.WAITING_RETRIES: {(): status.waiting_retries},
        catalogue.LAG_RECORDS: {
            labels: each.lag_records
            for labels, each in partitions.items()
            if each.lag_records is not None
        },
        catalogue.PROGRESS_AGE: {
            labels: each.progress_age_seconds for labels, each in partitions.items()
        },
        catalogue.LEDGER_ENTRIES: {
            labels: each.ledger_entries for labels, each in partitions.items()
        },
        catalogue.REFUSED_PARTITIONS: {(): states["refused"]},
        catalogue.PARTITIONS: {(state,): states[state] for state in _PARTITION_STATES},
        process_catalogue.LOOP_LAG: {(): loop_lag_seconds},
        process_catalogue.READY: {(): float(not readiness_problems(status))},
        outage_catalogue.BREAKER_STATE: {
            (each.name, state): float(each.state == state)
            for each in status.breakers
            for state in get_args(BreakerState)
        },
        outage_catalogue.HELD_EVENTS: {
            (): status.held_events + sum(each.held_events for each in status.partitions),
        },
        outage_catalogue.GUARD_PARTITIONS: {(state,): guards[state] for state in _GUARD_STATES},
    }
