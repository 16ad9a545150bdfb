"""How are records published from the command line, and what is said about it?"""

import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from config.settings import Settings
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.foreseen import foreseen
from consumer.commands.generate import Mix, generated
from consumer.commands.lines import LineTooLongError, lines_of
from consumer.commands.loop import run_async
from consumer.commands.pace import paced
from consumer.commands.record_json import RecordLineError, record_of
from consumer.core.output import OutputRecord
from consumer.kafka.publish import Publisher, RecordRefusedError

Named = tuple[str, OutputRecord]
"""A record, and what it is called in a message: line 7, record 7."""

_MOST_SHOWN = 10
_SHOW_EVERY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ProduceRequest:
    """What was asked of ``everonce produce``."""

    config: Path | None
    topic: str | None
    """In place of the input topic."""
    source: Path | None
    """JSON Lines; - is standard input.  None generates."""
    count: int | None
    """How many to generate."""
    mix: Mix
    rate: float | None
    """Records a second."""
    key_member: str | None


@dataclass(slots=True)
class _Course:
    """How the publishing goes."""

    kinds: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    """What could not be published, and why."""
    confirmed: int = 0


def publish_records(request: ProduceRequest) -> int:
    """Publish what was asked for; return the exit code."""
    settings = chosen_settings(request.config)
    topic = request.topic or settings.topics.input
    course = _Course()
    began = time.monotonic()
    try:
        with foreseen(settings.kafka):
            run_async(_publish(request, settings, topic, course))
    except KeyboardInterrupt:
        _summarise(course, topic, time.monotonic() - began)
        return ExitCode.INTERRUPTED
    _summarise(course, topic, time.monotonic() - began)
    return ExitCode.PROBLEM if course.refused else ExitCode.OK


async def _publish(
    request: ProduceRequest,
    settings: Settings,
    topic: str,
    course: _Course,
) -> None:
    source = request.source
    records = _generated(request, course) if source is None else _read(source, request, course)
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("publishing"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("publishing", total=request.count)
        async with Publisher(settings.kafka, topic) as publisher:
            try:
                async for name, record in paced(records, request.rate):
                    try:
                        await publisher.publish(record)
                    except RecordRefusedError as error:
                        course.refused.append(f"{name}: {error}")
                    if publisher.published % _SHOW_EVERY == 0:
                        bar.update(task, completed=publisher.published)
                await publisher.flush()
            finally:
                course.confirmed = publisher.confirmed


async def _generated(request: ProduceRequest, course: _Course) -> AsyncIterator[Named]:
    for number, made in enumerate(generated(request.mix, request.count or 0), start=1):
        course.kinds[made.kind] += 1
        yield f"record {number}", made.record


async def _read(source: Path, request: ProduceRequest, course: _Course) -> AsyncIterator[Named]:
    number = 0
    with _descriptor(source) as descriptor:
        try:
            async for line in lines_of(descriptor):
                number += 1
                if not line.strip():
                    continue
                try:
                    record = record_of(line, key_member=request.key_member)
                except RecordLineError as error:
                    course.refused.append(f"line {number}: {error}")
                    continue
                yield f"line {number}", record
        except LineTooLongError as error:
            course.refused.append(f"line {number + 1}: {error}; the rest was not read")


@contextmanager
def _descriptor(source: Path) -> Iterator[int]:
    if str(source) == "-":
        yield sys.stdin.fileno()
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise CommandError(f"{source} cannot be read: {error.strerror}", ExitCode.USAGE) from error
    with file:
        yield file.fileno()


def _summarise(course: _Course, topic: str, seconds: float) -> None:
    rate = course.confirmed / seconds if seconds > 0 else 0
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in course.kinds.most_common())
    sys.stdout.write(
        f"{course.confirmed:,} records confirmed by {topic} in {seconds:.1f} s, {rate:,.0f}/s"
        f"{f' ({kinds})' if kinds else ''}\n"
    )
    for problem in course.refused[:_MOST_SHOWN]:
        sys.stderr.write(f"everonce: {problem}\n")
    if (more := len(course.refused) - _MOST_SHOWN) > 0:
        sys.stderr.write(f"everonce: {more:,} more were not published\n")
