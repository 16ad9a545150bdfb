"""Counting: cheap, and never wrong."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.telemetry import catalogue
from consumer.telemetry.values import BoundedSet, Buckets, Counter, Histogram

BOUNDS = (0.01, 0.1, 1.0)
ages = st.floats(min_value=0, max_value=1e6) | st.sampled_from(BOUNDS)


@given(st.lists(ages))
def test_a_bucket_holds_the_values_that_are_not_above_its_bound(values: list[float]) -> None:
    buckets = Buckets(BOUNDS)

    buckets.add_all(values)

    assert dict(buckets.cumulative()) == {
        bound: sum(value <= bound for value in values) for bound in (*BOUNDS, math.inf)
    }
    assert buckets.total == pytest.approx(sum(values))


@given(st.lists(ages))
def test_many_values_at_once_count_as_one_by_one(values: list[float]) -> None:
    at_once, one_by_one = Buckets(BOUNDS), Buckets(BOUNDS)

    at_once.add_all(values)
    for value in values:
        one_by_one.add(value)

    assert [*at_once.cumulative()] == [*one_by_one.cumulative()]


def test_a_value_may_count_several_times() -> None:
    buckets = Buckets(BOUNDS)

    buckets.add(0.5, 3)

    assert [*buckets.cumulative()] == [(0.01, 0), (0.1, 0), (1.0, 3), (math.inf, 3)]
    assert buckets.total == 1.5


def test_an_age_below_zero_counts_as_zero_so_that_the_sum_never_shrinks() -> None:
    buckets = Buckets(BOUNDS)

    buckets.add_all([-5.0, 0.5])

    assert [*buckets.cumulative()] == [(0.01, 1), (0.1, 1), (1.0, 2), (math.inf, 2)]
    assert buckets.total == 0.5


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_does_not_spoil_the_sum(odd: float) -> None:
    buckets = Buckets(BOUNDS)

    buckets.add_all([odd, 0.5])

    assert buckets.total == 0.5
    assert [*buckets.cumulative()][-1] == (math.inf, 1)


def test_without_labels_a_series_is_there_from_the_start() -> None:
    assert Counter(catalogue.ANSWERS).sums == {(): 0}
    assert [*Histogram(catalogue.COMMIT_EVENTS).series] == [()]


def test_with_labels_a_series_begins_with_its_first_value() -> None:
    counter = Counter(catalogue.SESSIONS_LOST)
    assert counter.sums == {}

    counter.add(2, ("fenced",))
    counter.add(1, ("fenced",))

    assert counter.sums == {("fenced",): 3}


def test_unknown_values_keep_their_name_while_there_is_room() -> None:
    words = BoundedSet(["TIMEOUT"], room=1, fold="OTHER")

    folded = [words[each] for each in ("MINE", "YOURS", "TIMEOUT", "MINE", "THEIRS")]

    assert folded == ["MINE", "OTHER", "TIMEOUT", "MINE", "OTHER"]


def test_a_value_that_looks_like_a_message_takes_no_room() -> None:
    words = BoundedSet(room=1)

    assert words["x" * 65] == "other"
    assert words["fenced"] == "fenced"
