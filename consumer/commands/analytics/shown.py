"""How are the figures shown to people?"""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from consumer.commands.analytics.figures import Figures
from consumer.commands.printable import printable
from consumer.commands.waiting.spans import span

_BAR, _NAME = 40, 32
_MOST_ROWS = 20
_GOOD, _FAIR = 0.99, 0.9
_RESULTS = ("success", "transient", "timeout", "permanent")


def report(figures: Figures, what: str) -> RenderableType:
    """Return the figures of *what* (which processes, which time) for the terminal."""
    sections: list[tuple[str, Sequence[RenderableType]]] = [
        ("Settled", _settled(figures)),
        ("Processors", _processors(figures)),
        ("Attempts per event", _attempts(figures)),
        ("Errors", _errors(figures)),
        ("Duplicates", _duplicates(figures)),
        ("Waits now", _now(figures.now)),
    ]
    if figures.acts:
        sections.append(("Operators' acts", [_counts(figures.acts)]))
    if figures.sessions_lost:
        sections.append(("Sessions lost", [_counts(figures.sessions_lost)]))
    parts: list[RenderableType] = [Text(printable(what, most=400), style="dim"), Text("")]
    for title, lines in sections:
        parts.append(Text(title, style="bold"))
        parts.append(Padding(Group(*lines), (0, 0, 1, 2), expand=False))
    return Group(*parts)


def _settled(figures: Figures) -> list[RenderableType]:
    if not figures.settled:
        return [Text("nothing yet", style="dim")]
    lines: list[RenderableType] = [_counts(figures.settled)]
    if figures.median_seconds is not None and figures.p99_seconds is not None:
        lines.append(
            Text(
                f"from record to commit: half within {_seconds(figures.median_seconds)}, "
                f"99 of 100 within {_seconds(figures.p99_seconds)}"
            )
        )
    return lines


def _processors(figures: Figures) -> list[RenderableType]:
    if not figures.processors:
        return [Text("no attempt yet", style="dim")]
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    # Figures are never cut; names of others may be as long as they like.
    grid.add_column("processor", overflow="ellipsis", max_width=_NAME)
    for head in ("attempts", "success", *_RESULTS[1:], "p50", "p99"):
        grid.add_column(head, justify="right", no_wrap=True)
    for each in figures.processors[:_MOST_ROWS]:
        success = each.success_share or 0.0
        style = "green" if success >= _GOOD else "yellow" if success >= _FAIR else "red"
        grid.add_row(
            Text(printable(each.name, most=200)),
            _number(each.attempts),
            Text(f"{success:.1%}", style=style),
            *(_number(each.by_result.get(result, 0.0)) for result in _RESULTS[1:]),
            Text(_seconds(each.median_seconds)),
            Text(_seconds(each.p99_seconds)),
        )
    return [grid, *_left_out(len(figures.processors))]


def _attempts(figures: Figures) -> list[RenderableType]:
    counts = figures.attempts_per_event
    if not counts:
        return [Text("no event yet", style="dim")]
    events = sum(counts.values())
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right")
    grid.add_column(justify="right")
    grid.add_column(justify="right")
    grid.add_column()
    for words, count in counts.items():
        bar = "█" * max(1, round(_BAR * count / max(counts.values())))
        grid.add_row(words, _number(count), f"{count / events:.1%}", Text(bar, style="cyan"))
    share = figures.retry_share
    lines: list[RenderableType] = [grid]
    if share is not None:
        lines.append(Text(f"{share:.1%} of all attempts fail and are followed by another"))
    return lines


def _errors(figures: Figures) -> list[RenderableType]:
    if not figures.errors:
        return [Text("none", style="green")]
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    grid.add_column("code", overflow="ellipsis", no_wrap=True)
    grid.add_column("tried again", justify="right", no_wrap=True)
    grid.add_column("dead letters", justify="right", no_wrap=True)
    for each in figures.errors[:_MOST_ROWS]:
        letters = Text(f"{each.dead_lettered:,.0f}", style="red" if each.dead_lettered else "dim")
        grid.add_row(Text(printable(each.code, most=200)), _number(each.retried), letters)
    return [grid, *_left_out(len(figures.errors))]


def _duplicates(figures: Figures) -> list[RenderableType]:
    if not figures.duplicates:
        return [Text("none", style="green")]
    lines: list[RenderableType] = [_counts(figures.duplicates)]
    if figures.duplicate_share is not None:
        answered = f"; {figures.answers:,.0f} were answered" if figures.answers else ""
        lines.append(Text(f"{figures.duplicate_share:.2%} of what is settled{answered}"))
    return lines


def _now(now: Mapping[str, float]) -> list[RenderableType]:
    parked = _since(now["parked_oldest_seconds"], "the oldest for")
    overdue = _since(now["overdue_seconds"], "the longest due is late by")
    letters = _since(now["letter_oldest_seconds"], "the oldest for")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right")
    grid.add_column()
    for name, words in (
        ("lag", "records to read"),
        ("in_flight", "events in flight"),
        ("held_events", "events held by breakers and guards"),
        ("parked", f"events parked{parked}{overdue}"),
        ("open_letters", f"dead letters open{letters}"),
        ("held_keys", "keys held by dead letters"),
        ("ledger_entries", "event ids remembered"),
    ):
        grid.add_row(_number(now[name]), Text(words, style="" if now[name] else "dim"))
    return [grid]


def _since(seconds: float, words: str) -> str:
    return f" ({words} {span(seconds)})" if seconds > 0 else ""


def _counts(counts: Mapping[str, float]) -> Text:
    parts = (f"{count:,.0f} {printable(name, most=100)}" for name, count in counts.items())
    return Text(", ".join(parts))


def _left_out(count: int) -> list[RenderableType]:
    more = count - _MOST_ROWS
    return [Text(f"… {more:,} more: --json has all", style="dim")] if more > 0 else []


def _number(count: float) -> Text:
    return Text(f"{count:,.0f}", style="" if count else "dim")


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return span(seconds)
