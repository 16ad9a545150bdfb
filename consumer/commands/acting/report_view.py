"""How is it told what became of a run?"""

from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from consumer.commands.acting.running import Ran
from consumer.commands.printable import printable
from consumer.commands.waiting.spans import span
from consumer.desk.acts import subject_of
from consumer.desk.report import Named, Report

_MOST_ROWS = 20
_MOST_TEXT = 300
_NOTHING_LOST = (
    "What was asked stands on the control topic: it is carried out, once, whether anybody watches "
    "or not."
)


def report_view(ran: Ran, name: str, resume: str | None) -> RenderableType:
    """Return the report of a run for the terminal.

    Args:
        ran: How it went.
        name: Of the run.
        resume: The command that goes on with it; None where nothing is left to do.
    """
    report = ran.report
    course = report.course
    asked = f"Run {name}: {course.asked:,} asked for in {span(ran.seconds)}"
    parts: list[RenderableType] = [Text(asked), Padding(_counts(report), (0, 0, 0, 2))]
    for title, verdict, style in (
        ("Failed again, each is a new letter", "failed_again", "red"),
        ("Refused", "refused", "yellow"),
        ("Now a dead letter", "done", "yellow"),
    ):
        if rows := [each for each in report.named if each.told.verdict == verdict]:
            parts += [Text(title, style=style), *_named(rows)]
    if report.unsent:
        parts += [Text("Could not be asked for", style="yellow"), *_unsent(report)]
    if report.end != "answered":
        parts += [Text(line) for line in _end(report, resume)]
    return Group(*parts)


def report_document(ran: Ran, name: str, resume: str | None) -> dict[str, Any]:
    """Return the report of a run for programs."""
    report = ran.report
    course = report.course
    return {
        "run": name,
        "end": report.end,
        "why": report.why or None,
        "seconds": round(ran.seconds, 3),
        "asked": course.asked,
        "succeeded": course.succeeded,
        "duplicates": report.duplicates,
        "done": report.done,
        "failed_again": course.failed_again,
        "refused": course.refused,
        "going": course.going,
        "accepted": report.accepted,
        "not_asked_for": report.unsent_count,
        "acts": [
            {
                "act_id": each.act.act_id,
                "about": subject_of(each.act),
                "outcome": each.told.verdict,
                "detail": each.told.detail,
                "new_dlq_id": each.told.new_dlq_id,
            }
            for each in report.named
        ],
        "unsent": [{"about": about, "why": why} for about, why in report.unsent],
        "resume": resume if _goes_on(report) else None,
    }


def _counts(report: Report) -> Table:
    course = report.course
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_column(style="dim")
    rows = (
        ("completed", course.succeeded - report.done, "green", _duplicates(report)),
        ("done", report.done, "green", ""),
        ("failed again", course.failed_again, "red", ""),
        ("refused", course.refused, "yellow", ""),
        ("under way", course.going, "cyan", _under_way(report)),
        ("not asked for", report.unsent_count, "yellow", ""),
    )
    for words, count, style, remark in rows:
        if count or (words == "completed" and not report.done):
            grid.add_row(Text(words, style=style), f"{count:,}", remark)
    return grid


def _duplicates(report: Report) -> str:
    if not report.duplicates:
        return ""
    return f"{report.duplicates:,} of them had been done already: nothing ran"


def _under_way(report: Report) -> str:
    if not report.course.going:
        return ""
    return f"{report.accepted:,} accepted: they run, or are parked for a later attempt"


def _named(rows: Sequence[Named]) -> list[RenderableType]:
    lines = [Padding(_name(each), (0, 0, 0, 2)) for each in rows[:_MOST_ROWS]]
    return [*lines, *_more(len(rows) - _MOST_ROWS)]


def _name(each: Named) -> Text:
    line = Text(printable(subject_of(each.act), most=_MOST_TEXT))
    if each.told.new_dlq_id is not None:
        line.append(f" → {printable(each.told.new_dlq_id, most=_MOST_TEXT)}")
    if each.told.detail is not None:
        line.append(f"  {printable(each.told.detail, most=_MOST_TEXT)}", style="dim")
    return line


def _unsent(report: Report) -> list[RenderableType]:
    lines = [
        Padding(
            Text(f"{printable(about, most=_MOST_TEXT)}  {printable(why, most=_MOST_TEXT)}"),
            (0, 0, 0, 2),
        )
        for about, why in report.unsent[:_MOST_ROWS]
    ]
    return [*lines, *_more(report.unsent_count - _MOST_ROWS)]


def _more(count: int) -> list[RenderableType]:
    if count <= 0:
        return []
    return [
        Padding(Text(f"… {count:,} more; --json names more of them", style="dim"), (0, 0, 0, 2))
    ]


def _end(report: Report, resume: str | None) -> list[str]:
    """Return what is to be said of a run that did not end with the last answer."""
    match report.end:
        case "stopped":
            lines = [f"It stopped by itself: {report.why}. Nothing more was asked for."]
        case "no_worker":
            lines = [f"Nobody carries it out: {report.why}."]
        case "waiting":
            lines = [f"It is not over: {report.why}."]
        case _:
            lines = ["Interrupted: nothing more was asked for."]
    if report.course.going:
        lines.append(_NOTHING_LOST)
    elif report.course.asked == 0:
        lines.append("Nothing was asked for.")
    if resume is not None and _goes_on(report):
        lines.append(f"To go on: {resume}")
    elif report.end == "stopped":
        lines.append("Mend the cause, then begin anew: the letters that are open are still there.")
    return lines


def _goes_on(report: Report) -> bool:
    """Whether the run is worth going on with: one that has stopped would stop at once."""
    return report.end not in {"answered", "stopped"} and report.course.asked > 0
