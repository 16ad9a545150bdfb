"""Is what a command wrote harmless to a terminal, and without secrets?

Pure.  Of control characters only the newline is allowed; where colours were asked for, also those
sequences that set colours and weights (SGR), and nothing else that begins with an escape.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def controls_in(output: bytes, *, with_colours: bool = False) -> list[str]:
    """Return what a terminal would obey in *output*, each with what stands around it.

    Args:
        output: What a command wrote.
        with_colours: Whether it was to write colours.
    """
    text = output.decode("utf-8", "surrogateescape")
    if with_colours:
        # A terminal in its usual mode makes this of every newline.
        text = _COLOURS.sub("", text).replace("\r\n", "\n")
    return [_around(text, place) for place in _places(text)]


def _places(text: str) -> Iterator[int]:
    for place, character in enumerate(text):
        if character == "\n":
            continue
        if unicodedata.category(character) in _CATEGORIES or character in _BIDIRECTIONAL:
            yield place


def _around(text: str, place: int) -> str:
    return f"{text[place]!r} in {text[max(0, place - 30) : place + 30]!r}"


def secrets_in(output: bytes, spelled: Sequence[bytes]) -> list[str]:
    """Return where *output* holds one of the texts that must not be seen."""
    return [
        repr(output[max(0, found.start() - 30) : found.end() + 10])
        for text in spelled
        for found in re.finditer(re.escape(text), output)
    ]
