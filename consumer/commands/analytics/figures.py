"""What do the metrics say about processing?

Rate, errors and duration by processor; attempts; errors; duplicates; what waits.  Pure.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consumer.commands.analytics.scrape import Labels, Scrape, as_mapping

Buckets = list[tuple[float, float]]
"""Upper bound and how many values are not above it, in order; the last bound is infinity."""


@dataclass(frozen=True, slots=True)
class ProcessorFigures:
    """What one processor did."""

    name: str
    attempts: float
    by_result: Mapping[str, float]
    success_share: float | None
    """Of its attempts; None where it made none."""
    median_seconds: float | None
    p99_seconds: float | None


@dataclass(frozen=True, slots=True)
class ErrorFigures:
    """What became of the attempts that failed with one error code."""

    code: str
    retried: float
    dead_lettered: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that ``everonce stats`` shows; attempts are counted from 1."""

    settled: Mapping[str, float]
    """Records by outcome."""
    records: float
    """Records read, those read again included."""
    processors: Sequence[ProcessorFigures]
    """The busiest first."""
    attempts_per_event: Mapping[str, float]
    """How many events took so many attempts: "1", "2", "7-8", "21+"."""
    retry_share: float | None
    """Of all attempts, those that failed and are followed by another."""
    errors: Sequence[ErrorFigures]
    """The most frequent first."""
    duplicates: Mapping[str, float]
    duplicate_share: float | None
    """Of all settled records."""
    answers: float
    median_seconds: float | None
    """From a record's timestamp to the commit of its outcome."""
    p99_seconds: float | None
    sessions_lost: Mapping[str, float]
    acts: Mapping[str, float]
    """What became of operators' acts: "redrive accepted"."""
    now: Mapping[str, float]
    """What waits at this moment."""


_NOW = {
    "lag": "everonce_lag_records",
    "in_flight": "everonce_in_flight_events",
    "parked": "everonce_parked_events",
    "parked_oldest_seconds": "everonce_parked_oldest_age_seconds",
    "overdue_seconds": "everonce_parked_overdue_seconds",
    "held_events": "everonce_held_events",
    "held_keys": "everonce_held_keys",
    "open_letters": "everonce_dead_letters_open",
    "letter_oldest_seconds": "everonce_dead_letter_oldest_age_seconds",
    "ledger_entries": "everonce_ledger_entries",
}


def figures(scrape: Scrape) -> Figures:
    """Return what *scrape* says."""
    settled = as_mapping(scrape.by("everonce_events_settled_total", "outcome"))
    attempts = scrape.total("everonce_attempts_total")
    duplicates = as_mapping(scrape.by("everonce_duplicates_total", "kind"))
    end_to_end = buckets_of(scrape, "everonce_end_to_end_seconds")
    acts = scrape.by("everonce_acts_total", "act", "outcome")
    return Figures(
        settled=settled,
        records=scrape.total("everonce_records_consumed_total"),
        processors=_processors(scrape),
        attempts_per_event=_distribution(buckets_of(scrape, "everonce_attempts_per_event")),
        retry_share=_share(scrape.total("everonce_retries_total"), attempts),
        errors=_errors(scrape),
        duplicates=duplicates,
        duplicate_share=_share(settled.get("duplicate", 0.0), sum(settled.values())),
        answers=scrape.total("everonce_answers_total"),
        median_seconds=quantile(0.5, end_to_end),
        p99_seconds=quantile(0.99, end_to_end),
        sessions_lost=as_mapping(scrape.by("everonce_sessions_lost_total", "reason")),
        acts=as_mapping({(" ".join(pair),): count for pair, count in acts.items()}),
        now={name: scrape.total(metric) for name, metric in _NOW.items()},
    )


def buckets_of(scrape: Scrape, metric: str, **labels: str) -> Buckets:
    """Return the buckets of a histogram's series that have *labels*, added up."""
    wanted = set(labels.items())
    sums: dict[float, float] = {}
    for found, count in scrape.values.get(f"{metric}_bucket", {}).items():
        if wanted <= set(found):
            bound = float(_value(found, "le"))
            sums[bound] = sums.get(bound, 0.0) + count
    return sorted(sums.items())


def quantile(share: float, buckets: Buckets) -> float | None:
    """Return the value that *share* of all are not above, as Prometheus estimates it.

    None where there is no value; the largest finite bound where it lies beyond.
    """
    if not buckets or buckets[-1][1] <= 0:
        return None
    rank = share * buckets[-1][1]
    lower = below = 0.0
    for bound, count in buckets:
        if count >= rank and count > below:
            if math.isinf(bound):
                return lower
            return lower + (bound - lower) * (rank - below) / (count - below)
        lower, below = bound, count
    return lower


def _processors(scrape: Scrape) -> list[ProcessorFigures]:
    results: dict[str, dict[str, float]] = {}
    for (name, result), count in scrape.by(
        "everonce_attempts_total", "processor", "result"
    ).items():
        results.setdefault(name, {})[result] = count
    found = []
    for name, by_result in results.items():
        attempts = sum(by_result.values())
        buckets = buckets_of(scrape, "everonce_attempt_duration_seconds", processor=name)
        found.append(
            ProcessorFigures(
                name,
                attempts,
                by_result,
                _share(by_result.get("success", 0.0), attempts),
                quantile(0.5, buckets),
                quantile(0.99, buckets),
            )
        )
    return sorted(found, key=lambda each: (-each.attempts, each.name))


def _errors(scrape: Scrape) -> list[ErrorFigures]:
    retried = scrape.by("everonce_retries_total", "code")
    letters = scrape.by("everonce_dead_letters_total", "code")
    found = [
        ErrorFigures(code, retried.get((code,), 0.0), letters.get((code,), 0.0))
        for (code,) in {**retried, **letters}
    ]
    seen = [each for each in found if each.retried or each.dead_lettered]
    return sorted(seen, key=lambda each: (-each.retried - each.dead_lettered, each.code))


def _distribution(buckets: Buckets) -> dict[str, float]:
    """Return how many events took how many attempts, by words for each bucket."""
    found: dict[str, float] = {}
    above, below = 0, 0.0
    for bound, count in buckets:
        if math.isinf(bound):
            words = f"{above + 1}+"
        else:
            words = f"{bound:.0f}" if bound == above + 1 else f"{above + 1}-{bound:.0f}"
            above = int(bound)
        if count > below:
            found[words] = count - below
        below = count
    return found


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _value(labels: Labels, name: str) -> str:
    return next(value for label, value in labels if label == name)
