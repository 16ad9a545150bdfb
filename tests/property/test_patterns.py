"""Do two patterns overlap exactly when some event type matches both?"""

import fnmatch
import itertools

from hypothesis import given
from hypothesis import strategies as st

from processors.patterns import is_exact, overlap, specificity

ALPHABET = "ab"
PATTERNS = st.text(alphabet="ab*?", max_size=4)
# Two patterns of at most 4 parts that share a type share one of at most 8 characters: a star need
# only stand for what the other pattern asks of it.
NAMES = [
    "".join(name) for length in range(9) for name in itertools.product(ALPHABET, repeat=length)
]


@given(PATTERNS, PATTERNS)
def test_patterns_overlap_exactly_when_a_type_matches_both(first: str, second: str) -> None:
    shared = any(
        fnmatch.fnmatchcase(name, first) and fnmatch.fnmatchcase(name, second) for name in NAMES
    )

    assert overlap(first, second) == shared


@given(st.text(alphabet="ab*?[!]-c", max_size=8), st.text(alphabet="abc]-", max_size=8))
def test_a_pattern_overlaps_with_every_type_it_matches(pattern: str, name: str) -> None:
    if fnmatch.fnmatchcase(name, pattern):
        assert overlap(pattern, name)
        assert specificity(name) >= specificity(pattern)


@given(st.text(alphabet="ab*?[!]-c", max_size=8))
def test_an_exact_pattern_matches_itself_alone(pattern: str) -> None:
    if is_exact(pattern):
        assert fnmatch.fnmatchcase(pattern, pattern)
        assert not fnmatch.fnmatchcase(pattern + "a", pattern)
