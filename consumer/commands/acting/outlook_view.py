"""How does an operator see what a run over letters would do, before it does?"""

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from consumer.commands.printable import printable
from consumer.core.timestamps import rfc3339
from consumer.desk.letters import Letter
from consumer.desk.outlook import Outlook
from consumer.desk.ramp import Plan
from consumer.desk.redaction import Redaction

_MOST_GROUPS = 12
_MOST_TEXT = 300


def outlook_view(outlook: Outlook, plan: Plan, topic: str, hide: Redaction) -> RenderableType:
    """Return *outlook* for the terminal.

    Args:
        outlook: What would be done.
        plan: How carefully.
        topic: The dead-letter topic.
        hide: What of messages is hidden.
    """
    parts: list[RenderableType] = [_head(outlook, topic)]
    if outlook.groups:
        parts += [
            _groups(outlook, hide),
            Text("for instance", style="dim"),
            _sample(outlook.sample),
        ]
    if outlook.left_out:
        parts.append(Text(f"left out: {outlook.left_out.total():,}", style="yellow"))
        parts += [_reason(outlook, why, count) for why, count in outlook.left_out.most_common()]
    if outlook.warnings:
        parts.append(Text("most likely in vain", style="yellow"))
        parts += [
            Padding(Text(f"{count:,}  {why}"), (0, 0, 0, 2))
            for why, count in outlook.warnings.most_common()
        ]
    if outlook.kind == "redrive" and outlook.chosen:
        parts.append(Text(plan_in_words(plan, outlook.chosen)))
    return Group(*parts)


def outlook_document(outlook: Outlook, hide: Redaction) -> dict[str, Any]:
    """Return *outlook* for programs; *hide* as above."""
    return {
        "selected": outlook.selected,
        "chosen": outlook.chosen,
        "bytes": outlook.bytes,
        "oldest": None if outlook.oldest is None else rfc3339(outlook.oldest),
        "asked_already": outlook.asked_already,
        "groups": [
            {
                "group": name,
                "count": each.count,
                "code": each.letter.why,
                "processor": each.letter.processor,
                "shape": hide.text(each.letter.shape),
            }
            for name, each in _by_count(outlook)
        ],
        "sample": [each.dlq_id for each in outlook.sample],
        "left_out": [
            {"why": why, "count": count, "examples": outlook.examples[why]}
            for why, count in outlook.left_out.most_common()
        ],
        "warnings": [{"why": why, "count": count} for why, count in outlook.warnings.most_common()],
    }


def plan_in_words(plan: Plan, count: int) -> str:
    """Return what *plan* means for so many acts."""
    rate = "as fast as they settle" if plan.rate is None else f"{plan.rate:g} a second"
    stops = f"; stops by itself when more than {plan.stop_at:.0%} fail again"
    if plan.canary >= count:
        return f"All at once{stops}."
    if plan.canary == 0:
        return f"No canary; at most {rate}{stops}."
    first = "One first" if plan.canary == 1 else f"{plan.canary:,} first"
    return f"{first}; once that has gone well the others, at most {rate}{stops}."


def _head(outlook: Outlook, topic: str) -> Text:
    verb = "run again" if outlook.kind == "redrive" else "discard"
    since = "" if outlook.oldest is None else f", given up since {rfc3339(outlook.oldest)[:19]}Z"
    if not outlook.chosen and not outlook.asked_already:
        return Text(f"No letter of {topic} to {verb}.")
    letters = "letter" if outlook.chosen == 1 else "letters"
    line = Text.assemble((f"{outlook.chosen:,} {letters}", "bold"), f" of {topic} to {verb}{since}")
    if outlook.asked_already:
        line.append(f"; {outlook.asked_already:,} more were asked for before in this run")
    return line


def _groups(outlook: Outlook, hide: Redaction) -> RenderableType:
    grid = Table(box=None, expand=True, padding=(0, 1), header_style="dim", pad_edge=False)
    grid.add_column("letters", justify="right", width=8, no_wrap=True)
    for head, share in (("why", 3), ("processor", 4), ("message", 7)):
        grid.add_column(head, ratio=share, no_wrap=True, overflow="ellipsis")
    groups = _by_count(outlook)
    for _, each in groups[:_MOST_GROUPS]:
        grid.add_row(
            f"{each.count:,}",
            Text(printable(each.letter.why, most=_MOST_TEXT), style="red"),
            Text(printable(each.letter.processor or "", most=_MOST_TEXT)),
            Text(printable(hide.text(each.letter.shape), most=_MOST_TEXT)),
        )
    if more := groups[_MOST_GROUPS:]:
        count = sum(each.count for _, each in more)
        grid.add_row(f"{count:,}", Text(f"… {len(more):,} more groups", style="dim"), "", "")
    return grid


def _sample(letters: Sequence[Letter]) -> RenderableType:
    grid = Table(box=None, expand=True, padding=(0, 1), show_header=False, pad_edge=False)
    grid.add_column(width=36, no_wrap=True, overflow="ellipsis")
    for share in (4, 4):
        grid.add_column(ratio=share, no_wrap=True, overflow="ellipsis")
    for each in letters:
        grid.add_row(
            Text(printable(each.dlq_id, most=_MOST_TEXT)),
            Text(printable(each.event_type or "(no event)", most=_MOST_TEXT)),
            Text(printable(each.event_id or "", most=_MOST_TEXT)),
        )
    return grid


def _reason(outlook: Outlook, why: str, count: int) -> RenderableType:
    names = ", ".join(printable(each, most=60) for each in outlook.examples.get(why, ()))
    line = Text.assemble(f"{count:,}  {printable(why, most=_MOST_TEXT)}", (f"  {names}", "dim"))
    return Padding(line, (0, 0, 0, 2))


def _by_count(outlook: Outlook) -> list[tuple[str, Any]]:
    return sorted(outlook.groups.items(), key=lambda item: -item[1].count)
