"""How does an operator read one parked event?

What waits and for what, what was tried, who waits behind it, the original; untrusted text, all.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from consumer.commands.letter import original, tried
from consumer.commands.printable import printable
from consumer.commands.waiting.shard import Waiting
from consumer.commands.waiting.spans import at, due, span
from consumer.commands.waiting.table import STYLES, name_of

_MOST_BEHIND = 20


def parked_report(
    each: Waiting, document: Mapping[str, Any], behind: Sequence[Waiting], now: float
) -> Panel:
    """Return a parked event as a panel for the terminal.

    Args:
        each: The event.
        document: Everything about it, as it is read back from its JSON.
        behind: Those that run after it, in order.
        now: Seconds since the epoch.
    """
    attempts = tried({**document, "context": {"policy": each.policy}})
    parts = [
        ("What waits", _what(each, document, now)),
        ("What was tried", attempts if each.attempts else [Text("nothing yet")]),
        ("Who waits behind it", _behind(behind)),
        ("The original", original(document)),
    ]
    rows: list[Text | Padding] = []
    for title, lines in parts:
        rows.append(Text(title, style="bold"))
        rows.append(Padding(Group(*lines), (0, 0, 1, 2)))
    return Panel(
        Group(*rows),
        title=Text(f"Parked event {name_of(each)}"),
        title_align="left",
        border_style="yellow",
        padding=(1, 2, 0, 2),
    )


def _what(each: Waiting, document: Mapping[str, Any], now: float) -> list[Text]:
    source = document["source"]
    place = "/".join(printable(str(source[name])) for name in ("topic", "partition", "offset"))
    kind = printable(each.event_type or "(this version reads no event in its record)", most=200)
    parked = f"parked {span(max(0.0, now - each.parked_at))} ago"
    lines = [
        Text.assemble(kind, ", ", (_when(each, now), STYLES[each.state])),
        Text(f"{parked}, {at(each.parked_at, now)}"),
        Text(f"read from {place}; ledger key {printable(each.ledger_key, most=600)}", style="dim"),
    ]
    if each.code is not None:
        failed = f"  {printable(each.message or '', most=400)}"
        lines.insert(0, Text.assemble((printable(each.code, most=100), "bold red"), failed))
    if crash := document.get("crash"):
        said = f"it may be what killed the process: {crash['stage']} since {crash['at']}"
        lines.append(Text(printable(said), style="red"))
    if letters := document.get("letters"):
        lines.append(Text(f"letters so far: {', '.join(printable(str(one)) for one in letters)}"))
    return lines


def _when(each: Waiting, now: float) -> str:
    if each.state == "held":
        letter = printable(each.held_by or "", most=100)
        return f"held until letter {letter} is sent again, discarded or expired"
    if each.waits_for is not None:
        return f"{each.before:,} before it, the first is {printable(each.waits_for, most=600)}"
    if each.state == "running":
        return "its next attempt has begun, or will within moments"
    moment = "" if each.due_at is None else f", {at(each.due_at, now)}"
    return f"due {due(each, now)}{moment}"


def _behind(behind: Sequence[Waiting]) -> list[Text]:
    if not behind:
        return [Text("nobody")]
    lines = [
        Text(f"{number:>3}  {name_of(each)}")
        for number, each in enumerate(behind[:_MOST_BEHIND], start=1)
    ]
    if (more := len(behind) - _MOST_BEHIND) > 0:
        lines.append(Text(f"     … {more:,} more; --json has all", style="dim"))
    return lines
