"""Which of several patterns of event types is meant?

Patterns are those of a shell: ``*`` any text, ``?`` one character, ``[ab]`` and ``[!ab]`` one of,
or none of, some.  Case matters.  The more literal characters, the more specific.
"""

import fnmatch
import functools
import re

_ONE = re.compile(r"\[!?\]?[^\]]*\]|.", re.DOTALL)
_ANY_TEXT = "*"


def is_exact(pattern: str) -> bool:
    """Whether *pattern* is the very name of one event type."""
    return not any(mark in pattern for mark in "*?[")


def specificity(pattern: str) -> tuple[int, int]:
    """Return a rank: the higher of two matching patterns is the one that is meant.

    Literal characters count first, then those that match exactly one character.
    """
    parts = _parts(pattern)
    literals = sum(1 for part in parts if is_exact(part))
    return literals, sum(1 for part in parts if part != _ANY_TEXT)


def overlap(first: str, second: str) -> bool:
    """Whether some event type may match both patterns.

    Exact for ``*`` and ``?``; two sets of characters are taken to have one in common.
    """
    left, right = _parts(first), _parts(second)

    @functools.cache
    def meet(i: int, j: int) -> bool:
        if i == len(left):
            return all(part == _ANY_TEXT for part in right[j:])
        if j == len(right):
            return all(part == _ANY_TEXT for part in left[i:])
        if left[i] == _ANY_TEXT:
            return meet(i + 1, j) or meet(i, j + 1)
        if right[j] == _ANY_TEXT:
            return meet(i, j + 1) or meet(i + 1, j)
        return _share_a_character(left[i], right[j]) and meet(i + 1, j + 1)

    return meet(0, 0)


def _parts(pattern: str) -> tuple[str, ...]:
    """Split *pattern* into what matches any text, one of some characters, or itself."""
    return tuple(_ONE.findall(pattern))


def _share_a_character(left: str, right: str) -> bool:
    if is_exact(left):
        return fnmatch.fnmatchcase(left, right)
    return not is_exact(right) or fnmatch.fnmatchcase(right, left)
