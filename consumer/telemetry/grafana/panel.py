"""How is a picture of the dashboard declared?

What a panel is about is described by the metric that it names, in the words of the catalogue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Unit = Literal["short", "ops", "s", "percentunit", "bytes", "none"]
"""As Grafana calls them; ops is per second."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel, for the job that was chosen."""

    expr: str
    legend: str
    """With labels as ``{{name}}``."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture."""

    title: str
    about: str
    """The metric whose help describes it."""
    unit: Unit
    queries: Sequence[Query]
    kind: Literal["timeseries", "stat"] = "timeseries"
    alarm: float | None = None
    """From here on a stat is red."""
    is_stacked: bool = False


def one(expr: str, legend: str) -> Sequence[Query]:
    """Return a panel's only query."""
    return (Query(expr, legend),)


def sum_of(metric: str, by: str = "job", labels: str = "") -> str:
    """Return the sum of a gauge; *labels* are further matchers, each after a comma."""
    return f'sum by ({by}) ({metric}{{job="$job"{labels}}})'


def rate_of(metric: str, by: str = "job", labels: str = "") -> str:
    """Return how often a counter counts each second; *labels* as in ``sum_of``."""
    return f'sum by ({by}) (rate({metric}{{job="$job"{labels}}}[$__rate_interval]))'


def max_of(metric: str, by: str = "job") -> str:
    """Return the largest value of a gauge."""
    return f'max by ({by}) ({metric}{{job="$job"}})'


def quantiles(metric: str, by: str = "") -> Sequence[Query]:
    """Return median and 99th percentile of a histogram; by a label only the latter."""
    group = f"{by}, le" if by else "le"
    legend = f"{{{{{by}}}}} " if by else ""
    return tuple(
        Query(
            f'histogram_quantile({share}, sum by ({group}) (rate({metric}_bucket{{job="$job"}}'
            "[$__rate_interval])))",
            f"{legend}p{round(share * 100)}",
        )
        for share in ((0.5, 0.99) if not by else (0.99,))
    )
