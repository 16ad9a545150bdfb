"""Untrusted text on a terminal: shown, and obeyed by nobody."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.commands.printable import (
    is_harmless,
    json_line,
    printable,
    printable_bytes,
    printable_lines,
)

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY_TEXT)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    assert is_harmless(printable(text))


@given(st.binary())
def test_bytes_are_shown_as_text_whatever_they_are(data: bytes) -> None:
    assert is_harmless(printable_bytes(data))


@given(ANY_TEXT)
def test_lines_are_harmless_each(text: str) -> None:
    assert all(is_harmless(line) for line in printable_lines(text))


@given(st.text())
def test_a_json_text_means_the_same_with_its_escapes(text: str) -> None:
    line = json_line(json.dumps({"text": text}, ensure_ascii=False))

    assert json.loads(line) == {"text": text}
    assert is_harmless(line)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("café – 東京 🎉", "café – 東京 🎉"),  # noqa: RUF001 - a dash as people write it
    ],
)
def test_what_is_harmless_stays_as_it_is(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_what_is_cut_off_is_marked() -> None:
    assert printable("abcdef", most=4) == "abc…"
    assert printable("abcd", most=4) == "abcd"
    assert printable_bytes(b"\xff" * 100, most=8) == r"\xff\xf" + "…"
