"""What do the output topics say of the records that were published?

Read with ``read_committed``, as any downstream consumer would, from where the topics ended before.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from config.topics import TopicSettings
from consumer.commands.sample.accounting import Answer, Coordinates, Evidence
from consumer.commands.show import document_of, part
from consumer.core.dedup_key import EVENT_PREFIX
from consumer.core.record import Record
from consumer.core.source_header import SOURCE_HEADER
from consumer.kafka.tap import Tap
from consumer.ports import LogBounds

Bounds = Mapping[int, LogBounds]


@dataclass(frozen=True, slots=True)
class Begin:
    """Where the topics ended before anything was published."""

    results: Bounds
    dlq: Bounds
    state: Bounds


@dataclass(slots=True)
class Found:
    """What was read, and the dead letters themselves."""

    evidence: Evidence
    letters: list[Mapping[str, Any]] = field(default_factory=list)
    """Envelopes, in the order of their partitions."""

    def letters_of(self, places: Collection[Coordinates]) -> list[Mapping[str, Any]]:
        """Return the envelopes of the records at *places*."""
        pairs = zip(self.evidence.letters, self.letters, strict=True)
        return [letter for source, letter in pairs if source in places]


async def begin(tap: Tap, topics: TopicSettings) -> Begin:
    """Note where the topics end now."""
    names = (topics.results, topics.dlq, topics.state)
    return Begin(*[await tap.bounds(name) for name in names])


async def found_since(tap: Tap, topics: TopicSettings, start: Begin) -> Found:
    """Read everything that was committed since *start*, and the whole state topic."""
    answers = [
        answer
        async for record in _since(tap, topics.results, start.results)
        if (answer := _answer(record, topics.input)) is not None
    ]
    letters = [document_of(each.value) async for each in _since(tap, topics.dlq, start.dlq)]
    entries: dict[str, str] = {}
    async for records in tap.read(topics.state, await tap.bounds(topics.state)):
        for record in records:
            key = (record.key or b"").decode(errors="replace")
            if key.startswith(EVENT_PREFIX):
                status = str(document_of(record.value).get("status"))
                entries[key.removeprefix(EVENT_PREFIX)] = status
    ours = [each for each in letters if part(each, "source").get("topic") == topics.input]
    sources = [_coordinates(part(each, "source")) for each in ours]
    return Found(Evidence(answers, sources, entries), ours)


async def _since(tap: Tap, topic: str, start: Bounds) -> AsyncIterator[Record]:
    spans = {
        number: LogBounds(start[number].end if number in start else now.start, now.end)
        for number, now in (await tap.bounds(topic)).items()
    }
    async for records in tap.read(topic, spans):
        for record in records:
            yield record


def _answer(record: Record, topic: str) -> Answer | None:
    source = dict(record.headers).get(SOURCE_HEADER) or b""
    name, _, place = source.decode(errors="replace").partition("/")
    partition, _, offset = place.partition("/")
    if name != topic or not (partition.isdecimal() and offset.isdecimal()):
        return None
    document = document_of(record.value)
    coordinates = Coordinates(int(partition), int(offset))
    return Answer(coordinates, str(document.get("event_id")), str(document.get("status")))


def _coordinates(source: Mapping[str, Any]) -> Coordinates:
    return Coordinates(int(source["partition"]), int(source["offset"]))
