"""How letters are chosen on the command line."""

import inspect
from typing import Any

import pytest
import typer

from consumer.commands.choosing import Asked, selecting
from consumer.commands.exits import CommandError, ExitCode
from consumer.desk.selection import Selection

NOW = 1_760_000_000.0


def test_nothing_typed_means_open_letters() -> None:
    assert Asked(state=["open"]).selection(NOW) == Selection()


def test_each_option_says_what_is_meant() -> None:
    asked = Asked(
        code=["A", "B"],
        disposition=["poison"],
        processor=["*.charge"],
        event_type="invoice.*",
        workflow="w",
        key="k\udcff",
        since="2h",
        until="2025-10-09T08:53:20Z",
        text="x",
        group="abc",
        state=["open", "failed_again"],
        partition=3,
    )

    assert asked.selection(NOW) == Selection(
        codes={"A", "B"},
        dispositions={"poison"},
        processors={"*.charge"},
        type_pattern="invoice.*",
        workflow_id="w",
        key=b"k\xff",
        since=NOW - 7200,
        until=NOW,
        text="x",
        group="abc",
        states={"open", "failed_again"},
        partition=3,
    )


def test_all_asks_for_any_state() -> None:
    assert Asked(state=["all"]).selection(NOW).states == frozenset()


@pytest.mark.parametrize(
    "asked",
    [
        {"state": ["closed"]},
        {"since": "yesterday"},
        {"until": "2026-01-31T23:59:59"},
        {"since": "-2h"},
    ],
    ids=str,
)
def test_what_means_nothing_is_wrong_usage(asked: dict[str, Any]) -> None:
    with pytest.raises(CommandError) as refused:
        Asked(**asked).selection(NOW)

    assert refused.value.code == ExitCode.USAGE
    assert repr(next(iter(asked.values()))).strip("[]") in refused.value.message


def called(command: Any, *words: str) -> None:
    app = typer.Typer()
    app.command()(command)
    app(list(words), standalone_mode=False)


def test_command_gets_the_options_beside_its_own() -> None:
    given: list[tuple[Asked, str, bool]] = []

    @selecting("all")
    def command(name: str, asked: Asked, loud: bool = False) -> None:
        """Say something."""
        given.append((asked, name, loud))

    called(command, "x", "--code", "A", "--code", "B", "--type", "t", "--loud")
    called(command, "y", "--state", "open")

    assert given == [
        (Asked(code=["A", "B"], event_type="t", state=["all"]), "x", True),
        (Asked(state=["open"]), "y", False),
    ]
    assert "asked" not in inspect.signature(command).parameters
    assert command.__doc__ == "Say something."
