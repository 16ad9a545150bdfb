"""How is text that anyone may have written shown on a terminal, and cannot command it?

Keys, values and messages come from producers.  Control characters would move the cursor, retitle
the window or fake a line; bidirectional controls would make a line read as what it is not.
"""

import re
from collections.abc import Callable

# C0, DEL and C1 controls; the line and paragraph separators; the bidirectional controls of
# Unicode TR9 ("Trojan Source", CVE-2021-42574); the byte order mark; halves of surrogate pairs.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def is_harmless(text: str) -> bool:
    """Whether *text* has nothing that a terminal would obey."""
    return _UNSAFE.search(text) is None


def printable(text: str, *, most: int | None = None) -> str:
    r"""Return *text* with every control character as an escape such as \x1b.

    Args:
        text: Anything at all.
        most: Characters shown at most; what is cut off is shown by an ellipsis.
    """
    shown = _UNSAFE.sub(_escaped, text)
    return shown if most is None or len(shown) <= most else shown[: max(0, most - 1)] + "…"


def printable_lines(text: str) -> list[str]:
    """Return the lines of *text*, each harmless: for tracebacks and documents laid out in lines."""
    return [printable(line.expandtabs(4)) for line in text.split("\n")]


def printable_bytes(data: bytes, *, most: int | None = None) -> str:
    r"""Return *data* as text where it is UTF-8, with what is not as escapes such as \xff."""
    # Each character takes at least a byte, so the rest need not even be decoded.
    part = data if most is None else data[: most * 4 + 4]
    return printable(part.decode("utf-8", "backslashreplace"), most=most)


def json_line(line: str) -> str:
    r"""Return a JSON text with what a terminal would obey as \u escapes; it means the same.

    Such characters can only stand inside strings: a JSON text of one line has none elsewhere.
    """
    as_escape: Callable[[re.Match[str]], str] = lambda found: f"\\u{ord(found.group()):04x}"  # noqa: E731
    return _UNSAFE.sub(as_escape, line)
