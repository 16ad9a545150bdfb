"""What the metrics of processes say, and how it is shown."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.commands.analytics.asking import as_json_line
from consumer.commands.analytics.figures import Figures, buckets_of, figures, quantile
from consumer.commands.analytics.scrape import Scrape, metrics_address, read, together
from consumer.commands.analytics.shown import report
from consumer.commands.cli import ended
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.printable import is_harmless
from consumer.telemetry.exposition import Exposition
from consumer.telemetry.metrics import Metrics
from tests.unit.commands.rendering import rendered
from tests.unit.telemetry.examples import A_STATUS, ATTEMPT_FAILED, a_commit, one_of_each

URL = "http://one:9464"


def page(metrics: Metrics) -> str:
    body, _ = Exposition(metrics, lambda: A_STATUS, lambda: 0.0).encode("")
    return body.decode()


def a_process(*, commits: int = 1, failures: int = 1) -> Scrape:
    """Return what a process says after so many of the examples' commits and failed attempts."""
    metrics = Metrics()
    for _ in range(commits):
        metrics.tell(a_commit())
    for _ in range(failures):
        metrics.tell(ATTEMPT_FAILED)
    return read(page(metrics), URL)


def everything() -> Figures:
    metrics = Metrics()
    for fact in one_of_each():
        metrics.tell(fact)
    return figures(read(page(metrics), URL))


def test_processors_have_their_attempts_success_and_durations() -> None:
    (charge,) = figures(a_process(commits=3, failures=2)).processors

    assert (charge.name, charge.attempts) == ("charge", 8)
    assert charge.by_result == {"success": 6, "timeout": 2}
    assert charge.success_share == 0.75
    assert charge.median_seconds is not None
    assert charge.p99_seconds is not None
    assert charge.median_seconds < 0.25
    assert 10 < charge.p99_seconds <= 30


def test_errors_say_what_became_of_them_the_most_frequent_first() -> None:
    (timeout,) = figures(a_process(commits=2, failures=5)).errors

    assert (timeout.code, timeout.retried, timeout.dead_lettered) == ("TIMEOUT", 5, 2)


def test_duplicates_are_a_share_of_what_is_settled() -> None:
    found = figures(a_process(commits=2))

    assert found.duplicates == {"dropped": 2}
    assert found.duplicate_share == 0.25
    assert found.settled == {"completed": 4, "dead_lettered": 2, "duplicate": 2}
    assert found.answers == 2


def test_events_are_counted_by_how_many_attempts_they_took() -> None:
    metrics = Metrics()
    for attempts in (1, 1, 2, 7, 8, 15, 30):
        metrics.attempts_per_event.of().add(attempts)

    found = figures(read(page(metrics), URL)).attempts_per_event

    assert found == {"1": 2, "2": 1, "7-8": 2, "11-20": 1, "21+": 1}


def test_replicas_add_up_and_of_ages_the_largest_counts() -> None:
    one, other = Scrape(), Scrape()
    for scrape, letters, age in ((one, 2.0, 50.0), (other, 3.0, 20.0)):
        scrape.add("everonce_dead_letters_open", (), letters)
        scrape.add("everonce_dead_letter_oldest_age_seconds", (), age)

    now = figures(together([one, other])).now

    assert (now["open_letters"], now["letter_oldest_seconds"]) == (5, 50)


def test_over_a_span_only_what_happened_meanwhile_counts() -> None:
    before, after = a_process(commits=2, failures=4), a_process(commits=3, failures=4)

    found = figures(after.since(before))

    assert found.settled == {"completed": 2, "dead_lettered": 1, "duplicate": 1}
    assert [(each.code, each.retried, each.dead_lettered) for each in found.errors] == [
        ("TIMEOUT", 0, 1)
    ]
    assert found.now == figures(after).now


def test_a_process_that_was_restarted_meanwhile_counts_from_its_start() -> None:
    found = figures(a_process(commits=1).since(a_process(commits=9)))

    assert found.settled == {"completed": 2, "dead_lettered": 1, "duplicate": 1}


