"""How are the topics created and checked from the command line?"""

import sys
from collections.abc import Sequence
from pathlib import Path

import orjson
from rich.console import Console
from rich.text import Text

from config.settings import Settings
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import ExitCode
from consumer.commands.foreseen import foreseen
from consumer.commands.loop import run_async
from consumer.commands.report import SIGNS
from consumer.kafka import topics
from consumer.kafka.tap import impatient
from consumer.kafka.topic_plan import Problem


def create_topics(config: Path | None, *, partitions: int, replication: int | None) -> int:
    """Create and amend the topics, say what was done, and what is still wrong."""
    # The broker of a compose file may still be starting: all of kafka.connect_timeout.
    settings = chosen_settings(config)
    console = Console(highlight=False, soft_wrap=True)
    with foreseen(settings.kafka):
        changes = run_async(topics.create_topics(settings, partitions, replication))
        for change in changes:
            console.print(Text(f"{change.what:9}  {change.topic}  ({change.details})"))
        found = run_async(topics.check_topics(settings))
    show_problems(console, found)
    return ExitCode.PROBLEM if any(each.severity == "error" for each in found) else ExitCode.OK


def check_topics(config: Path | None, *, as_json: bool) -> int:
    """Say what is wrong with the topics; return 1 where something must be mended."""
    settings = in_haste(chosen_settings(config))
    with foreseen(settings.kafka):
        found = run_async(topics.check_topics(settings))
    is_ok = not any(each.severity == "error" for each in found)
    if as_json:
        document = {"ok": is_ok, "problems": [as_document(each) for each in found]}
        sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        console = Console(highlight=False, soft_wrap=True)
        show_problems(console, found)
        if not found:
            console.print(Text("✓ The topics are what they must be.", style="green"))
    return ExitCode.OK if is_ok else ExitCode.PROBLEM


def in_haste(settings: Settings) -> Settings:
    """Return *settings* with a connect_timeout that a person at a terminal will sit out."""
    return settings.model_copy(update={"kafka": impatient(settings.kafka)})


def show_problems(console: Console, found: Sequence[Problem]) -> None:
    """Print each problem with what mends it."""
    for each in found:
        sign, style = SIGNS[each.severity]
        console.print(Text(f"{sign} {each.message}", style=style))
        console.print(Text(f"  → {each.remedy}"))


def as_document(problem: Problem) -> dict[str, str]:
    """Return *problem* for --json."""
    return {
        "subject": problem.topic,
        "severity": problem.severity,
        "message": problem.message,
        "remedy": problem.remedy,
    }
