"""Is the more specific of two patterns told from the other?"""

import pytest

from processors.patterns import is_exact, overlap, specificity


@pytest.mark.parametrize("pattern", ["order.created", "a]", "ä!"])
def test_a_name_without_marks_is_exact(pattern: str) -> None:
    assert is_exact(pattern)


@pytest.mark.parametrize("pattern", ["*", "order.*", "order.?", "order.[ab]"])
def test_a_pattern_is_not_exact(pattern: str) -> None:
    assert not is_exact(pattern)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("order.created.*", "order.*"),
        ("order.*", "*"),
        ("order.?", "order.*"),
        ("order.[ab]", "order.*"),
        ("*.created", "*.?"),
        ("order.[]a]x", "order.[!]ab]"),
    ],
)
def test_more_literal_characters_are_more_specific(more: str, less: str) -> None:
    assert specificity(more) > specificity(less)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("order.*", "*.order"),
        ("a*c", "ab*"),
        ("*", "x"),
        ("a?", "?b"),
        ("[ab]x", "[bc]x"),
        ("[ab]", "a"),
        ("[!a]", "?"),
        ("a**", "a"),
        ("[", "["),
    ],
)
def test_patterns_that_share_a_type_overlap(first: str, second: str) -> None:
    assert overlap(first, second)
    assert overlap(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("order.*", "invoice.*"),
        ("a*c", "a*d"),
        ("a?", "a"),
        ("[ab]", "c"),
        ("[!a]", "a"),
        ("Order.*", "order.*"),
        ("", "a"),
    ],
)
def test_patterns_that_share_no_type_do_not_overlap(first: str, second: str) -> None:
    assert not overlap(first, second)
    assert not overlap(second, first)
