"""How is what somebody has said yes to carried out, and its end told?"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from config.settings import Settings
from consumer.commands.acting.manner import Manner, command_to_resume
from consumer.commands.acting.report_view import report_document, report_view
from consumer.commands.acting.running import Ran, Requests, code_of, run
from consumer.commands.exits import CommandError
from consumer.commands.foreseen import foreseen
from consumer.commands.letters.desk import put
from consumer.commands.loop import run_async
from consumer.commands.printable import json_line
from consumer.desk.acts import Asked
from consumer.desk.errors import DeskError
from consumer.desk.letter_requests import Asker
from consumer.desk.report import Report

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is to be carried out."""

    requests: Requests
    """The acts that are asked for."""
    count: int
    """How many there are in all, those asked for before included."""
    document: Document
    """What was shown before, for --json."""
    before: Mapping[str, Asked] = field(default_factory=dict)
    """What the same run has asked for before, by act id."""
    left_out: int = 0
    """What was selected, and is not asked for."""
    is_resumable: bool = True


def carried_out(settings: Settings, errand: Errand, asker: Asker, manner: Manner) -> int:
    """Ask for everything, watch, and report; return the exit code.

    Raises:
        CommandError: Kafka does not answer, or a topic cannot be read on.
    """
    ran = Ran(Report())
    if errand.is_resumable:
        sys.stderr.write(f"run {asker.run}; interrupted, it goes on with --resume {asker.run}\n")
    watched = run(
        settings,
        errand.requests,
        errand.before,
        ran,
        plan=manner.plan(errand.count),
        name=asker.run,
        count=errand.count,
        wait=manner.wait,
    )
    try:
        with foreseen(settings.kafka):
            run_async(watched)
    except DeskError as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        ran.report.end = "interrupted"
    resume = command_to_resume(asker.run) if errand.is_resumable else None
    if manner.as_json:
        put_json(errand.document, report_document(ran, asker.run, resume))
    else:
        put(report_view(ran, asker.run, resume))
    return code_of(ran.report, errand.left_out)


def put_json(dry_run: Document, report: Document | None) -> None:
    """Write one line of JSON: what would be done, and what became of it."""
    line = orjson.dumps({"dry_run": dry_run, "run": report}).decode()
    sys.stdout.write(json_line(line) + "\n")
