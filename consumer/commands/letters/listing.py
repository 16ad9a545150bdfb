"""Which letters are there?"""

import heapq
import sys
import time
from contextlib import aclosing
from pathlib import Path

import orjson
from rich.text import Text

from config.settings import Settings
from consumer.commands.choosing import Asked
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import ExitCode
from consumer.commands.letters.desk import at_desk, put
from consumer.commands.letters.table import letter_document, letters_table
from consumer.commands.printable import json_line
from consumer.desk.letters import Letter
from consumer.desk.reading import Progress, read_letters
from consumer.desk.redaction import Redaction
from consumer.desk.selection import Selection
from consumer.kafka.tap import Tap

_TABLE_ROWS = 50


def list_letters(
    config: Path | None, asked: Asked, *, limit: int | None, as_json: bool, reveal: bool
) -> int:
    """Show the letters that were asked for; return the exit code."""
    now = time.time()
    selection = asked.selection(now)
    settings = chosen_settings(config)
    hide = Redaction(() if reveal else settings.desk.redact)
    if as_json and limit is None:
        at_desk(
            settings,
            lambda tap, told: _stream(tap, told, settings, selection, hide),
            _DOING,
            streams=True,
        )
        return ExitCode.OK
    shown, count = at_desk(
        settings,
        lambda tap, told: _newest(tap, told, settings, selection, limit or _TABLE_ROWS),
        _DOING,
    )
    if as_json:
        for letter in shown:
            _write(letter, hide)
    elif shown:
        put(letters_table(shown, count, time.time(), hide))
    else:
        put(Text(nothing(selection), style="green"))
    return ExitCode.OK


def nothing(selection: Selection) -> str:
    """Say that no letter was found."""
    if selection == Selection():
        return "No letter is open."
    states = ", ".join(sorted(selection.states)).replace("_", " ") or "any state"
    return f"No letter of this kind ({states})."


_DOING = "reading letters"


async def _newest(
    tap: Tap, told: Progress | None, settings: Settings, selection: Selection, most: int
) -> tuple[list[Letter], int]:
    """Return the newest letters, newest first, and how many there are in all."""
    newest: list[tuple[float, int, Letter]] = []
    count = 0
    async with aclosing(read_letters(tap, settings.topics, selection, progress=told)) as reading:
        async for letter in reading:
            count += 1
            # The count, because letters do not compare.
            mark = letter.timestamp, count, letter
            if len(newest) < most:
                heapq.heappush(newest, mark)
            else:
                heapq.heappushpop(newest, mark)
    return [letter for _, _, letter in sorted(newest, reverse=True)], count


async def _stream(
    tap: Tap, told: Progress | None, settings: Settings, selection: Selection, hide: Redaction
) -> None:
    async with aclosing(read_letters(tap, settings.topics, selection, progress=told)) as reading:
        async for letter in reading:
            _write(letter, hide)


def _write(letter: Letter, hide: Redaction) -> None:
    # Key and ids are what producers made them: surrogates are no UTF-8.
    line = orjson.dumps(letter_document(letter, hide)).decode()
    sys.stdout.write(json_line(line) + "\n")
