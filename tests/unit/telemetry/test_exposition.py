"""A scrape: complete, readable by Prometheus, and of this process only."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from prometheus_client.metrics_core import Metric as ScrapedMetric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain

from consumer.core.process_facts import IntakeChanged
from consumer.core.status import BreakerStatus, Status
from consumer.telemetry.catalogue import CATALOGUE
from consumer.telemetry.exposition import Exposition
from consumer.telemetry.metrics import Metrics
from tests.unit.telemetry.examples import A_PARTITION, A_STATUS, a_status, one_of_each

OPEN_METRICS = "application/openmetrics-text;version=1.0.0"


def an_exposition(status: Status = A_STATUS, metrics: Metrics | None = None) -> Exposition:
    return Exposition(metrics or Metrics(), lambda: status, lambda: 0.25)


def samples(families: Iterable[ScrapedMetric]) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return every sample by its name and the values of its labels."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def scrape(exposition: Exposition) -> dict[tuple[str, tuple[str, ...]], float]:
    body, _ = exposition.encode("")
    return samples(plain(body.decode()))


@pytest.mark.parametrize("accept", ["", OPEN_METRICS], ids=["plain", "OpenMetrics"])
def test_every_metric_of_the_catalogue_is_scraped_with_its_type_and_help(accept: str) -> None:
    metrics = Metrics()
    for fact in one_of_each():
        metrics.tell(fact)

    body, content_type = an_exposition(metrics=metrics).encode(accept)

    text = body.decode()
    families = {each.name: each for each in (open_metrics if accept else plain)(text)}
    assert content_type.startswith("application/openmetrics-text" if accept else "text/plain")
    for metric in CATALOGUE:
        name = metric.name.removesuffix("_total")
        if accept:
            name = name.removesuffix("_info")
        kind = "gauge" if metric.type == "info" and not accept else metric.type
        assert families[name].type == kind
        assert families[name].documentation == metric.help


def test_scraped_labels_are_those_of_the_catalogue() -> None:
    metrics = Metrics()
    for fact in one_of_each():
        metrics.tell(fact)

    body, _ = an_exposition(metrics=metrics).encode("")

    labels = {
        each.name: {*each.labels} - {"le"}
        for family in plain(body.decode())
        for each in family.samples
    }
    for metric in CATALOGUE:
        name = metric.name + "_count" if metric.type == "histogram" else metric.name
        if name in labels:
            assert labels[name] == {*metric.labels}


def test_gauges_are_what_the_status_says_at_the_scrape() -> None:
    scraped = scrape(an_exposition())

    assert scraped["everonce_in_flight_events", ()] == 4
    assert scraped["everonce_in_flight_bytes", ()] == 1400
    assert scraped["everonce_running_attempts", ()] == 2
    assert scraped["everonce_waiting_retries", ()] == 1
    assert scraped["everonce_lag_records", ("3",)] == 15
    assert scraped["everonce_ledger_entries", ("3",)] == 1000
    assert scraped["everonce_progress_age_seconds", ("3",)] == 0.5
    assert scraped["everonce_partitions", ("running",)] == 1
    assert scraped["everonce_partitions", ("lost",)] == 0
    assert scraped["everonce_loop_lag_seconds", ()] == 0.25


def test_each_breaker_is_in_one_state_and_guards_are_counted() -> None:
    paused = replace(A_PARTITION, guard="paused", held_events=5)
    breakers = [BreakerStatus("payments", "dependency", "half_open")]
    status = replace(A_STATUS, partitions=[A_PARTITION, paused], breakers=breakers, held_events=2)

    said = scrape(an_exposition(status))

    states = {labels: value for (name, labels), value in said.items() if "breaker_state" in name}
    assert states == {
        ("payments", "closed"): 0,
        ("payments", "open"): 0,
        ("payments", "half_open"): 1,
    }
    assert said["everonce_guard_partitions", ("paused",)] == 1
    assert said["everonce_guard_partitions", ("passing",)] == 1
    assert said["everonce_guard_partitions", ("probing",)] == 0
    assert said["everonce_held_events", ()] == 7


def test_parked_events_add_up_by_policy_and_the_oldest_of_all_partitions_is_told() -> None:
    status = a_status(
        replace(A_PARTITION, parked_events={"fast": 2}, parked_oldest_age_seconds=5.0),
        replace(A_PARTITION, partition=4, parked_events={"fast": 1, "standard": 4}),
    )

    scraped = scrape(an_exposition(status))

    assert scraped["everonce_parked_events", ("fast",)] == 3
    assert scraped["everonce_parked_events", ("standard",)] == 4
    assert scraped["everonce_parked_oldest_age_seconds", ()] == 5.0
    assert scrape(an_exposition(a_status()))["everonce_parked_oldest_age_seconds", ()] == 0


def test_what_is_overdue_and_held_is_told() -> None:
    status = a_status(
        replace(A_PARTITION, overdue_seconds=5.0, held_keys=2),
        replace(A_PARTITION, partition=4, overdue_seconds=9.0, held_keys=1),
    )

    scraped = scrape(an_exposition(status))

    assert scraped["everonce_parked_overdue_seconds", ()] == 9.0
    assert scraped["everonce_held_keys", ()] == 3


def test_open_letters_add_up_and_the_oldest_stands_beside_the_retention() -> None:
    status = replace(
        a_status(
            replace(A_PARTITION, open_letters=2, letter_oldest_age_seconds=50.0),
            replace(A_PARTITION, partition=4, open_letters=3, letter_oldest_age_seconds=70.0),
        ),
        letter_retention_seconds=float("inf"),
    )

    scraped = scrape(an_exposition(status))

    assert scraped["everonce_dead_letters_open", ()] == 5
    assert scraped["everonce_dead_letter_oldest_age_seconds", ()] == 70.0
    assert scraped["everonce_letter_retention_seconds", ()] == float("inf")


def test_a_retention_that_is_not_known_yet_is_absent() -> None:
    scraped = scrape(an_exposition(a_status()))

    assert ("everonce_letter_retention_seconds", ()) not in scraped
    assert scraped["everonce_dead_letters_open", ()] == 0
    assert scraped["everonce_dead_letter_oldest_age_seconds", ()] == 0


def test_a_process_is_ready_only_while_nothing_is_in_the_way() -> None:
    starting = a_status(replace(A_PARTITION, state="starting"))

    assert scrape(an_exposition())["everonce_ready", ()] == 1
    assert scrape(an_exposition(starting))["everonce_ready", ()] == 0


def test_the_bound_that_stops_the_reading_is_told_while_it_does() -> None:
    metrics = Metrics()
    metrics.tell(IntakeChanged(paused=True, bound="parked"))
    paused = scrape(an_exposition(metrics=metrics))
    metrics.tell(IntakeChanged(paused=False, bound="parked"))

    assert paused["everonce_intake_paused", ("parked",)] == 1
    assert paused["everonce_intake_paused", ("entries",)] == 0
    assert scrape(an_exposition(metrics=metrics))["everonce_intake_paused", ("parked",)] == 0


def test_policies_beyond_the_bound_fold_into_one_label() -> None:
    names = {f"policy-{number}": 1 for number in range(100)}
    status = a_status(replace(A_PARTITION, parked_events=names))

    scraped = scrape(an_exposition(status))

    series = [labels for name, labels in scraped if name == "everonce_parked_events"]
    assert len(series) == 65
    assert scraped["everonce_parked_events", ("other",)] == 36


def test_refused_partitions_are_counted() -> None:
    status = a_status(A_PARTITION, replace(A_PARTITION, partition=4, state="refused"))

    assert scrape(an_exposition(status))["everonce_refused_partitions", ()] == 1


def test_a_lag_that_is_not_known_yet_is_absent_and_not_zero() -> None:
    status = a_status(replace(A_PARTITION, lag_records=None))

    assert ("everonce_lag_records", ("3",)) not in scrape(an_exposition(status))


def test_a_partition_that_went_away_takes_its_gauges_with_it() -> None:
    current = [A_STATUS]
    exposition = Exposition(Metrics(), lambda: current[0], lambda: 0.0)
    assert ("everonce_ledger_entries", ("3",)) in scrape(exposition)

    current[0] = a_status()

    assert ("everonce_ledger_entries", ("3",)) not in scrape(exposition)


def test_two_processes_worth_of_metrics_share_nothing() -> None:
    counted = Metrics()
    for fact in one_of_each():
        counted.tell(fact)

    one, other = an_exposition(metrics=counted), an_exposition()

    assert scrape(one)["everonce_assignment_changes_total", ()] == 1
    assert scrape(other)["everonce_assignment_changes_total", ()] == 0
    assert not [each for each in REGISTRY.collect() if each.name.startswith("everonce")]


def test_the_process_itself_is_measured_under_the_usual_names() -> None:
    measured = ("process_cpu_seconds_total", ()) in scrape(an_exposition())

    assert measured == Path("/proc/self/stat").exists()
