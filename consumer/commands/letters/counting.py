"""How many letters are there?"""

import sys
import time
from collections import Counter
from contextlib import aclosing
from pathlib import Path

import orjson
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from config.settings import Settings
from consumer.commands.choosing import Asked
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import ExitCode
from consumer.commands.letters.desk import at_desk, put
from consumer.commands.letters.listing import nothing
from consumer.commands.printable import json_line, printable
from consumer.commands.waiting.spans import at, span
from consumer.core.timestamps import rfc3339
from consumer.desk.reading import Progress, read_letters
from consumer.desk.selection import Selection
from consumer.desk.tallies import Tallies
from consumer.desk.timeline import plot
from consumer.kafka.tap import Tap

_PLOT_COLUMNS = 72
_MOST_ROWS = 8


def count_letters(config: Path | None, asked: Asked, *, as_json: bool) -> int:
    """Show how many letters of those that were asked for there are; return the exit code."""
    selection = asked.selection(time.time())
    settings = chosen_settings(config)
    tallies = at_desk(
        settings, lambda tap, told: _counted(tap, told, settings, selection), "reading letters"
    )
    now = time.time()
    if as_json:
        sys.stdout.write(json_line(orjson.dumps(_document(tallies)).decode()) + "\n")
    elif tallies.count:
        put(page(tallies, now))
    else:
        put(Text(nothing(selection), style="green"))
    return ExitCode.OK


async def _counted(
    tap: Tap, told: Progress | None, settings: Settings, selection: Selection
) -> Tallies:
    tallies = Tallies()
    async with aclosing(read_letters(tap, settings.topics, selection, progress=told)) as reading:
        async for letter in reading:
            tallies.add(letter)
    return tallies


def page(tallies: Tallies, now: float) -> RenderableType:
    """Return the counts as they are read: sum, plot, and a table for each kind.

    Args:
        tallies: Of one letter at least.
        now: Seconds since the epoch.
    """
    counts = tallies.timeline.columns(tallies.oldest, tallies.newest, _PLOT_COLUMNS)
    ends = f"{at(tallies.oldest, now)} to {at(tallies.newest, now)}"
    head = (
        f"{tallies.count:,} {'letter' if tallies.count == 1 else 'letters'}, "
        f"{tallies.size / 1e6:,.1f} MB, given up {ends}"
    )
    rows: list[RenderableType] = [Text(head, style="bold"), Text(plot(counts), style="yellow")]
    if open_ := tallies.by["state"].get("open", 0):
        age = span(max(0.0, now - tallies.oldest_open))
        rows.append(Text(f"{open_:,} open, the oldest for {age}"))
    rows.append(Text(""))
    tables = [_kind(kind, counts) for kind, counts in tallies.by.items() if _says(kind, counts)]
    rows.append(Columns(tables, padding=(0, 4)))
    return Group(*rows)


def _says(kind: str, counts: Counter[str]) -> bool:
    """Whether a table would tell more than its sum."""
    return kind != "dialect" or set(counts) != {"everonce"}


def _kind(kind: str, counts: Counter[str]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("", justify="right", style="bold")
    table.add_column(kind.replace("_", " "), max_width=40, no_wrap=True, overflow="ellipsis")
    found = counts.most_common()
    for value, count in found[:_MOST_ROWS]:
        table.add_row(f"{count:,}", Text(printable(value.replace("_again", " again"), most=100)))
    if (more := len(found) - _MOST_ROWS) > 0:
        rest = sum(count for _, count in found[_MOST_ROWS:])
        table.add_row(f"{rest:,}", Text(f"… in {more:,} more", style="dim"))
    return table


def _document(tallies: Tallies) -> dict[str, object]:
    width = tallies.timeline.width
    return {
        "count": tallies.count,
        "bytes": tallies.size,
        "oldest": _moment(tallies.oldest),
        "newest": _moment(tallies.newest),
        "oldest_open": _moment(tallies.oldest_open),
        "by": {kind: dict(counts.most_common()) for kind, counts in tallies.by.items()},
        "over_time": {
            "bucket_seconds": width,
            "counts": {
                rfc3339(max(0.0, bucket * width)): count
                for bucket, count in sorted(tallies.timeline.counts.items())
            },
        },
    }


def _moment(seconds: float) -> str | None:
    return rfc3339(max(0.0, seconds)) if abs(seconds) != float("inf") else None
