"""How does the consumer's work look while it goes on: a picture on a terminal, lines elsewhere?"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from consumer.commands.printable import printable
from consumer.commands.sample.tallies import Tallies
from consumer.core.facts import EventDeadLettered, EventOutcome
from consumer.core.status import PartitionStatus, Status
from consumer.telemetry.readiness import degradations

_SPARKS = "▁▂▃▄▅▆▇█"
_BAR_WIDTH = 10
_PROGRESS_WIDTH = 32
_MOST_PARTITIONS = 8
_ROOMY_LINES = 28
OUTCOMES: tuple[tuple[EventOutcome, str, str], ...] = (
    ("completed", "completed", "green"),
    ("dead_lettered", "dead-lettered", "red"),
    ("duplicate", "duplicates", "cyan"),
    ("ignored", "ignored", "bright_black"),
)


@dataclass(frozen=True, slots=True)
class Glance:
    """Everything one picture shows."""

    servers: str
    guarantee: str
    seconds: float
    """Since the consumer was started."""
    published: int
    planned: int
    status: Status
    tallies: Tallies
    is_down: bool = False
    """Whether the sample has switched off what some of its events depend on."""

    @property
    def parked(self) -> int:
        """Events that wait in the ledger, of the partitions we own."""
        return sum(sum(each.parked_events.values()) for each in self.status.partitions)

    @property
    def lag(self) -> int:
        """Records that are in the input and not yet settled, of the partitions we own."""
        return sum(each.lag_records or 0 for each in self.status.partitions)


def picture(glance: Glance, height: int) -> RenderableType:
    """Return the live view for a terminal of *height* lines."""
    shown = 5 if height >= _ROOMY_LINES else 2
    body = Group(
        _progress(glance),
        Padding(_figures(glance), (1, 0)),
        *(Text(trouble, style="red") for trouble in _troubles(glance)),
        Columns([_outcomes(glance), _partitions(glance.status.partitions)], padding=(0, 4)),
        Padding(Text("recent dead letters", style="dim"), (1, 0, 0, 0)),
        _letters(list(glance.tallies.letters)[-shown:], shown),
    )
    title = Text.assemble(
        (" Everonce ", "bold"), f"{glance.status.state}, {glance.guarantee.replace('_', ' ')} "
    )
    return Panel(
        body,
        title=title,
        title_align="left",
        subtitle=Text(f" Kafka at {glance.servers}, {glance.seconds:.0f} s "),
        subtitle_align="right",
        border_style="blue",
        padding=(0, 2),
    )


def line(glance: Glance) -> str:
    """Return the same in one line, for a log or a pipe."""
    outcomes = ", ".join(
        f"{glance.tallies.outcomes[outcome]:,} {word}" for outcome, word, _ in OUTCOMES
    )
    troubles = "".join(f"; {trouble}" for trouble in _troubles(glance))
    return (
        f"{glance.seconds:5.1f} s  {glance.status.state}: "
        f"published {glance.published:,} of {glance.planned:,}; {outcomes}; "
        f"{glance.tallies.rate():,.0f}/s, lag {glance.lag:,}, "
        f"in flight {glance.status.in_flight_events:,}, retries {glance.tallies.retries:,}, "
        f"parked {glance.parked:,}, released {glance.tallies.released:,}"
        f"{troubles}"
    )


def _progress(glance: Glance) -> Table:
    grid = Table.grid(padding=(0, 2))
    settled = glance.tallies.settled
    for word, count, style in (("published", glance.published, "blue"), ("settled", settled, "")):
        bar = ProgressBar(
            glance.planned, count, width=_PROGRESS_WIDTH, complete_style=style or "green"
        )
        grid.add_row(Text(word), bar, Text(f"{count:,} of {glance.planned:,}"))
    parked = ProgressBar(glance.planned, glance.parked, _PROGRESS_WIDTH, complete_style="yellow")
    said = f"{glance.parked:,} wait, {glance.tallies.released:,} released"
    grid.add_row(Text("parked"), parked, Text(said))
    return grid


def _figures(glance: Glance) -> Table:
    tallies, status = glance.tallies, glance.status
    latency = tallies.latency()
    milliseconds = [f"{each * 1000:,.0f} ms" for each in latency] if latency else ["-", "-"]
    figures = (
        ("events/s", f"{tallies.rate():,.0f}", sparkline(tallies.history())),
        ("lag", f"{glance.lag:,}", ""),
        ("in flight", f"{status.in_flight_events:,}", f"{status.running_attempts} running"),
        ("retries", f"{tallies.retries:,}", f"{status.waiting_retries} waiting"),
        ("end to end", milliseconds[0], f"p99 {milliseconds[1]}"),
        ("commits", f"{tallies.commits:,}", ""),
    )
    grid = Table.grid(padding=(0, 3), expand=False)
    for _ in figures:
        grid.add_column(min_width=9)
    grid.add_row(*(Text(name, style="dim") for name, _, _ in figures))
    grid.add_row(*(Text(value, style="bold") for _, value, _ in figures))
    grid.add_row(*(Text(more, style="dim") for _, _, more in figures))
    return grid


def sparkline(counts: Sequence[int], width: int = 9) -> str:
    """Return the newest *counts* as a row of little bars, the highest of them full."""
    newest = counts[-width:]
    highest = max(newest, default=0)
    if highest <= 0:
        return ""
    steps = len(_SPARKS) - 1
    return "".join(_SPARKS[round(max(0, count) / highest * steps)] for count in newest)


def _outcomes(glance: Glance) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, min_width=13)
    table.add_column(justify="right", min_width=6)
    table.add_column(min_width=_BAR_WIDTH)
    most = max(glance.tallies.settled, 1)
    table.add_row(Text("settled", style="dim"), "", "")
    for outcome, word, style in OUTCOMES:
        count = glance.tallies.outcomes[outcome]
        bar = "█" * (0 if not count else max(1, round(count / most * _BAR_WIDTH)))
        table.add_row(Text(word), Text(f"{count:,}", style="bold"), Text(bar, style=style))
    return table


def _partitions(partitions: Sequence[PartitionStatus]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(min_width=8)
    table.add_column(justify="right", min_width=6)
    table.add_column(justify="right")
    heads = ("partition", "session", "lag", "in flight")
    table.add_row(*(Text(head, style="dim") for head in heads))
    for each in partitions[:_MOST_PARTITIONS]:
        style = {"running": "green", "refused": "red", "lost": "red"}.get(each.state, "yellow")
        lag = "-" if each.lag_records is None else f"{each.lag_records:,}"
        table.add_row(
            str(each.partition), Text(each.state, style=style), lag, f"{each.in_flight_events:,}"
        )
    if len(partitions) > _MOST_PARTITIONS:
        table.add_row("", Text(f"… {len(partitions) - _MOST_PARTITIONS} more", style="dim"))
    return table


def _troubles(glance: Glance) -> list[str]:
    """Return what an operator would be told of, in a line each."""
    tallies = glance.tallies
    troubles = [
        f"partition {partition} is refused: {printable(each.message)} ({each.command})"
        for partition, each in sorted(tallies.refused.items())
    ]
    if glance.is_down:
        troubles.append("the payment gateway is down: the sample has switched it off")
    if (last := tallies.last_lost) is not None:
        count = f"{tallies.lost_sessions} session{'s' * (tallies.lost_sessions > 1)} lost"
        troubles.append(f"{count}, the last {last.reason}: {printable(last.message, most=100)}")
    held = glance.status.held_events + sum(p.held_events for p in glance.status.partitions)
    waiting = [f"{held:,} events wait"] if held else []
    return troubles + [printable(each) for each in degradations(glance.status)] + waiting


def _letters(letters: Sequence[EventDeadLettered], lines: int) -> Table:
    """Return the newest first, on as many *lines* whether there are letters or not."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True, width=18)
    table.add_column(no_wrap=True, width=20)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for each in reversed(letters):
        table.add_row(
            Text(printable(each.event_type or "(no event)", most=18)),
            Text(printable(each.code, most=20), style="red"),
            Text(printable(each.message, most=200)),
        )
    for _ in range(lines - len(letters)):
        table.add_row("")
    return table
