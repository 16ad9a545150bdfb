"""What is another about two values: of a letter, and of what it is compared with?"""

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
from rich.console import Group
from rich.text import Text

from config.settings import Settings
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.letters.desk import at_desk, put
from consumer.commands.printable import json_line, printable, printable_lines
from consumer.core.dead_letter_reading import original_bytes
from consumer.desk.redaction import Redaction, exactly
from consumer.desk.sources import source_record
from consumer.desk.whole import read_whole
from consumer.kafka.tap import Tap

_STYLES = {"+": "green", "-": "red", "@": "cyan"}
_CONTEXT_LINES = 3
_LONGEST_FILE_BYTES = 64 * 1024 * 1024
Named = tuple[bytes | None, str]
"""A value, and what it is called."""


def diff_letter(
    config: Path | None, name: str, other: str | None, *, as_json: bool, reveal: bool
) -> int:
    """Show how the original of a letter differs from something; return 1 where it does.

    Args:
        config: YAML file of settings.
        name: The letter.
        other: Another letter, or a file; without it the record that stands in the source log now.
        as_json: For programs.
        reveal: Whether what is hidden is shown.
    """
    settings = chosen_settings(config)
    hide = Redaction(() if reveal else settings.desk.redact)
    file = Path(other) if other is not None and Path(other).is_file() else None
    held: Named | None = None if file is None else (_read(file), str(file))
    (ours, ours_name), (theirs, theirs_name) = at_desk(
        settings, lambda tap, _told: _both(tap, settings, name, held or other), "reading letters"
    )
    is_same = ours == theirs
    lines = list(_lines(ours, theirs, ours_name, theirs_name, hide))
    if as_json:
        document = {"same": is_same, "from": ours_name, "to": theirs_name, "diff": lines}
        sys.stdout.write(json_line(orjson.dumps(document).decode()) + "\n")
    elif is_same:
        put(Text(f"Not a byte is different: {printable(ours_name)}, {printable(theirs_name)}."))
    else:
        shown = [Text(line, style=_STYLES.get(line[:1], "")) for line in lines]
        put(Group(*shown) if shown else Text(_same_but_for_bytes(ours, theirs)))
    return ExitCode.OK if is_same else ExitCode.PROBLEM


async def _both(
    tap: Tap, settings: Settings, name: str, other: Named | str | None
) -> tuple[Named, Named]:
    letter = (await read_whole(tap, settings.topics, name)).envelope
    ours = original_bytes(letter), f"letter {letter.dlq_id}"
    if other is None:
        record = await source_record(tap, letter.source)
        return ours, (record.value, f"{letter.source.topic} as it stands there")
    if isinstance(other, tuple):
        return ours, other
    theirs = (await read_whole(tap, settings.topics, other)).envelope
    return ours, (original_bytes(theirs), f"letter {theirs.dlq_id}")


def _read(path: Path) -> bytes:
    if path.stat().st_size > _LONGEST_FILE_BYTES:
        raise CommandError(
            f"{path} has {path.stat().st_size:,} bytes, and no record is as large: name a file "
            "that holds one value",
            ExitCode.USAGE,
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error}", ExitCode.USAGE) from error


def _lines(
    ours: bytes | None, theirs: bytes | None, ours_name: str, theirs_name: str, hide: Redaction
) -> Iterator[str]:
    """Yield a unified diff of two values laid out for reading, each line harmless."""
    yield from difflib.unified_diff(
        _laid_out(ours, hide),
        _laid_out(theirs, hide),
        printable(ours_name, most=200),
        printable(theirs_name, most=200),
        n=_CONTEXT_LINES,
        lineterm="",
    )


def _laid_out(value: bytes | None, hide: Redaction) -> list[str]:
    if value is None:
        return ["(no value)"]
    shown = hide.value(value)
    try:
        # The order of members means nothing.
        option = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
        text = orjson.dumps(exactly(shown), option=option).decode()
    except (ValueError, RecursionError):
        text = shown.decode("utf-8", "backslashreplace")
    return printable_lines(text)


def _same_but_for_bytes(ours: bytes | None, theirs: bytes | None) -> str:
    return (
        f"The same as JSON, written differently, or hidden: {len(ours or b''):,} and "
        f"{len(theirs or b''):,} bytes. --reveal shows what desk.redact hides."
    )
