"""How is a stretch of the input run again, on purpose?"""

import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from config.settings import Settings
from consumer.commands.acting.carrying import Document, Errand, carried_out, put_json
from consumer.commands.acting.manner import Manner, confirmed
from consumer.commands.choosing import moment
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.letters.desk import at_desk, put
from consumer.commands.printable import printable
from consumer.core.timestamps import rfc3339
from consumer.desk.acts import Asked, Request, asked_before
from consumer.desk.letter_requests import LeaveOut
from consumer.desk.replaying import ReplayOutlook, Wanted, replay_outlook, replay_requests
from consumer.kafka.tap import Tap
from consumer.ports import LogBounds

Spans = Mapping[int, LogBounds]
_MOST_TYPES = 12
_MOST_TEXT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRequest:
    """What was asked of ``everonce replay``."""

    start: str
    """An offset of one partition, or a moment; as it was typed."""
    end: str | None
    """The first that is not read any more, written alike."""
    partition: int | None
    wanted: Wanted
    config: Path | None
    manner: Manner


def replay(request: ReplayRequest) -> int:
    """Show what would run again, and run it; return the exit code.

    Raises:
        CommandError: There is no such partition or moment, or somebody has said no.
    """
    settings = chosen_settings(request.config)
    manner, asker = request.manner, request.manner.asker()
    topic = settings.topics.input

    async def look(tap: Tap, _progress: object) -> tuple[Spans, ReplayOutlook, Mapping[str, Asked]]:
        before = await asked_before(tap, settings, asker.run) if manner.resume else {}
        spans = await _spans(tap, settings, request)
        return spans, await replay_outlook(tap, topic, spans, request.wanted), before

    spans, outlook, before = at_desk(settings, look, "reading the input")
    document = _document(outlook, spans)
    if not manner.as_json:
        put(_view(outlook, spans, topic))
    if manner.dry_run or not outlook.chosen:
        if manner.as_json:
            put_json(document, None)
        return ExitCode.OK
    if not confirmed(manner, f"Run {outlook.chosen:,} events again, past dedup?"):
        raise CommandError("nothing was asked for")

    def requests(taps: tuple[Tap, Tap], _leave_out: LeaveOut) -> AsyncGenerator[Request, None]:
        return replay_requests(
            taps[0], topic, spans, request.wanted, asker, before=before, now=time.time
        )

    errand = Errand(requests=requests, count=outlook.chosen, document=document, before=before)
    return carried_out(settings, errand, asker, manner)


async def _spans(tap: Tap, settings: Settings, request: ReplayRequest) -> Spans:
    bounds = await tap.bounds(settings.topics.input)
    only = request.partition
    if only is not None and only not in bounds:
        raise CommandError(
            f"{settings.topics.input} has no partition {only}: it has {len(bounds)}, from 0 on",
            ExitCode.USAGE,
        )
    starts = await _places(tap, settings, request, "--from", request.start, bounds)
    ends = (
        {number: span.end for number, span in bounds.items()}
        if request.end is None
        else await _places(tap, settings, request, "--to", request.end, bounds)
    )
    return {
        number: LogBounds(max(span.start, starts[number]), min(span.end, ends[number]))
        for number, span in bounds.items()
        if only in (None, number) and max(span.start, starts[number]) < min(span.end, ends[number])
    }


async def _places(
    tap: Tap,
    settings: Settings,
    request: ReplayRequest,
    option: str,
    text: str,
    bounds: Spans,
) -> Mapping[int, int]:
    """Return the offset that *text* stands for, by partition."""
    if text.isdecimal():
        if request.partition is None and len(bounds) > 1:
            raise CommandError(
                f"{option} {text} is an offset, and offsets are of one partition: give "
                "--partition, or a moment",
                ExitCode.USAGE,
            )
        return dict.fromkeys(bounds, int(text))
    since = await tap.since(settings.topics.input, moment(option, text, time.time()))
    return {number: span.start for number, span in since.items()}


def _document(outlook: ReplayOutlook, spans: Spans) -> Document:
    return {
        "chosen": outlook.chosen,
        "bytes": outlook.bytes,
        "types": dict(outlook.types.most_common()),
        "partitions": {
            str(number): {"from": span.start, "to": span.end, "chosen": outlook.partitions[number]}
            for number, span in spans.items()
        },
        "oldest": None if outlook.oldest is None else rfc3339(outlook.oldest / 1000),
        "newest": None if outlook.newest is None else rfc3339(outlook.newest / 1000),
        "left_out": {"poison": outlook.poison, "tombstones": outlook.tombstones},
        "sample": [
            {"place": place, "event_id": event_id, "event_type": event_type}
            for place, event_id, event_type in outlook.sample
        ],
    }


def _view(outlook: ReplayOutlook, spans: Spans, topic: str) -> RenderableType:
    stretch = ", ".join(f"{n}: {span.start}-{span.end - 1}" for n, span in sorted(spans.items()))
    parts: list[RenderableType] = [
        Text.assemble(
            (f"{outlook.chosen:,} {'event' if outlook.chosen == 1 else 'events'}", "bold"),
            f" of {topic} to run again",
        ),
        Text(f"partition: offsets  {stretch or 'none'}", style="dim"),
    ]
    if outlook.oldest is not None and outlook.newest is not None:
        span = f"{rfc3339(outlook.oldest / 1000)} to {rfc3339(outlook.newest / 1000)}"
        parts.append(Text(f"published {span}", style="dim"))
    types = outlook.types.most_common(_MOST_TYPES)
    parts += [
        Padding(Text(f"{count:>8,}  {printable(name, most=_MOST_TEXT) or 'others'}"), (0, 0, 0, 2))
        for name, count in types
    ]
    if (more := len(outlook.types) - len(types)) > 0:
        parts.append(Padding(Text(f"… {more:,} more types", style="dim"), (0, 0, 0, 2)))
    if outlook.sample:
        parts += [Text("for instance", style="dim"), _sample(outlook)]
    for count, what in ((outlook.poison, "no event"), (outlook.tombstones, "tombstones")):
        if count:
            parts.append(Text(f"left out: {count:,} records, {what}", style="yellow"))
    if outlook.chosen:
        parts.append(Text(_MEANING, style="bold"))
    return Group(*parts)


_MEANING = (
    "They run again past dedup, on purpose: whatever their processors do outside of Kafka is done "
    "again, and each gets another result."
)


def _sample(outlook: ReplayOutlook) -> Table:
    grid = Table(box=None, expand=True, padding=(0, 1), show_header=False, pad_edge=False)
    for share in (4, 4, 4):
        grid.add_column(ratio=share, no_wrap=True, overflow="ellipsis")
    for place, event_id, event_type in outlook.sample:
        grid.add_row(
            Text(printable(place)),
            Text(printable(event_type, most=_MOST_TEXT)),
            Text(printable(event_id, most=_MOST_TEXT)),
        )
    return grid
