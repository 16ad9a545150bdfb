"""How long a commit waits for company: briefly at rest, longer under load, never too often."""

import pytest

from config.processing import CommitSettings
from consumer.core.pace import FULL_LOAD, SettlingRate, linger_seconds


def linger(
    events_per_second: float,
    *,
    sessions: int = 1,
    backlog: int = 0,
    company: bool = True,
    **settings: float,
) -> float:
    return linger_seconds(
        CommitSettings.model_validate({"max_rate": 1000.0} | settings),
        sessions=sessions,
        events_per_second=events_per_second,
        backlog=backlog,
        company_expected=company,
    )


def test_a_commit_waits_briefly_at_rest_and_longest_under_full_load() -> None:
    assert linger(0, linger=0.02, linger_max=0.5) == 0.02
    assert linger(FULL_LOAD, linger=0.02, linger_max=0.5) == pytest.approx(0.5)
    assert linger(100 * FULL_LOAD, linger=0.02, linger_max=0.5) == pytest.approx(0.5)


def test_a_backlog_tells_of_load_before_anything_has_settled() -> None:
    assert linger(0, backlog=10_000, linger=0.02, linger_max=0.5) == pytest.approx(0.5)
    assert linger(0, backlog=10, linger=0.02, linger_max=0.5) < 0.03


def test_a_commit_does_not_wait_for_company_that_will_not_come() -> None:
    assert linger(FULL_LOAD, company=False, linger=0.02, linger_max=0.5) == 0.02


def test_sessions_share_the_rate_of_the_process() -> None:
    assert linger(0, sessions=8, max_rate=10.0) == pytest.approx(0.8)
    assert linger(FULL_LOAD, sessions=64, max_rate=100.0) == pytest.approx(0.64)


def test_a_rate_begins_at_nothing_and_follows_the_load() -> None:
    rate = SettlingRate(now=10.0)
    assert rate.per_second == 0.0

    rate.add(500, now=10.5)
    assert rate.per_second == pytest.approx(500)
    rate.add(1000, now=11.5)
    assert rate.per_second == pytest.approx(1000)
    rate.add(0, now=12.0)
    assert rate.per_second == pytest.approx(500)


def test_a_rate_survives_a_clock_that_stands_still() -> None:
    rate = SettlingRate(now=10.0)
    rate.add(1, now=10.0)
    rate.add(1, now=9.0)

    assert 0 < rate.per_second < 10
