"""What is told of a subject that comes again, changes, or is not worth it any more."""

import pytest

from config.notify import NotifySettings
from consumer.core.notice import Sighting
from consumer.core.notices import MOST_SUBJECTS, Notices

OPENED = Sighting("breaker:bank", "breaker_opened", "it opened")
CLOSED = Sighting("breaker:bank", "breaker_closed", "it closed")
GROUP = Sighting("group:1", "group_appeared", "a group")


def told(notices: Notices, now: float) -> list[tuple[str, int]]:
    found = []
    while (notice := notices.next(now)) is not None:
        found.append((notice.summary, notice.repeated))
    return found


def test_news_is_told_at_once_and_once() -> None:
    notices = Notices(NotifySettings(), 0.0)
    for now in (0.0, 1.0, 2.0):
        notices.see(GROUP, now)
    assert told(notices, 2.0) == [("a group", 2)]
    assert told(notices, 3.0) == []
    assert notices.due_seconds(3.0) is None


def test_flapping_subject_is_told_of_at_the_end_of_the_window_as_it_stands() -> None:
    notices = Notices(NotifySettings(dedup_window=600.0), 0.0)
    for now, sighting in enumerate([OPENED, CLOSED, OPENED, CLOSED, OPENED]):
        notices.see(sighting, float(now))
        told(notices, float(now))
    assert told(notices, 599.0) == []
    assert notices.due_seconds(599.0) == 1.0
    assert told(notices, 600.0) == [("it opened", 1)]


def test_flapping_subject_that_stands_as_told_is_not_told_of_again() -> None:
    notices = Notices(NotifySettings(), 0.0)
    for now, sighting in enumerate([OPENED, CLOSED, OPENED, CLOSED]):
        notices.see(sighting, float(now))
        told(notices, float(now))
    assert notices.due_seconds(4.0) is None


def test_group_is_new_again_after_a_quiet_day() -> None:
    notices = Notices(NotifySettings(group_window=86400.0), 0.0)
    for now, news in [(0.0, 1), (86399.0, 0), (2 * 86399.0, 0), (3 * 86400.0, 1)]:
        notices.see(GROUP, now)
        assert len(told(notices, now)) == news


def test_more_than_the_rate_waits_until_the_minute_is_over() -> None:
    notices = Notices(NotifySettings(max_per_minute=2), 0.0)
    for number in range(5):
        notices.see(Sighting(f"group:{number}", "group_appeared", f"{number}"), 0.0)
    assert [summary for summary, _ in told(notices, 10.0)] == ["0", "1"]
    assert notices.due_seconds(10.0) == 60.0
    assert told(notices, 69.0) == []
    assert [summary for summary, _ in told(notices, 70.0)] == ["2", "3"]


def test_what_is_switched_off_is_not_told() -> None:
    notices = Notices(NotifySettings(events=("breaker_opened",)), 0.0)
    for sighting in (GROUP, OPENED, CLOSED):
        notices.see(sighting, 0.0)
    assert told(notices, 0.0) == []
    notices.see(OPENED, 1.0)
    assert told(notices, 1.0) == [("it opened", 0)]


def test_what_is_over_before_it_could_be_told_is_not_told() -> None:
    notices = Notices(NotifySettings(), 0.0)
    notices.see(Sighting("partition:t/0", "partition_refused"), 0.0)
    notices.see(Sighting("partition:t/0", None), 1.0)
    assert told(notices, 1.0) == []


@pytest.mark.parametrize(("letters", "news"), [(9, 0), (10, 1), (11, 1)])
def test_letters_are_told_of_from_the_threshold_on(letters: int, news: int) -> None:
    notices = Notices(NotifySettings(letters=10), 0.0)
    for _ in range(letters):
        notices.count_letters(1, 1.0)
    assert len(told(notices, 1.0)) == news


def test_letters_are_told_of_again_once_they_had_become_few() -> None:
    notices = Notices(NotifySettings(letters=10, letters_window=300.0, dedup_window=60.0), 0.0)
    for now, news in [(0.0, 1), (200.0, 0), (400.0, 0), (1000.0, 1)]:
        notices.count_letters(10, now)
        assert len(told(notices, now)) == news


def test_letters_that_are_few_again_when_they_could_be_told_of_are_not() -> None:
    notices = Notices(NotifySettings(letters=10, letters_window=60.0, dedup_window=600.0), 0.0)
    notices.count_letters(10, 0.0)
    assert len(told(notices, 0.0)) == 1
    notices.count_letters(10, 300.0)
    assert notices.due_seconds(300.0) == 300.0
    assert told(notices, 600.0) == []
    assert notices.due_seconds(600.0) is None


def test_any_number_of_letters_is_taken_where_no_threshold_is_set() -> None:
    notices = Notices(NotifySettings(letters=None), 0.0)
    notices.count_letters(10**9, 0.0)
    assert told(notices, 0.0) == []


def test_only_so_many_groups_are_remembered_and_no_breaker_is_forgotten() -> None:
    notices = Notices(NotifySettings(), 0.0)
    notices.see(OPENED, 0.0)
    notices.see(GROUP, 0.0)
    assert len(told(notices, 0.0)) == 2
    for number in range(MOST_SUBJECTS):
        notices.see(Sighting(f"group:x{number}", "group_appeared"), 1.0)
    assert notices.forgotten == 1
    notices.see(OPENED, 2.0)
    notices.see(GROUP, 2.0)
    waiting = notices.due_seconds(3600.0)
    assert waiting == 0.0
    assert (OPENED.summary, 1) not in told(notices, 3600.0)
