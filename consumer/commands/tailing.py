"""How is a topic shown, from its beginning, its end, or its newest records?"""

import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console, OverflowMethod
from rich.text import Text

from config.settings import Settings, TopicSettings
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.foreseen import foreseen
from consumer.commands.letter import letter_report
from consumer.commands.loop import run_async
from consumer.commands.pretty import pretty_json
from consumer.commands.printable import printable, printable_bytes, printable_lines
from consumer.commands.record_json import record_line
from consumer.commands.show import document_of, key_of, line_of, place
from consumer.core.record import Record
from consumer.kafka.tap import Tap
from consumer.ports import LogBounds

Form = Literal["line", "full", "json"]
Print = Callable[[Record], None]


@dataclass(frozen=True, slots=True)
class TailRequest:
    """What was asked of ``everonce tail``."""

    config: Path | None
    role: str
    """events, results, dlq or state."""
    start: str
    """beginning, end, or how many of the newest."""
    follow: bool
    limit: int | None
    """Records after which it ends."""
    partition: int | None
    """The only one that is shown."""
    form: Form


def show_topic(request: TailRequest) -> int:
    """Show what was asked for; return the exit code."""
    if request.start not in ("beginning", "end") and not request.start.isdecimal():
        raise CommandError(
            f"--from {request.start!r}: write beginning, end, or a number of records",
            ExitCode.USAGE,
        )
    settings = chosen_settings(request.config)
    try:
        with foreseen(settings.kafka):
            run_async(_show(request, settings))
    except KeyboardInterrupt:
        # The usual end of following; of anything else it is an interruption.
        return ExitCode.OK if request.follow else ExitCode.INTERRUPTED
    return ExitCode.OK


async def _show(request: TailRequest, settings: Settings) -> None:
    shown = 0
    tell = printer(request)
    async with Tap(settings.kafka) as tap:
        async for records in _wanted(tap, request, _topic(settings.topics, request.role)):
            for record in records:
                tell(record)
                shown += 1
                if shown == request.limit:
                    return
            sys.stdout.flush()


async def _wanted(tap: Tap, request: TailRequest, topic: str) -> AsyncIterator[Sequence[Record]]:
    bounds = await tap.bounds(topic)
    if request.partition is not None:
        if request.partition not in bounds:
            raise CommandError(
                f"{topic} has no partition {request.partition}: it has {len(bounds)}, from 0 on",
                ExitCode.USAGE,
            )
        bounds = {request.partition: bounds[request.partition]}
    ends = {number: LogBounds(span.end, span.end) for number, span in bounds.items()}
    if request.start.isdecimal():
        yield await _newest(tap, topic, bounds, int(request.start))
    elif request.start == "beginning":
        async for records in tap.read(topic, bounds):
            yield records
    if request.follow:
        async for records in tap.read(topic, ends, follow=True):
            yield records


async def _newest(
    tap: Tap, topic: str, bounds: Mapping[int, LogBounds], count: int
) -> Sequence[Record]:
    """Return the newest *count* records of all partitions, oldest first.

    Offsets are also taken by transaction markers and compacted records, so the span that is read
    is widened until it holds enough.
    """
    width = 2 * count
    while count:
        spans = {
            number: LogBounds(max(span.start, span.end - width), span.end)
            for number, span in bounds.items()
        }
        found = [record async for records in tap.read(topic, spans) for record in records]
        per_partition = [0] * (max(bounds, default=0) + 1)
        for record in found:
            per_partition[record.partition] += 1
        if all(
            per_partition[number] >= count or spans[number].start == bounds[number].start
            for number in bounds
        ):
            return sorted(found, key=lambda each: (each.timestamp, each.offset))[-count:]
        width *= 8
    return ()


def printer(request: TailRequest) -> Print:
    """Return what shows one record in the form that was asked for."""
    if request.form == "json":
        return lambda record: print(record_line(record))  # noqa: T201 - its output is the point
    console = Console(highlight=False, markup=False, emoji=False)
    shown = line_of(request.role)
    if request.form == "line":
        # In a pipe or a file nothing is cut off: whoever reads it can do that.
        cut = console.is_terminal
        overflow: OverflowMethod = "ellipsis" if cut else "ignore"
        return lambda record: console.print(
            shown(record), no_wrap=True, overflow=overflow, crop=cut, soft_wrap=not cut
        )

    def in_full(record: Record) -> None:
        document = document_of(record.value)
        if request.role == "dlq" and document.get("dlq_id"):
            console.print(letter_report(document))
            return
        pretty = pretty_json(record.value or b"")
        head = shown(record) if pretty is None else place(record).append(f" {key_of(record)}")
        console.print(head, soft_wrap=True)
        for name, value in record.headers:
            header = f"  {printable(name)}: {printable_bytes(value or b'')}"
            console.print(Text(header, style="dim"), soft_wrap=True)
        for line in printable_lines(pretty or ""):
            console.print(Text(f"  {line}"), soft_wrap=True)

    return in_full


def _topic(topics: TopicSettings, role: str) -> str:
    return {
        "events": topics.input,
        "results": topics.results,
        "dlq": topics.dlq,
        "state": topics.state,
    }[role]
