"""Groups, tallies and timelines of letters."""

import pytest

from consumer.desk.groups import Groups
from consumer.desk.tallies import MOST_VALUES, OTHERS, Tallies
from consumer.desk.timeline import Timeline, plot, span_of
from tests.unit.core.letter_examples import NOW
from tests.unit.desk.desk_examples import a_summary


def test_group_has_count_states_ends_and_its_newest_letter() -> None:
    groups = Groups()
    for number, state in enumerate(("open", "resolved", "open")):
        groups.add(a_summary(dlq_id=f"d-{number}", timestamp=NOW - number, state=state))

    [group] = groups.largest_first()

    assert (group.count, group.states) == (3, {"open": 2, "resolved": 1})
    assert (group.oldest, group.newest, group.example) == (NOW - 2, NOW, "d-0")
    assert (group.why, group.codes) == ("TIMEOUT", {"MAX_RETRIES_EXCEEDED": 3})


def test_largest_group_comes_first_and_of_equals_the_newest() -> None:
    groups = Groups()
    for group, timestamp in (("old", NOW), ("new", NOW + 5), ("large", NOW), ("large", NOW)):
        groups.add(a_summary(group=group, timestamp=timestamp))

    assert [each.group for each in groups.largest_first()] == ["large", "new", "old"]


def test_letters_of_groups_beyond_the_bound_are_counted_together() -> None:
    groups = Groups(most=2)
    for group in ("a", "b", "c", "d", "a"):
        groups.add(a_summary(group=group))

    assert [each.count for each in groups.largest_first()] == [2, 1]
    assert groups.beyond == 2


def test_tallies_count_by_all_that_tells_letters_apart() -> None:
    tallies = Tallies()
    tallies.add(a_summary(timestamp=NOW - 5, state="resolved"))
    tallies.add(a_summary(timestamp=NOW, processor=None, event_type=None, partition=1))

    assert (tallies.count, tallies.size) == (2, 2000)
    assert (tallies.oldest, tallies.newest, tallies.oldest_open) == (NOW - 5, NOW, NOW)
    assert tallies.by["code"] == {"TIMEOUT": 2}
    assert tallies.by["processor"] == {"shop.orders.charge": 1, "(none)": 1}
    assert tallies.by["partition"] == {"3": 1, "1": 1}
    assert tallies.by["event_type"] == {"invoice.created": 1, "(no event)": 1}


def test_tallies_keep_a_bounded_number_of_values() -> None:
    tallies = Tallies()
    for number in range(MOST_VALUES + 10):
        tallies.add(a_summary(cause=f"CODE_{number}"))

    assert len(tallies.by["code"]) == MOST_VALUES + 1
    assert tallies.by["code"][OTHERS] == 10


def test_columns_span_from_the_oldest_to_the_newest() -> None:
    timeline = Timeline()
    for moment in (0, 1, 1, 9):
        timeline.add(moment)

    assert timeline.columns(0, 10, 5) == [3, 0, 0, 0, 1]


def test_one_moment_is_one_column() -> None:
    timeline = Timeline()
    timeline.add(NOW)

    assert sum(timeline.columns(NOW, NOW, 4)) == 1


def test_buckets_widen_so_that_a_month_takes_no_more_than_a_minute() -> None:
    timeline = Timeline()
    for hour in range(30 * 24):
        timeline.add(NOW + hour * 3600)

    assert len(timeline.counts) <= Timeline.MOST
    assert sum(timeline.counts.values()) == 720
    assert timeline.width == 65_536
    assert timeline.columns(NOW, NOW + 720 * 3600, 3) == pytest.approx([240, 240, 240], abs=20)


def test_plot_shows_the_highest_as_full_and_whatever_is_there_at_all() -> None:
    assert plot([0, 1, 500, 1000]) == " ▁▄█"
    assert plot([1], highest=8) == "▁"
    assert plot([]) == ""


def test_span_of_several_is_from_the_first_to_the_last() -> None:
    assert span_of([(3, 5), (1, 2)]) == (1, 5)
    assert span_of([]) == (0, 0)
