"""The docs and the catalogue are one."""

import re
from pathlib import Path

import pytest

from config.settings import Settings
from consumer.telemetry.catalogue import CATALOGUE
from consumer.telemetry.metric import Metric
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.reference import metrics_markdown
from consumer.telemetry.values import Counter, Histogram

ROOT = Path(__file__).parents[3]
every_metric = pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == metrics_markdown()


@every_metric
def test_each_metric_is_in_the_page_with_its_labels(metric: Metric) -> None:
    (row,) = [line for line in metrics_markdown().splitlines() if f"| `{metric.name}` |" in line]

    assert f"| {metric.type} |" in row
    assert all(f"`{label}`" in row for label in metric.labels)
    assert row.endswith(f"| {metric.help} |")


@every_metric
def test_each_metric_is_named_as_prometheus_asks(metric: Metric) -> None:
    assert re.fullmatch(r"everonce_[a-z_]+", metric.name)
    assert metric.name.endswith("_total") == (metric.type == "counter")
    assert [*metric.buckets] == sorted({*metric.buckets})
    assert bool(metric.buckets) == (metric.type == "histogram")


@every_metric
def test_each_help_says_what_it_is_and_what_to_do(metric: Metric) -> None:
    assert metric.help.endswith(".")
    assert len(re.split(r"[.:;] ", metric.help)) > 1
    assert not {"offset", "key", "event_id"} & {*metric.labels}


def test_everything_that_is_counted_is_declared() -> None:
    counted = {
        value.metric for value in vars(Metrics()).values() if isinstance(value, Counter | Histogram)
    }

    assert counted == {each for each in CATALOGUE if each.type in {"counter", "histogram"}}


def test_a_metric_that_a_help_points_to_exists() -> None:
    names = {metric.name for metric in CATALOGUE}

    mentioned = {name for each in CATALOGUE for name in re.findall(r"everonce_\w+", each.help)}

    assert mentioned <= names


def test_a_setting_that_a_help_names_exists() -> None:
    settings = Settings()
    pattern = rf"\b({'|'.join(Settings.model_fields)})\.([a-z_]+)"

    named = {pair for each in CATALOGUE for pair in re.findall(pattern, each.help)}

    assert ("processing", "concurrency") in named
    assert [pair for pair in named if not hasattr(getattr(settings, pair[0]), pair[1])] == []
