"""What fails, how often, and since when?"""

import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import orjson
from rich.console import Group as Rows
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from config.settings import Settings
from consumer.commands.choosing import Asked
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import ExitCode
from consumer.commands.letters.desk import at_desk, put
from consumer.commands.letters.listing import nothing
from consumer.commands.letters.table import STYLES, WORDS, ago, short_name, two
from consumer.commands.printable import json_line, printable
from consumer.commands.waiting.spans import at
from consumer.core.timestamps import rfc3339
from consumer.desk.groups import Group, Groups
from consumer.desk.reading import Progress, read_letters
from consumer.desk.redaction import Redaction
from consumer.desk.selection import Selection
from consumer.desk.timeline import plot, span_of
from consumer.kafka.tap import Tap

_TABLE_ROWS = 20
_PLOT_COLUMNS = 24
_MOST = 150


def group_letters(
    config: Path | None, asked: Asked, *, limit: int | None, as_json: bool, reveal: bool
) -> int:
    """Show the groups of the letters that were asked for; return the exit code."""
    selection = asked.selection(time.time())
    settings = chosen_settings(config)
    hide = Redaction(() if reveal else settings.desk.redact)
    groups = at_desk(
        settings, lambda tap, told: _grouped(tap, told, settings, selection), "reading letters"
    )
    chosen = groups.largest_first()
    if as_json:
        for each in chosen[:limit]:
            line = orjson.dumps(_document(each, hide)).decode()
            sys.stdout.write(json_line(line) + "\n")
    elif chosen:
        put(groups_table(chosen, limit or _TABLE_ROWS, time.time(), hide))
        put(sums(chosen, groups.beyond))
    else:
        put(Text(nothing(selection), style="green"))
    return ExitCode.OK


async def _grouped(
    tap: Tap, told: Progress | None, settings: Settings, selection: Selection
) -> Groups:
    groups = Groups()
    async with aclosing(read_letters(tap, settings.topics, selection, progress=told)) as reading:
        async for letter in reading:
            groups.add(letter)
    return groups


def groups_table(chosen: Sequence[Group], most: int, now: float, hide: Redaction) -> RenderableType:
    """Return the groups as a table; all plots have the same two ends.

    Args:
        chosen: All of them, in order.
        most: How many are shown.
        now: Seconds since the epoch.
        hide: What of their texts is hidden.
    """
    oldest, newest = span_of((each.oldest, each.newest) for each in chosen)
    grid = Table(box=None, expand=True, padding=(0, 1), header_style="dim", pad_edge=False)
    grid.add_column("letters", justify="right", width=9, no_wrap=True)
    grid.add_column("group\nnewest", width=9, no_wrap=True)
    grid.add_column("failure", ratio=1, overflow="fold")
    first, last = at(oldest, now), at(newest, now)
    ends = f"{first} to {last}"
    if len(ends) > _PLOT_COLUMNS:
        ends = f"{first}\nto {last}"
    grid.add_column(ends, width=_PLOT_COLUMNS, no_wrap=True)
    states = {state for each in chosen for state in each.states}
    for each in chosen[:most]:
        cells = _cells(each, oldest, newest, now, hide)
        if len(states) > 1:
            cells[2].append_text(_states(each))
        grid.add_row(*cells)
    rows: list[RenderableType] = [grid]
    if (more := len(chosen) - most) > 0:
        rows.append(Text(f"… {more:,} smaller groups: --limit shows them", style="dim"))
    return Rows(*rows)


def _cells(
    each: Group, oldest: float, newest: float, now: float, hide: Redaction
) -> tuple[Text, ...]:
    counts = each.timeline.columns(oldest, newest, _PLOT_COLUMNS)
    by = f" in {_last(each.processor)}" if each.processor else ""
    kind = f" {_last(each.error_type)}" if each.error_type else ""
    failure = Text.assemble((printable(each.why, most=60), "bold red"), (f"{kind}{by}", "dim"))
    message = printable(hide.text(each.shape), most=_MOST)
    return (
        Text(f"{each.count:,}", style="bold"),
        two(each.group, "bold", short_name(each.example)),
        Text.assemble(failure, "\n", message),
        two(plot(counts), "yellow", f"newest {ago(each.newest, now)}"),
    )


def _last(dotted: str) -> str:
    """Return the last part of a module's or a class's name."""
    return printable(dotted.rpartition(".")[2] or dotted, most=60)


def _states(each: Group) -> Text:
    line = Text("\n")
    for state, style in STYLES.items():
        if count := each.states.get(state, 0):
            line.append(f"{count:,} {WORDS[state]}  ", style)
    return line


def sums(chosen: Sequence[Group], beyond: int) -> Text:
    """Return how many letters and groups there are; *beyond* are letters of groups beyond them."""
    count = sum(each.count for each in chosen) + beyond
    text = (
        f"{count:,} {'letter' if count == 1 else 'letters'} in {len(chosen):,} "
        f"{'group' if len(chosen) == 1 else 'groups'}; below a group its newest letter."
    )
    if beyond:
        text += f" {beyond:,} more are in groups of their own: their messages have no common shape."
    return Text(text)


def _document(each: Group, hide: Redaction) -> dict[str, object]:
    return {
        "group": each.group,
        "count": each.count,
        "code": each.why,
        "codes": dict(each.codes),
        "processor": each.processor,
        "error_type": each.error_type,
        "shape": hide.text(each.shape),
        "states": dict(each.states),
        "oldest": rfc3339(max(0.0, each.oldest)),
        "newest": rfc3339(max(0.0, each.newest)),
        "example": each.example,
        "over_time": {
            "bucket_seconds": each.timeline.width,
            "counts": {
                rfc3339(max(0.0, bucket * each.timeline.width)): count
                for bucket, count in sorted(each.timeline.counts.items())
            },
        },
    }