def test_a_process_that_has_done_nothing_has_no_shares() -> None:
    found = figures(read(page(Metrics()), URL))

    assert (found.processors, found.errors, found.duplicate_share) == ([], [], None)
    assert (found.retry_share, found.median_seconds) == (None, None)
    assert "nothing yet" in rendered(report(found, URL))


@given(st.lists(st.sampled_from([0.5, 1.0, 2.0, 5.0, 50.0]), min_size=1), st.floats(0.01, 1.0))
def test_a_quantile_lies_in_the_bucket_of_that_value(values: list[float], share: float) -> None:
    metrics = Metrics()
    metrics.attempt_duration.of(("p",)).add_all(values)
    buckets = buckets_of(read(page(metrics), URL), "everonce_attempt_duration_seconds")

    found = quantile(share, buckets)

    assert found is not None
    rank = share * len(values)
    exact = next(v for n, v in enumerate(sorted(values), 1) if n >= rank - 1e-9)
    bounds = [0.0, *(bound for bound, _ in buckets)]
    upper = next(bound for bound in bounds if exact <= bound)
    lower = bounds[bounds.index(upper) - 1]
    assert lower - 1e-9 <= found <= upper + 1e-9


def test_a_quantile_beyond_all_bounds_is_the_largest_of_them() -> None:
    assert quantile(0.5, [(1.0, 0.0), (float("inf"), 4.0)]) == 1.0
    assert quantile(0.5, []) is None


def test_everything_is_shown_to_people_and_to_programs() -> None:
    found = everything()

    shown = rendered(report(found, URL), width=120)
    document = json.loads(as_json_line(found, (URL,), 10.0))

    for words in ("charge", "TIMEOUT", "1 dropped", "1 redrive accepted", "1 fenced", "15"):
        assert words in shown
    assert document["processors"][0]["name"] == "charge"
    assert (document["urls"], document["over_seconds"]) == ([URL], 10.0)
    assert document["now"]["lag"] == 15


def test_what_others_have_named_cannot_command_the_terminal() -> None:
    evil = "charge\x1b[2J"
    metrics = Metrics()
    metrics.attempts.add(1, (evil, "p", "success"))
    metrics.retries.add(1, ("p", evil))
    found = figures(read(page(metrics), URL))

    lines = rendered(report(found, URL)).splitlines()

    assert all(is_harmless(line) for line in lines)
    assert is_harmless(as_json_line(found, (URL,), None))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("one:9464", "http://one:9464/metrics"),
        ("http://one:9464", "http://one:9464/metrics"),
        ("https://one/", "https://one/metrics"),
        ("https://one/everonce/metrics", "https://one/everonce/metrics"),
    ],
)
def test_a_bare_address_means_its_metrics(url: str, address: str) -> None:
    assert metrics_address(url) == address


@pytest.mark.parametrize("text", ["<html>hello</html>", "", "up 1\n"])
def test_what_is_no_everonce_is_said_to_be_none(text: str) -> None:
    with pytest.raises(CommandError, match="is no Everonce: name the address"):
        read(text, URL)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--url", "127.0.0.1:1"], ExitCode.PROBLEM, "no metrics at http://127.0.0.1:1/metrics"),
        (["--url", "http://[bad"], ExitCode.PROBLEM, "no metrics at"),
        (["--url", "one:1", "--over", "soon"], ExitCode.USAGE, "is not a duration"),
        (["--url", "one:1", "--over", "0s"], ExitCode.USAGE, "a span above 0"),
    ],
)
def test_what_cannot_be_asked_is_told_with_what_to_do(
    words: list[str], code: ExitCode, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(["stats", *words]) == code
    assert said in capsys.readouterr().err


def test_a_port_that_is_free_to_choose_has_to_be_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EVERONCE_HTTP__PORT", "0")

    assert ended(["stats"]) == ExitCode.USAGE
    assert "name its address with --url" in capsys.readouterr().err
