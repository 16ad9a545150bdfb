"""How are many letters redriven, or discarded, from the command line?

Look, show, ask, act, report.  Nothing is asked for before somebody has said yes.
"""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from config.settings import Settings
from consumer.commands.acting.carrying import Errand, carried_out, put_json
from consumer.commands.acting.manner import Manner, confirmed
from consumer.commands.acting.outlook_view import outlook_document, outlook_view
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.letters.desk import at_desk, put
from consumer.desk.acts import Asked, Request, act_id, asked_before, run_began
from consumer.desk.envelopes import envelope_of
from consumer.desk.finding import find
from consumer.desk.letter_requests import Asker, LeaveOut, letter_requests
from consumer.desk.outlook import Kind, Outlook
from consumer.desk.reading import Progress, read_records
from consumer.desk.redaction import Redaction
from consumer.desk.selection import Selection
from consumer.kafka.tap import Tap

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
    manner = request.manner
    asker = manner.asker()

    async def look(tap: Tap, progress: Progress | None) -> tuple[Outlook, Mapping[str, Asked]]:
        return await _looked(tap, settings, request, asker, progress)

    outlook, before = at_desk(settings, look, "reading letters")
    hide = Redaction(settings.desk.redact)
    document = outlook_document(outlook, hide)
    count = outlook.chosen + len(before)
    if not manner.as_json:
        put(outlook_view(outlook, manner.plan(count), settings.topics.dlq, hide))
    left_out = outlook.left_out.total()
    if manner.dry_run or not count:
        if manner.as_json:
            put_json(document, None)
        return ExitCode.REFUSED if left_out and not manner.dry_run else ExitCode.OK
    if not confirmed(manner, _question(outlook)):
        raise CommandError("nothing was asked for")

    def requests(taps: tuple[Tap, Tap], leave_out: LeaveOut) -> AsyncGenerator[Request, None]:
        return letter_requests(
            outlook, taps, settings.topics, asker, now=time.time, leave_out=leave_out
        )

    errand = Errand(
        requests=requests, count=count, document=document, before=before, left_out=left_out
    )
    return carried_out(settings, errand, asker, manner)


async def _looked(
    tap: Tap,
    settings: Settings,
    request: LettersRequest,
    asker: Asker,
    progress: Progress | None,
) -> tuple[Outlook, Mapping[str, Asked]]:
    """Return what would be done, and what has been asked for before in the same run."""
    outlook = Outlook(request.kind)
    before: Mapping[str, Asked] = {}
    selection = await _selection(tap, settings, request)
    if request.manner.resume is not None:
        before = await asked_before(tap, settings, asker.run)
        # What has become of its own letters is no matter of a run that began before them.
        selection = replace(selection, until=_earlier(selection.until, run_began(asker.run)))
    missing = set(selection.dlq_ids)
    reading = read_records(tap, settings.topics, selection, progress=progress)
    async with aclosing(reading):
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
        names.add(envelope_of(await find(tap, settings.topics, name)).dlq_id)
    # Those that are not open are shown as left out, with why.
    return replace(request.selection, dlq_ids=frozenset(names), states=frozenset())


def _earlier(first: float | None, second: float) -> float:
    return second if first is None else min(first, second)


def _question(outlook: Outlook) -> str:
    if outlook.chosen == 0:
        return "Go on watching what was asked for?"
    letters = f"{outlook.chosen:,} " + ("letter" if outlook.chosen == 1 else "letters")
    verb = "Run again the events of" if outlook.kind == "redrive" else "Discard, for good,"
    return f"{verb} {letters}?"
