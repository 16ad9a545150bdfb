"""What would harm a reader is seen in what commands write; what would not is let through."""

import base64

import pytest

from tests.desk.hostile_letters import (
    ALL,
    BELL,
    BIDI,
    C1,
    CLIPBOARD,
    COLOUR,
    SCREEN,
    SECRET,
    TITLE,
    spelled,
)
from tests.desk.safety import controls_in, secrets_in


def test_plain_lines_in_any_script_are_harmless() -> None:
    assert controls_in("a line\nzażółć · 漢字 … ┃\n".encode()) == []


@pytest.mark.parametrize("text", [ALL, TITLE, CLIPBOARD, SCREEN, COLOUR, C1, BIDI, *BELL, "\r"])
def test_sequences_are_seen(text: str) -> None:
    assert controls_in(text.encode())


def test_colours_are_let_through_only_where_they_were_asked_for() -> None:
    output = b"\x1b[1;31mred\x1b[0m\r\n"

    assert controls_in(output)
    assert controls_in(output, with_colours=True) == []


def test_other_sequences_are_seen_beside_colours() -> None:
    assert controls_in(b"\x1b[31mred\x1b[2J", with_colours=True)
    assert controls_in(b"one\rtwo", with_colours=True)


@pytest.mark.parametrize("before", [b"", b"x", b"xy", b"xyz"])
def test_secret_is_seen_in_base64_wherever_it_stands(before: bytes) -> None:
    assert secrets_in(base64.b64encode(before + SECRET.encode() + b"rest"), spelled())


def test_secret_is_seen_as_it_is_and_nothing_else_is() -> None:
    assert secrets_in(f"password={SECRET}".encode(), spelled())
    assert secrets_in(b"password=(hidden)", spelled()) == []
