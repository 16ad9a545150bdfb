"""What did a command that proves or measures something find?

A table for people, and the same figures in ``build/reports/<name>.json``: a list of
``{name, value, unit, goal, ok}``.  A correctness goal that is missed fails the command; a speed
goal that is missed is said, and fails nothing.
"""

import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Value = int | float
Kind = Literal["correctness", "speed"]

REPORTS = Path(__file__).parents[1] / "build" / "reports"

_COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a report, as it is written to JSON."""

    name: str
    value: Value
    unit: str
    goal: str | None
    """A comparison and a number, like ``= 0`` or ``>= 1.3``; None where nothing is asked."""
    ok: bool
    """Whether the goal is met; true where there is none."""


def reaches(value: Value, goal: str | None) -> bool:
    """Return whether *value* meets *goal*.

    Raises:
        ValueError: The goal is not a comparison and a number.
    """
    if goal is None:
        return True
    comparison, _, limit = goal.partition(" ")
    if comparison not in _COMPARISONS:
        raise ValueError(
            f"goal {goal!r} is no comparison and a number: write it like '= 0' or '>= 1.3'",
        )
    return _COMPARISONS[comparison](value, float(limit))


def people() -> Console:
    """Return where people read: as wide as their terminal, or wide enough for a table in a log."""
    return Console(width=None if sys.stdout.isatty() else 120)


class Report:
    """The figures of one command, in the order in which they were found.

    Args:
        command: Name of the command.
        name: Of the file; that of the command without it.
        directory: Where the file goes.
    """

    def __init__(self, command: str, *, name: str | None = None, directory: Path = REPORTS) -> None:
        self._command = command
        self._path = directory / f"{name or command}.json"
        self._figures: list[Figure] = []
        self._kinds: dict[str, Kind] = {}
        self._notes: list[str] = []

    @property
    def figures(self) -> Sequence[Figure]:
        """What was found so far."""
        return tuple(self._figures)

    def prove(self, name: str, value: Value, unit: str, goal: str | None = None) -> None:
        """Add a figure of correctness: a missed goal fails the command."""
        self._add("correctness", name, value, unit, goal)

    def measure(self, name: str, value: Value, unit: str, goal: str | None = None) -> None:
        """Add a figure of speed: a missed goal is reported only."""
        self._add("speed", name, value, unit, goal)

    def note(self, text: str) -> None:
        """Add a sentence for people below the table: an example of what was found wrong."""
        self._notes.append(text)

    def _add(self, kind: Kind, name: str, value: Value, unit: str, goal: str | None) -> None:
        if name in self._kinds:
            raise ValueError(f"figure {name!r} is there already: give each figure its own name")
        self._kinds[name] = kind
        self._figures.append(Figure(name, value, unit, goal, reaches(value, goal)))

    def finish(self, console: Console | None = None) -> int:
        """Print the table, write the file and return the exit status: 1 where a proof failed."""
        console = console or people()
        console.print(self._table())
        for note in self._notes:
            console.print(f"[dim]-[/] {escape(note)}", highlight=False, soft_wrap=True)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        document = [asdict(figure) for figure in self._figures]
        self._path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
        failed = [
            figure.name
            for figure in self._figures
            if not figure.ok and self._kinds[figure.name] == "correctness"
        ]
        if failed:
            console.print(f"[bold red]{self._command} failed:[/] {', '.join(failed)}")
        return 1 if failed else 0

    def _table(self) -> Table:
        table = Table(title=f"make {self._command}", title_justify="left")
        table.add_column("figure")
        table.add_column("value", justify="right")
        table.add_column("unit")
        table.add_column("goal")
        table.add_column("")
        for figure in self._figures:
            table.add_row(
                figure.name,
                _readable(figure.value),
                figure.unit,
                figure.goal or "",
                self._verdict(figure),
            )
        return table

    def _verdict(self, figure: Figure) -> str:
        if figure.goal is None:
            return ""
        if figure.ok:
            return "[green]ok[/]"
        return "[bold red]FAILED[/]" if self._kinds[figure.name] == "correctness" else "missed"


def _readable(value: Value) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
