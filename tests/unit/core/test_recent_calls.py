"""When too many of the newest calls have failed."""

from typing import Any

import pytest

from config.breakers import BreakerPolicy
from consumer.core.recent_calls import RecentCalls

COUNT_ALONE = {"failures": 3, "failure_rate": None, "min_calls": 1, "window": 10.0}


def recent_calls(**limits: Any) -> RecentCalls:
    return RecentCalls(BreakerPolicy(**limits), 0.0)


def verdicts(recent: RecentCalls, history: str, *, now: float = 0.0) -> list[str | None]:
    """Tell *history*, S for a success and F for a failure; return what each failure gave."""
    found: list[str | None] = []
    for call in history:
        if call == "S":
            recent.succeeded(now)
        else:
            found.append(recent.failed(now))
    return found


def test_by_default_five_failures_in_a_minute_are_too_many() -> None:
    assert verdicts(recent_calls(), "FFFFF") == [None] * 4 + ["5 of the last 5 calls failed"]


def test_a_few_bad_keys_among_many_good_calls_are_not_too_many() -> None:
    assert set(verdicts(recent_calls(), ("S" * 99 + "F") * 200)) == {None}


def test_under_load_an_outage_is_seen_after_as_many_calls_as_are_looked_at() -> None:
    recent = recent_calls()
    verdicts(recent, "S" * 30_000)

    assert verdicts(recent, "F" * 50) == [None] * 49 + ["50 of the last 100 calls failed"]


def test_without_a_rate_the_number_alone_decides() -> None:
    history = "F" + "S" * 500 + "F" + "S" * 500 + "F"

    assert verdicts(recent_calls(**COUNT_ALONE), history) == [
        None,
        None,
        "3 calls failed within 10 s",
    ]


def test_failures_that_are_older_than_the_window_do_not_count() -> None:
    recent = recent_calls(**COUNT_ALONE)
    verdicts(recent, "FF", now=0.0)

    assert verdicts(recent, "F", now=10.0) == [None]
    assert verdicts(recent, "FF", now=19.9) == [None, "3 calls failed within 10 s"]


def test_successes_that_are_older_than_the_window_do_not_dilute() -> None:
    recent = recent_calls(failures=2, min_calls=2, window=10.0)
    verdicts(recent, "S" * 50, now=0.0)

    assert verdicts(recent, "FF", now=5.0) == [None, None]
    assert verdicts(recent, "F", now=12.0) == ["3 of the last 3 calls failed"]


def test_fewer_calls_than_the_least_are_not_judged() -> None:
    recent = recent_calls(failures=1, min_calls=4)

    assert verdicts(recent, "FFF") == [None, None, None]
    assert verdicts(recent, "F") == ["4 of the last 4 calls failed"]


@pytest.mark.parametrize(
    ("rate", "history", "is_too_much"),
    [
        (0.5, "SSSSSFFFFF", True),
        (0.5, "SSSSSSFFFF", False),
        (0.1, "SSSSSSSSSF", True),
        (1.0, "FFFFFFFFSF", False),
        (1.0, "FFFFFFFFFF", True),
        (0.3, "S" * 21 + "F" * 9, True),
    ],
)
def test_the_share_is_that_of_the_newest_calls(
    rate: float, history: str, *, is_too_much: bool
) -> None:
    recent = recent_calls(failures=1, min_calls=len(history), failure_rate=rate)

    assert (verdicts(recent, history)[-1] is not None) == is_too_much


def test_only_as_many_failures_are_remembered_as_can_matter() -> None:
    recent = recent_calls(failures=5, rate_calls=20, failure_rate=1.0)
    verdicts(recent, "SF" * 10_000)

    assert verdicts(recent, "F" * 19)[-1] == "20 of the last 20 calls failed"
