"""How are letters taken elsewhere: whole, one a line?"""

import sys
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import BinaryIO

from config.settings import Settings
from consumer.commands.choosing import Asked
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.letters.desk import at_desk
from consumer.commands.printable import json_line, printable
from consumer.desk.carried import carried
from consumer.desk.reading import Progress, read_records
from consumer.desk.redaction import Redaction
from consumer.desk.selection import Selection
from consumer.kafka.tap import Tap

_STANDARD = "-"


def export_letters(
    config: Path | None, target: str, asked: Asked, *, limit: int | None, reveal: bool
) -> int:
    """Write the letters that were asked for to *target*; return the exit code.

    Args:
        config: YAML file of settings.
        target: A file that is not there yet, or - for standard output.
        asked: Which letters.
        limit: Most that are written.
        reveal: Whether what is hidden is written.
    """
    selection = asked.selection(time.time())
    settings = chosen_settings(config)
    hide = Redaction(() if reveal else settings.desk.redact)
    with _opened(target) as file:
        written = at_desk(
            settings,
            lambda tap, told: _write(tap, told, settings, selection, hide, file, limit),
            "exporting letters",
            streams=target == _STANDARD,
        )
    said = f"{written:,} {'letter' if written == 1 else 'letters'} exported"
    where = "" if target == _STANDARD else f" to {printable(target)}"
    sys.stderr.write(f"{said}{where}\n")
    return ExitCode.OK


async def _write(
    tap: Tap,
    told: Progress | None,
    settings: Settings,
    selection: Selection,
    hide: Redaction,
    file: BinaryIO,
    limit: int | None,
) -> int:
    written = 0
    reading = read_records(tap, settings.topics, selection, progress=told)
    async with aclosing(reading):
        async for letter, record in reading:
            line = carried(letter, record, hide).decode("utf-8", "replace")
            file.write(json_line(line).encode() + b"\n")
            written += 1
            if written == limit:
                break
    file.flush()
    return written


@contextmanager
def _opened(target: str) -> Iterator[BinaryIO]:
    if target == _STANDARD:
        yield sys.stdout.buffer
        return
    try:
        # Never over something: an export is a backup.
        with Path(target).open("xb") as file:
            yield file
    except FileExistsError:
        raise CommandError(
            f"{target} is there already: name another file, or remove it", ExitCode.USAGE
        ) from None
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error}") from error
