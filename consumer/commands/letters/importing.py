"""How are exported letters brought in, each once?

Nothing is written before every line has been read, and what the topic has already is left out; so
an import that was cut off is simply asked for again.
"""

import sys
import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from config.settings import Settings
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.letters.desk import at_desk, foretold
from consumer.commands.printable import printable
from consumer.desk.finding import known_names
from consumer.desk.imports import Importable, NotImportableError, importable, imported_record
from consumer.desk.reading import Progress
from consumer.kafka.publish import Publisher, RecordRefusedError
from consumer.kafka.tap import Tap
from consumer.kafka.topics import topic_limits

_MOST_SHOWN = 10
_LIKELY_LIMIT = 1024 * 1024


@dataclass(slots=True)
class _Found:
    """What a file holds."""

    partitions: dict[str, int] = field(default_factory=dict)
    """dlq_id -> partition."""
    refused: list[str] = field(default_factory=list)
    """The first of those lines, each with why."""
    count: Counter[str] = field(default_factory=Counter)

    def refuse(self, number: int, why: str) -> None:
        """Note that line *number* is not brought in."""
        self.count["refused"] += 1
        if len(self.refused) < _MOST_SHOWN:
            self.refused.append(f"  line {number}: {printable(why, most=300)}")


def import_letters(config: Path | None, file: Path, *, confirmed: bool) -> int:
    """Bring in the letters of *file*, or say what would be; return the exit code.

    Args:
        config: YAML file of settings.
        file: Lines that were exported.
        confirmed: Whether it is done; else only told.
    """
    settings = chosen_settings(config)
    found = at_desk(
        settings, lambda tap, told: _looked_through(tap, told, settings, file), "comparing letters"
    )
    if confirmed and found.partitions:
        foretold(settings, lambda told: _bring_in(told, settings, file, found), "importing")
    sys.stdout.write(_report(found, settings.topics.dlq, confirmed=confirmed))
    return ExitCode.PROBLEM if found.count["refused"] else ExitCode.OK


async def _looked_through(
    tap: Tap, told: Progress | None, settings: Settings, file: Path
) -> _Found:
    partitions = await tap.partitions(settings.topics.dlq)
    found = _Found()
    for number, line in _lines(file):
        try:
            letter = importable(line)
            _check_place(letter, partitions, settings.topics.dlq)
        except NotImportableError as error:
            found.refuse(number, str(error))
            continue
        found.count["repeated"] += letter.dlq_id in found.partitions
        found.partitions[letter.dlq_id] = letter.partition
    async with aclosing(known_names(tap, settings.topics, told)) as known:
        async for name in known:
            if found.partitions.pop(name, None) is not None:
                found.count["there"] += 1
    found.count["new"] = len(found.partitions)
    return found


def _check_place(letter: Importable, partitions: Collection[int], topic: str) -> None:
    if letter.partition not in partitions:
        raise NotImportableError(
            f"its source is partition {letter.partition}, and {topic} has {len(partitions)}, from "
            "0 on: bring it in where there are as many"
        )


async def _bring_in(told: Progress | None, settings: Settings, file: Path, found: _Found) -> None:
    """Publish what is new, and no line twice."""
    left = dict(found.partitions)
    now = time.time()
    # Where the limit cannot be read the broker's own default is the likeliest.
    limit = (await topic_limits(settings))["dlq"] or _LIKELY_LIMIT
    async with Publisher(settings.kafka, settings.topics.dlq, limit) as publisher:
        for number, line in _lines(file):
            try:
                letter = importable(line)
            except NotImportableError:
                continue
            if left.pop(letter.dlq_id, None) is None:
                continue
            try:
                await publisher.publish(imported_record(letter, now), partition=letter.partition)
            except RecordRefusedError as error:
                found.refuse(number, str(error))
                continue
            found.count["imported"] += 1
            if told is not None:
                told(found.count["imported"], len(found.partitions))
        await publisher.flush()


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of *file* that are not empty, with their numbers from 1 on."""
    try:
        with file.open("rb") as opened:
            for number, line in enumerate(opened, start=1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error}", ExitCode.USAGE) from error


def _report(found: _Found, topic: str, *, confirmed: bool) -> str:
    count = found.count
    done = count["imported"] if confirmed else count["new"]
    lines = [
        f"{done:,} {'imported into' if confirmed else 'would be imported into'} {topic}",
        f"{count['there']:,} are there already",
    ]
    if count["repeated"]:
        lines.append(f"{count['repeated']:,} lines repeat another")
    if count["refused"]:
        lines += [f"{count['refused']:,} lines are refused:", *found.refused]
    if not confirmed and count["new"]:
        lines.append("nothing was written: --yes does it")
    return "\n".join(lines) + "\n"
