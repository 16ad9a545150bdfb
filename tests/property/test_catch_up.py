"""Catching up never starts more in a second than it may, and never stands still."""

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.catch_up import CatchUp

rates = st.floats(0.2, 500.0)
steps = st.lists(st.floats(0.0, 2.0), max_size=60)


@given(rates, steps)
def test_no_second_sees_more_than_the_rate(rate: float, waits: list[float]) -> None:
    pace, now = CatchUp(rate, 0.0), 0.0
    started: list[float] = []
    for wait in waits:
        now += wait
        allowed = pace.allowance(now)
        pace.start(allowed)
        started += [now] * allowed

    for first in started:
        within = sum(first <= at < first + 0.999 for at in started)
        assert within <= max(1.0, rate) + 1


@given(rates, st.integers(1, 50))
def test_whoever_waits_as_told_may_start_and_loses_little(rate: float, events: int) -> None:
    pace, now = CatchUp(rate, 5.0), 5.0
    for _ in range(events):
        now += pace.wait_seconds()
        assert pace.allowance(now) >= 1
        pace.start(1)

    assert now - 5.0 <= events / (0.89 * rate) + 1e-6


@given(st.integers(1, 500), st.floats(0.001, 0.1))
def test_a_whole_rate_is_held_in_every_second(rate: int, tick: float) -> None:
    pace, now = CatchUp(rate, 0.0), 0.0
    started: list[float] = []
    while now < 3.0:
        allowed = pace.allowance(now)
        pace.start(allowed)
        started += [now] * allowed
        now += tick

    for first in started[:: max(1, len(started) // 50)]:
        assert sum(first <= at < first + 0.999 for at in started) <= rate


def test_a_clock_that_stands_still_or_goes_back_gives_nothing() -> None:
    pace = CatchUp(1.0, 10.0)
    pace.start(pace.allowance(10.0))

    assert pace.allowance(10.0) == 0
    assert pace.allowance(9.0) == 0
    assert pace.wait_seconds() == 1.0
    assert pace.allowance(11.0) == 1
