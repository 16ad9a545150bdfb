"""How much of a total lies within a window."""

from consumer.core.window_marks import WindowMarks


def test_all_of_it_lies_in_a_window_that_has_just_begun() -> None:
    marks = WindowMarks(10.0, 5, now=100.0)

    assert marks.before(100.0) == 5
    assert marks.before(109.0) == 5


def test_what_is_older_than_the_window_lies_before_it() -> None:
    marks = WindowMarks(10.0, 0, now=100.0)
    for second in range(1, 21):
        marks.turn(second - 1, now=100.0 + second)

    assert marks.before(120.0) == 9


def test_the_window_is_never_shorter_than_asked_for_and_at_most_a_tenth_longer() -> None:
    marks = WindowMarks(10.0, 0, now=0.0)
    marks.turn(0, now=1.5)
    marks.turn(7, now=2.75)

    assert marks.before(12.25) == 0
    assert marks.before(12.5) == 7


def test_a_slice_that_has_not_ended_goes_on() -> None:
    marks = WindowMarks(10.0, 0, now=0.0)
    marks.turn(3, now=0.5)

    assert marks.slice_ends == 1.0
    assert marks.before(50.0) == 0


def test_after_a_long_rest_nothing_lies_in_the_window() -> None:
    marks = WindowMarks(10.0, 0, now=0.0)
    marks.turn(3, now=500.0)

    assert marks.before(500.0) == 3
