"""Which failures are alike."""

import pytest

from consumer.desk.message_shape import group_id, shape_of, without_limit


@pytest.mark.parametrize(
    ("message", "shape"),
    [
        ("no answer from 10.0.0.17:8080 after 30.5 s", "no answer from # after # s"),
        ("order 7 of customer-1234 refused", "order # of customer-# refused"),
        ("invoice 3f2b8c1e-5a4d-4b7e-9c2a-0d1e2f3a4b5c is unknown", "invoice # is unknown"),
        ("object 507f1f77bcf86cd799439011 at 0x7ffdeadbeef", "object # at #"),
        ("token a1b2c3XyZ9 is no card", "token # is no card"),
        ("late since 2026-01-31T23:59:59.123Z", "late since #"),
        ("""no "blue" 'shirt' in `stock`""", "no … in …"),
        ("don't know what it's about", "don't know what it's about"),
        ("missing: 'a', 'b', 'c'", "missing: …"),
        ("codes 1, 2, 3", "codes #"),
        ("cut in 'the midd", "cut in …"),
        ("one\n\n  two", "one two"),
        ("not UTF-8, see RFC 8259", "not UTF-8, see RFC 8259"),
        ("Failed after 3 attempts: no answer", "no answer"),
        ("Failed after 1 attempt, and the deadline of 60 s has passed: no", "no"),
        ("", ""),
    ],
)
def test_what_differs_from_event_to_event_is_folded(message: str, shape: str) -> None:
    assert shape_of(message) == shape


def test_ids_of_the_event_are_folded_wherever_they_stand() -> None:
    assert shape_of("the order blue-shirt is late", ["blue-shirt", None]) == "the order # is late"


def test_short_id_is_not_taken_for_every_letter() -> None:
    assert shape_of("an apple a day", ["a"]) == "an apple a day"


def test_words_of_the_limit_are_no_part_of_the_message() -> None:
    assert without_limit("Failed after 12 attempts: disk full") == "disk full"
    assert without_limit("disk full") == "disk full"


def test_only_the_beginning_of_a_long_message_counts() -> None:
    assert shape_of("x " * 400 + "tail") == shape_of("x " * 400 + "another")


def test_group_id_is_the_same_in_every_process() -> None:
    assert group_id("TIMEOUT", "charge", "bank.Error", "no answer") == "3ea505ae"


@pytest.mark.parametrize(
    "other",
    [
        ("OTHER", "charge", "bank.Error", "no answer"),
        ("TIMEOUT", None, "bank.Error", "no answer"),
        ("TIMEOUT", "charge", "", "no answer"),
        ("TIMEOUT", "charge", "bank.Error", "an answer"),
        ("TIMEOUT", "chargebank", ".Error", "no answer"),
    ],
)
def test_each_of_the_four_tells_groups_apart(other: tuple[str, str | None, str, str]) -> None:
    assert group_id(*other) != group_id("TIMEOUT", "charge", "bank.Error", "no answer")
