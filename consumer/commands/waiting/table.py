"""How are parked events listed for people?"""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from consumer.commands.printable import printable, printable_bytes
from consumer.commands.waiting.shard import State, Waiting
from consumer.commands.waiting.spans import at, due, span

STYLES: dict[State, str] = {
    "running": "green",
    "due": "green",
    "waiting": "yellow",
    "behind": "dim",
    "held": "red",
}
_MOST = 200


def table(shown: Sequence[Waiting], chosen: int, now: float) -> RenderableType:
    """Return *shown* as a table of two lines each.

    Args:
        shown: Those that are listed, in order.
        chosen: How many there are to list, those that are left out included.
        now: Seconds since the epoch.
    """
    grid = Table(box=None, expand=True, padding=(0, 1), header_style="dim", pad_edge=False)
    for head, width, share in (
        ("due", 17, None),
        ("event", None, 5),
        ("key", None, 3),
        ("tried", 15, None),
        ("last error", None, 5),
    ):
        grid.add_column(head, width=width, ratio=share, no_wrap=True, overflow="ellipsis")
    grid.add_column("behind", width=6, justify="right", no_wrap=True)
    for each in shown:
        grid.add_row(*_cells(each, now))
    left_out = chosen - len(shown)
    more = [Text(f"… {left_out:,} more: --limit shows them", style="dim")] if left_out else []
    return Group(grid, *more)


def sums(chosen: Sequence[Waiting], now: float) -> Text:
    """Return how many wait, for what, and since when, in one line."""
    if not chosen:
        return Text("Nothing waits.", style="green")
    words = {
        "running": "running",
        "due": "due",
        "waiting": "waiting for their time",
        "behind": "behind another",
        "held": "held by a letter",
    }
    counts = [
        f"{count:,} {word}"
        for state, word in words.items()
        if (count := sum(1 for each in chosen if each.state == state))
    ]
    oldest = min(each.parked_at for each in chosen)
    return Text(
        f"{len(chosen):,} {'event is' if len(chosen) == 1 else 'events are'} parked: "
        f"{', '.join(counts)}; the oldest for {span(max(0.0, now - oldest))}."
    )


def name_of(each: Waiting) -> str:
    """Return what *each* is called: its event id, else its ledger key."""
    return printable(each.event_id or each.ledger_key, most=_MOST)


def _cells(each: Waiting, now: float) -> tuple[Text, ...]:
    moment = "" if each.due_at is None else at(each.due_at, now)
    key = "(no key)" if each.key is None else printable_bytes(each.key, most=_MOST)
    parked = f"parked {span(max(0.0, now - each.parked_at))}"
    return (
        _two(due(each, now), STYLES[each.state], moment),
        _two(name_of(each), "bold", printable(each.event_type or "(no event)", most=_MOST)),
        _two(key, "cyan", f"partition {each.partition}"),
        _two(_tried(each), "", parked),
        _two(printable(each.code or "", most=_MOST), "red", _why(each)),
        Text(f"{each.behind:,}" if each.behind else ""),
    )


def _two(first: str, style: str, second: str) -> Text:
    return Text.assemble((first, style), "\n", (second, "dim"))


def _tried(each: Waiting) -> str:
    policy = printable(each.policy or "no policy", most=_MOST)
    return f"{each.attempts} x {policy}" if each.attempts else f"0 x {policy}"


def _why(each: Waiting) -> str:
    if each.message is not None:
        return printable(each.message, most=_MOST)
    if each.state == "held":
        return f"letter {printable(each.held_by or '', most=_MOST)}"
    if each.waits_for is not None:
        return f"waits for {printable(each.waits_for, most=_MOST)}"
    return ""
