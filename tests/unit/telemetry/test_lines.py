"""One line per entry, whatever is in it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from consumer.telemetry.lines import console_renderer, render_json

render_console = console_renderer(colors=False)


class Hostile:
    """A value whose repr commands the terminal."""

    def __repr__(self) -> str:
        return "\x1b[2J\nfake"


class Broken:
    """A value that cannot even say what it is."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


def as_json(**entry: Any) -> Any:
    return json.loads(render_json(None, "info", entry))


def as_text(**entry: Any) -> str:
    return render_console(None, "info", {"event": "a.b", **entry})


def test_what_every_line_has_comes_first() -> None:
    line = render_json(None, "info", {"topic": "t", "event": "a.b", "level": "info"})

    assert line == '{"level":"info","event":"a.b","topic":"t"}'


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2**80, 2**80),
        ("\udc80", "\udc80"),
        (float("nan"), None),
        (b"\xff", "b'\\xff'"),
        ({1: "one"}, {"1": "one"}),
        ({"a": {1}}, {"a": "{1}"}),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (Broken(), "<Broken>"),
        ([2**80, float("inf")], f"[{2**80}, inf]"),
    ],
    ids=["big", "surrogate", "nan", "bytes", "int key", "set", "time", "broken", "big and inf"],
)
def test_any_value_can_be_logged_as_json(value: object, shown: object) -> None:
    assert as_json(value=value) == {"value": shown}


def test_a_value_that_holds_itself_can_be_logged_as_json() -> None:
    cycle: list[object] = []
    cycle.append(cycle)

    assert as_json(value=cycle, other=1) == {"value": "[[...]]", "other": 1}


@given(text=st.text(), name=st.text(st.characters(categories=["L", "Cc", "Cf"]), min_size=1))
@example(text="\x1b]0;owned\x07", name="n")
@example(text="\x9b2J", name="n")
@example(text="\u202egnihton", name="n")
@example(text="x\n12:00:00 [error] session.lost", name="n")
def test_nothing_that_others_wrote_commands_the_terminal(text: str, name: str) -> None:
    line = render_console(None, "info", {"event": text, name: text, "items": [text]})

    assert line.isprintable()


def test_neither_does_a_value_of_a_type_of_their_own() -> None:
    assert as_text(value=Hostile(), other=Broken()).endswith(
        r"value=\x1b[2J\nfake other=<Broken>",
    )


def test_people_see_fields_in_the_order_they_were_given() -> None:
    assert as_text(topic="t", offset=3, delay=None).split()[-3:] == [
        "topic=t",
        "offset=3",
        "delay=None",
    ]


def test_a_traceback_is_shown_on_lines_of_its_own_and_indented() -> None:
    shown = as_text(exception="Traceback\nBoom: x\n12:00 [error] fake\x1b[2J")

    assert shown.splitlines()[1:] == [
        "    Traceback",
        "    Boom: x",
        "    12:00 [error] fake\\x1b[2J",
    ]


def test_a_very_long_text_is_cut_for_people() -> None:
    assert len(as_text(value="x" * 100_000)) < 10_000
