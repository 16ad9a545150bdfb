"""What do the metrics of a running process say at one moment?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import httpx
from prometheus_client.parser import text_string_to_metric_families

from consumer.commands.exits import CommandError
from consumer.commands.printable import printable

Labels = tuple[tuple[str, str], ...]
"""Sorted by name."""

_ANSWER_SECONDS = 10.0
_MARK = "everonce_build_info"
_LARGEST = frozenset(
    {
        "everonce_parked_oldest_age_seconds",
        "everonce_parked_overdue_seconds",
        "everonce_dead_letter_oldest_age_seconds",
    }
)
"""Of these the largest of all processes counts, of all others the sum."""


@dataclass(slots=True)
class Scrape:
    """Every series by name and labels: of one process, or of several added up."""

    values: dict[str, dict[Labels, float]] = field(default_factory=dict)

    def add(self, name: str, labels: Labels, value: float) -> None:
        """Add a sample."""
        series = self.values.setdefault(name, {})
        if name in _LARGEST:
            series[labels] = max(value, series.get(labels, value))
        else:
            series[labels] = series.get(labels, 0.0) + value

    def since(self, before: "Scrape") -> "Scrape":
        """Return what was counted after *before*; gauges as they are.

        A process that has started anew meanwhile counts from its start.
        """
        later = Scrape()
        for name, series in self.values.items():
            counts = name.endswith(("_total", "_bucket", "_count", "_sum"))
            earlier = before.values.get(name, {}) if counts else {}
            later.values[name] = {
                labels: value - seen if (seen := earlier.get(labels, 0.0)) <= value else value
                for labels, value in series.items()
            }
        return later

    def total(self, name: str, **labels: str) -> float:
        """Return the sum of the series of *name* that have *labels*."""
        wanted = set(labels.items())
        series = self.values.get(name, {})
        return sum(value for found, value in series.items() if wanted <= set(found))

    def by(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        """Return the sums of *name* by the values of *labels*."""
        sums: dict[tuple[str, ...], float] = {}
        for found, value in self.values.get(name, {}).items():
            known = dict(found)
            group = tuple(known.get(label, "") for label in labels)
            sums[group] = sums.get(group, 0.0) + value
        return sums


def together(scrapes: Iterable[Scrape]) -> Scrape:
    """Return *scrapes* of several processes added up."""
    whole = Scrape()
    for scrape in scrapes:
        for name, series in scrape.values.items():
            for labels, value in series.items():
                whole.add(name, labels, value)
    return whole


def scraped(url: str) -> Scrape:
    """Ask the process at *url*.

    Raises:
        CommandError: It does not answer, or something else does.
    """
    return read(_page(url), url)


def read(text: str, url: str) -> Scrape:
    """Return what the page *text* of the process at *url* says.

    Raises:
        CommandError: It is no page of metrics of Everonce.
    """
    try:
        families = list(text_string_to_metric_families(text))
    except ValueError:
        families = []
    names = {sample.name for family in families for sample in family.samples}
    if _MARK not in names:
        raise CommandError(
            f"what answers at {printable(url, most=300)} is no Everonce: name the address of a "
            "running one with --url"
        )
    scrape = Scrape()
    for family in families:
        for sample in family.samples:
            scrape.add(sample.name, tuple(sorted(sample.labels.items())), sample.value)
    return scrape


def metrics_address(url: str) -> str:
    """Return where the metrics of the process at *url* are: of a bare address its /metrics."""
    full = url if "://" in url else f"http://{url}"
    scheme, _, rest = full.partition("://")
    return full if "/" in rest.rstrip("/") else f"{scheme}://{rest.rstrip('/')}/metrics"


def _page(url: str) -> str:
    address = metrics_address(url)
    shown = printable(address, most=300)
    try:
        # Without the proxy of the environment: the processes are near.
        with httpx.Client(trust_env=False, timeout=_ANSWER_SECONDS) as client:
            answer = client.get(address)
            answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = printable(str(error) or type(error).__name__, most=300)
        raise CommandError(
            f"no metrics at {shown}: {why}\n"
            "  they are served while `everonce run` runs, at http.host and http.port; another "
            "address is named with --url"
        ) from error
    return answer.text


def as_mapping(series: Mapping[tuple[str, ...], float]) -> dict[str, float]:
    """Return series of one label by its value, largest first, without those at 0."""
    ordered = sorted(series.items(), key=lambda each: (-each[1], each[0]))
    return {labels[0]: value for labels, value in ordered if value}
