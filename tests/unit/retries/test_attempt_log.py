"""What the processors wrote down is read back as the attempts that they were."""

from tests.retries.attempt_log import attempts_in
from tests.retries.attempts import Attempt


def test_beginnings_and_ends_are_put_together() -> None:
    lines = [
        "begun 1.5 7 a 1 0/12",
        "begun 1.6 8 b 1 1/3",
        "failed 1.7 7 a 1 0/12",
        "succeeded 1.8 8 b 1 1/3",
    ]

    assert attempts_in(lines) == [
        Attempt("a", 1, 7, (0, 12), 1.5, 1.7),
        Attempt("b", 1, 8, (1, 3), 1.6, 1.8, succeeded=True),
    ]


def test_attempt_of_a_process_that_ended_has_no_end() -> None:
    lines = ["begun 1.5 7 a 1 0/12", "begun 2.5 8 a 1 0/12", "succeeded 2.6 8 a 1 0/12"]

    assert attempts_in(lines) == [
        Attempt("a", 1, 7, (0, 12), 1.5),
        Attempt("a", 1, 8, (0, 12), 2.5, 2.6, succeeded=True),
    ]


def test_attempt_made_again_by_the_same_process_is_another() -> None:
    lines = [
        "begun 1.5 7 a 1 0/12",
        "failed 1.6 7 a 1 0/12",
        "begun 2.5 7 a 1 0/12",
        "failed 2.6 7 a 1 0/12",
    ]

    assert [(each.began_at, each.ended_at) for each in attempts_in(lines)] == [
        (1.5, 1.6),
        (2.5, 2.6),
    ]
