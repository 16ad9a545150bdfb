"""Are lists and absent values read from one line?"""

import pytest

from config.values import check_match, empty_as_none, listed, split


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("a", ("a",)),
        ("a, b ,", ("a", "b")),
        ("", ()),
        ('["a,b", "c"]', ["a,b", "c"]),
        (("a",), ("a",)),
        (5, 5),
    ],
)
def test_a_list_is_read_from_one_line(value: object, items: object) -> None:
    assert split(value) == items


def test_a_broken_json_list_says_both_ways_to_write_one() -> None:
    with pytest.raises(ValueError, match=r"is no JSON list .*: write a,b,c or"):
        split("[a")


def test_an_empty_line_is_absent_and_anything_else_is_not() -> None:
    assert empty_as_none("") is None
    assert empty_as_none("null") == "null"
    assert empty_as_none(0) == 0


@pytest.mark.parametrize(
    "match", ["TimeoutError", "RATE_LIMITED", "/connection (reset|lost)/", "a/b"]
)
def test_a_name_a_code_and_a_pattern_can_match(match: str) -> None:
    assert check_match(match) == match


@pytest.mark.parametrize(
    ("match", "message"),
    [("", "matches nothing"), ("//", "matches nothing"), ("/(/", "is no regular expression")],
)
def test_what_can_match_nothing_is_refused(match: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_match(match)


def test_names_are_listed_in_order() -> None:
    assert listed({"b", "a"}) == "a, b"
