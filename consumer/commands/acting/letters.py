"""How are many letters redriven, or discarded, from the command line?

Look, show, ask, act, report.  Nothing is asked for before somebody has said yes.
"""

import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console, RenderableType

from config.settings import Settings
from consumer.commands.acting.manner import Manner, command_to_resume, confirmed
from consumer.commands.acting.outlook_view import outlook_document, outlook_view
from consumer.commands.acting.report_view import report_document, report_view
from consumer.commands.acting.running import Ran, code_of, run
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.foreseen import foreseen
from consumer.commands.loop import run_async
from consumer.commands.printable import json_line
from consumer.desk.acts import Asked, Request, act_id, asked_before, run_began
from consumer.desk.envelopes import envelope_of
from consumer.desk.letter_requests import Asker, LeaveOut, letter_requests
from consumer.desk.outlook import Kind, Outlook
from consumer.desk.reading import read_records
from consumer.desk.report import Report
from consumer.desk.selection import Selection
from consumer.desk.whole import SHORTEST_NAME, find
from consumer.kafka.tap import Tap

_PIPE_WIDTH = 100
_WHOLE_NAME = 36  # characters of a UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersRequest:
    """What was asked of ``everonce dlq redrive`` or ``discard``."""

    kind: Kind
    config: Path | None
    names: tuple[str, ...]
    """dlq_ids, or their beginnings; empty for whatever the selection wants."""
    selection: Selection
    manner: Manner


def act_on_letters(request: LettersRequest) -> int:
    """Do what was asked for; return the exit code."""
    settings = chosen_settings(request.config)
    asker = request.manner.asker()
    try:
        with foreseen(settings.kafka):
            outlook, before = run_async(_looked(settings, request, asker))
            return _act(settings, request, asker, outlook, before)
    except KeyboardInterrupt:
        raise CommandError("interrupted; nothing was asked for", ExitCode.INTERRUPTED) from None


def _act(
    settings: Settings,
    request: LettersRequest,
    asker: Asker,
    outlook: Outlook,
    before: Mapping[str, Asked],
) -> int:
    manner = request.manner
    plan = manner.plan(outlook.chosen + len(before))
    if not manner.as_json:
        show(outlook_view(outlook, plan, settings.topics.dlq))
    left_out = outlook.left_out.total()
    if manner.dry_run or not (outlook.chosen or before):
        if manner.as_json:
            write_json({"dry_run": outlook_document(outlook), "run": None})
        return ExitCode.REFUSED if left_out and not manner.dry_run else ExitCode.OK
    if not confirmed(manner, _question(request.kind, outlook)):
        raise CommandError("nothing was asked for", ExitCode.PROBLEM)
    ran = Ran(Report())

    def requests(taps: tuple[Tap, Tap], leave_out: LeaveOut) -> AsyncGenerator[Request, None]:
        return letter_requests(
            outlook, taps, settings.topics, asker, now=time.time, leave_out=leave_out
        )

    watched = run(
        settings,
        requests,
        before,
        ran,
        plan=plan,
        name=asker.run,
        count=outlook.chosen + len(before),
        wait=manner.wait,
    )
    return watched_to_end(watched, ran, asker, outlook_document(outlook), manner, left_out)


def watched_to_end(
    watched: Any,
    ran: Ran,
    asker: Asker,
    document: dict[str, Any],
    manner: Manner,
    left_out: int = 0,
    *,
    resumable: bool = True,
) -> int:
    """Run *watched* to its end, or to Ctrl-C, and report; return the exit code."""
    if resumable:
        sys.stderr.write(f"run {asker.run}\n")
    try:
        run_async(watched)
    except KeyboardInterrupt:
        ran.report.end = "interrupted"
    resume = command_to_resume(asker.run) if resumable else None
    if manner.as_json:
        write_json({"dry_run": document, "run": report_document(ran, asker.run, resume)})
    else:
        show(report_view(ran, asker.run, resume))
    return code_of(ran.report, left_out)


async def _looked(
    settings: Settings, request: LettersRequest, asker: Asker
) -> tuple[Outlook, Mapping[str, Asked]]:
    """Return what would be done, and what has been asked for before in the same run."""
    outlook = Outlook(request.kind)
    before: Mapping[str, Asked] = {}
    async with Tap(settings.kafka) as tap:
        selection = await _selection(tap, settings, request)
        if request.manner.resume is not None:
            before = await asked_before(tap, settings, asker.run)
            # What has become of its own letters is no matter of a run that began before them.
            selection = replace(selection, until=_earlier(selection.until, run_began(asker.run)))
        missing = set(selection.dlq_ids)
        async with aclosing(read_records(tap, settings.topics, selection)) as reading:
            async for letter, record in reading:
                missing.discard(letter.dlq_id)
                if act_id(request.kind, letter.dlq_id, asker.run) not in before:
                    outlook.add(letter, record)
    outlook.asked_already = len(before)
    for name in sorted(missing):
        outlook.miss(name)
    return outlook, before


async def _selection(tap: Tap, settings: Settings, request: LettersRequest) -> Selection:
    """Return the selection, every letter in it that was named by its whole name."""
    if not request.names:
        return request.selection
    names: set[str] = set()
    for name in request.names:
        if len(name) >= _WHOLE_NAME:
            names.add(name)
            continue
        if len(name) < SHORTEST_NAME and "/" not in name:
            raise CommandError(
                f"{name!r} is too short for a letter's name: give at least {SHORTEST_NAME} "
                "characters of it, or PARTITION/OFFSET",
                ExitCode.USAGE,
            )
        names.add(envelope_of(await find(tap, settings.topics, name)).dlq_id)
    return replace(request.selection, dlq_ids=frozenset(names), states=frozenset())


def _earlier(first: float | None, second: float) -> float:
    return second if first is None else min(first, second)


def _question(kind: Kind, outlook: Outlook) -> str:
    verb = "Run them again" if kind == "redrive" else "Discard them, for good"
    return f"{verb}? {outlook.chosen:,} " + ("letter" if outlook.chosen == 1 else "letters")


def show(what: RenderableType) -> None:
    """Print *what*; into a pipe 100 columns wide."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=_PIPE_WIDTH)
    console.print(what)


def write_json(document: dict[str, Any]) -> None:
    """Write *document* as one line of JSON."""
    sys.stdout.write(json_line(orjson.dumps(document).decode()) + "\n")
