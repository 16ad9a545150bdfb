"""Where is the letter of a name?

Looked for by the headers alone: no letter is decoded.
"""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from config.topics import TopicSettings
from consumer.core.record import Record, source_of
from consumer.desk.bounds import width
from consumer.desk.errors import AmbiguousNameError, DeskError, LetterMissingError
from consumer.desk.reading import Progress
from consumer.desk.summary import ID_HEADER
from consumer.kafka.tap import Tap
from consumer.ports import LogBounds

SHORTEST_NAME = 6
"""Fewest characters of a dlq_id that are taken for its beginning."""
_PLACE = re.compile(r"(?:(?P<topic>[A-Za-z0-9._-]+)/)?(?P<partition>\d{1,9})/(?P<offset>\d{1,18})")


async def find(tap: Tap, topics: TopicSettings, name: str) -> Record:
    """Return the record of the dead-letter topic that *name* names, as ``read_whole`` takes it.

    Raises:
        LetterMissingError: There is none.
        AmbiguousNameError: There are several.
    """
    bounds = await tap.bounds(topics.dlq)
    place = _PLACE.fullmatch(name)
    if place is not None and place["topic"] in (None, topics.dlq):
        number, offset = int(place["partition"]), int(place["offset"])
        span = bounds.get(number)
        if span is not None and span.start <= offset < span.end:
            async with aclosing(
                tap.read(topics.dlq, {number: LogBounds(offset, offset + 1)})
            ) as it:
                async for records in it:
                    return records[0]
        raise _missing(topics.dlq, name)
    if len(name) < SHORTEST_NAME:
        raise DeskError(
            f"{name[:100]!r} is too short for the name of a letter: give six characters of its "
            "dlq_id at least, or PARTITION/OFFSET"
        )
    return await _named(tap, topics.dlq, bounds, name)


async def _named(tap: Tap, topic: str, bounds: Mapping[int, LogBounds], name: str) -> Record:
    wanted = name.encode("utf-8", "surrogateescape")
    found: dict[bytes, Record] = {}
    for number, span in sorted(bounds.items()):
        if not width(span):
            continue
        async with aclosing(tap.read(topic, {number: span})) as reading:
            async for records in reading:
                for record in records:
                    dlq_id = dict(record.headers).get(ID_HEADER) or b""
                    if dlq_id == wanted:
                        return record
                    if dlq_id.startswith(wanted):
                        found[dlq_id] = record
    if len(found) > 1:
        names = ", ".join(sorted(each.decode("utf-8", "replace") for each in found)[:5])
        raise AmbiguousNameError(
            f"{len(found)} letters have names that begin with {name!r} ({names}): give more of it"
        )
    if not found:
        raise _missing(topic, name)
    return next(iter(found.values()))


async def known_names(
    tap: Tap, topics: TopicSettings, progress: Progress | None = None
) -> AsyncGenerator[str, None]:
    """Yield the dlq_ids of the letters that are in the topic."""
    bounds = await tap.bounds(topics.dlq)
    passed, total = 0, sum(width(span) for span in bounds.values())
    for number, span in sorted(bounds.items()):
        if not width(span):
            continue
        async with aclosing(tap.read(topics.dlq, {number: span})) as reading:
            async for records in reading:
                for record in records:
                    yield name_of(record)
                if progress is not None:
                    progress(passed + records[-1].offset + 1 - span.start, total)
        passed += width(span)


def name_of(record: Record) -> str:
    """Return the name of the letter in a *record* of the dead-letter topic, undecoded."""
    name = dict(record.headers).get(ID_HEADER)
    return source_of(record) if name is None else name.decode("utf-8", "replace")


def _missing(topic: str, name: str) -> LetterMissingError:
    return LetterMissingError(
        f"{topic} has no letter {name[:100]!r}: `everonce dlq list --state all` shows which it "
        "has; older ones have gone with the topic's retention"
    )
