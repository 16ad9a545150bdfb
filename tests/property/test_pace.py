"""Whatever the load, a commit waits within its bounds."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from config.processing import CommitSettings
from consumer.core.pace import SettlingRate, linger_seconds

waits = st.floats(0.001, 5.0)
commits = st.builds(
    lambda low, more, rate: CommitSettings(linger=low, linger_max=low + more, max_rate=rate),
    waits,
    waits,
    st.floats(0.5, 1000.0),
)
loads = st.floats(0, 10**6)
backlogs = st.integers(0, 10**6)
sessions = st.integers(1, 256)


def two(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Draw two of *values*, the smaller first."""
    return st.lists(values, min_size=2, max_size=2).map(sorted)


SLACK = 1e-9


@given(settings=commits, count=sessions, load=loads, unread=backlogs, company=st.booleans())
def test_a_wait_stays_between_its_bounds(
    settings: CommitSettings, count: int, load: float, unread: int, *, company: bool
) -> None:
    wait = linger_seconds(
        settings,
        sessions=count,
        events_per_second=load,
        backlog=unread,
        company_expected=company,
    )
    fair = count / settings.max_rate

    assert wait >= max(settings.linger, fair)
    assert wait <= max(settings.linger_max, fair) + SLACK
    assert count / wait <= settings.max_rate + SLACK * settings.max_rate


@given(commits, two(loads), two(backlogs), two(sessions))
def test_more_load_and_more_sessions_never_shorten_the_wait(
    settings: CommitSettings, load: list[float], unread: list[int], count: list[int]
) -> None:
    less, more = (
        linger_seconds(
            settings, sessions=n, events_per_second=rate, backlog=records, company_expected=True
        )
        for n, rate, records in zip(count, load, unread, strict=True)
    )

    assert less <= more


@given(st.lists(st.tuples(st.integers(0, 10**5), st.floats(0.001, 100)), max_size=20))
def test_a_rate_stays_between_what_was_seen(steps: list[tuple[int, float]]) -> None:
    rate, now = SettlingRate(0.0), 0.0
    fastest = 0.0
    for events, seconds in steps:
        before = now
        now += seconds
        rate.add(events, now)
        fastest = max(fastest, events / (now - before))
        assert 0 <= rate.per_second <= fastest * (1 + SLACK)
