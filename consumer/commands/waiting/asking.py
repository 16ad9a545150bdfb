"""How is the state topic asked what waits?

Read ``read_committed`` to its end, as a restore reads it: what is shown is what an owner that
started now would go on with.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import orjson
from rich.console import Console, RenderableType

from config.settings import Settings
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.foreseen import foreseen
from consumer.commands.loop import run_async
from consumer.commands.printable import printable
from consumer.commands.waiting.documents import as_line, summary_document, whole_document
from consumer.commands.waiting.report import parked_report
from consumer.commands.waiting.selection import Selection, in_order, moment
from consumer.commands.waiting.shard import Shard, Waiting
from consumer.commands.waiting.shards import Shards
from consumer.commands.waiting.table import sums, table
from consumer.kafka.tap import Tap

_TABLE_ROWS = 50
_PIPE_WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """What was asked of ``everonce retries list``."""

    config: Path | None
    key: str | None
    type_pattern: str | None
    code: str | None
    due_before: str | None
    """As it was typed."""
    held: bool
    partition: int | None
    limit: int | None
    """Most that are shown; a table without it shows 50."""
    as_json: bool


def list_waiting(request: ListRequest) -> int:
    """Show which events are parked; return the exit code."""
    now = time.time()
    due_before = None if request.due_before is None else moment(request.due_before, now)
    selection = Selection(
        key=None if request.key is None else request.key.encode("utf-8", "surrogateescape"),
        type_pattern=request.type_pattern,
        code=request.code,
        due_before=due_before,
        held=request.held,
    )
    settings = chosen_settings(request.config)
    shards = _read(settings, request.partition)
    now = time.time()
    chosen = [each for each in in_order(_lanes(settings, shards, now)) if selection.wants(each)]
    if request.as_json:
        for each in chosen[: request.limit]:
            sys.stdout.write(as_line(summary_document(each, now)) + "\n")
        return ExitCode.OK
    shown = chosen[: request.limit or _TABLE_ROWS]
    if shown:
        _print(table(shown, len(chosen), now))
    _print(sums(chosen, now))
    return ExitCode.OK


def show_waiting(config: Path | None, name: str, *, as_json: bool) -> int:
    """Show everything about the parked events that *name* names; return the exit code.

    Raises:
        CommandError: There is none.
    """
    settings = chosen_settings(config)
    shards = _read(settings, None)
    now = time.time()
    found = 0
    for lane in _lanes(settings, shards, now):
        for place, each in enumerate(lane):
            if name not in (each.event_id, each.ledger_key):
                continue
            found += 1
            behind = lane[place + 1 :]
            entry = shards[each.partition].entry(each.ledger_key)
            line = as_line(whole_document(each, entry, behind, now))
            if as_json:
                sys.stdout.write(line + "\n")
            else:
                _print(parked_report(each, orjson.loads(line), behind, now))
    if not found:
        raise CommandError(
            f"no parked event has the id or ledger key '{printable(name, most=600)}': "
            f"`everonce retries list` shows which are parked, `everonce tail state` what became of "
            "the others",
        )
    return ExitCode.OK


def _read(settings: Settings, partition: int | None) -> dict[int, Shard]:
    try:
        with foreseen(settings.kafka):
            return run_async(_caught_up(settings, partition))
    except KeyboardInterrupt:
        raise CommandError("interrupted before it was read", ExitCode.INTERRUPTED) from None


async def _caught_up(settings: Settings, partition: int | None) -> dict[int, Shard]:
    async with Tap(settings.kafka) as tap:
        shards = Shards(tap, settings.topics.state, partition)
        await shards.catch_up()
    return shards.by_partition


def _lanes(settings: Settings, shards: dict[int, Shard], now: float) -> list[list[Waiting]]:
    ordering = settings.processing.ordering
    return [lane for shard in shards.values() for lane in shard.lanes(ordering=ordering, now=now)]


def _print(what: RenderableType) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=_PIPE_WIDTH)
    console.print(what)
