"""Which records of the input would run again, on purpose?

They are read once to look and once more to act, between the same offsets: a replay of millions
keeps nothing in memory but its counts.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from consumer.core.act import Act
from consumer.core.decode import decode
from consumer.core.failure import Failure
from consumer.core.parked_event import copied
from consumer.core.record import Record, source_of
from consumer.desk.acts import Request, act_id
from consumer.desk.letter_requests import Asker
from consumer.kafka.tap import Tap
from consumer.ports import LogBounds
from processors.contract import WorkflowEvent

SAMPLE = 8
_MOST_TYPES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a record must be like to run again; None and an empty collection ask nothing."""

    type_pattern: str | None = None
    """Of event types, as in a shell: invoice.*"""
    key: bytes | None = None
    event_ids: Collection[str] = frozenset()

    def wants(self, record: Record, event: WorkflowEvent[Any]) -> bool:
        """Whether *record*, which says *event*, is meant."""
        return (
            (self.type_pattern is None or fnmatchcase(event.event_type, self.type_pattern))
            and self.key in (None, record.key)
            and (not self.event_ids or event.event_id in self.event_ids)
        )


@dataclass(slots=True)
class ReplayOutlook:
    """What would run again."""

    types: Counter[str] = field(default_factory=Counter)
    """Events by type; beyond a thousand types under an empty name."""
    partitions: Counter[int] = field(default_factory=Counter)
    sample: list[tuple[str, str, str]] = field(default_factory=list)
    """Place, event id and type of the first eight."""
    poison: int = 0
    """Records in between that are no events: they are left out."""
    tombstones: int = 0
    bytes: int = 0
    oldest: int | None = None
    newest: int | None = None
    """Timestamps, milliseconds since the epoch."""

    @property
    def chosen(self) -> int:
        """Events that would run again."""
        return self.partitions.total()

    def add(self, record: Record, event: WorkflowEvent[Any]) -> None:
        """Count an event that would run again."""
        known = event.event_type in self.types or len(self.types) < _MOST_TYPES
        self.types[event.event_type if known else ""] += 1
        self.partitions[record.partition] += 1
        self.bytes += len(record.value or b"")
        if len(self.sample) < SAMPLE:
            self.sample.append((source_of(record), event.event_id, event.event_type))
        self.oldest = min(self.oldest or record.timestamp, record.timestamp)
        self.newest = max(self.newest or record.timestamp, record.timestamp)


async def replay_outlook(
    tap: Tap, topic: str, spans: Mapping[int, LogBounds], wanted: Wanted
) -> ReplayOutlook:
    """Return what of *spans* would run again.

    Raises:
        TapError: The input cannot be read on.
    """
    outlook = ReplayOutlook()
    async with aclosing(tap.read(topic, spans)) as reading:
        async for records in reading:
            for record in records:
                if record.value is None:
                    outlook.tombstones += 1
                    continue
                event = decode(record.value)
                if isinstance(event, Failure):
                    outlook.poison += 1
                elif wanted.wants(record, event):
                    outlook.add(record, event)
    return outlook


async def replay_requests(
    tap: Tap,
    topic: str,
    spans: Mapping[int, LogBounds],
    wanted: Wanted,
    asker: Asker,
    *,
    before: Collection[str],
    now: Callable[[], float],
) -> AsyncGenerator[Request, None]:
    """Yield an act for each event that is to run again.

    Args:
        tap: Connected; nothing else reads by it.
        topic: The input.
        spans: Those that were looked at.
        wanted: Which of them.
        asker: Who asks.
        before: Act ids that the same run has asked for before.
        now: Seconds since the epoch.

    Raises:
        TapError: The input cannot be read on.
    """
    async with aclosing(tap.read(topic, spans)) as reading:
        async for records in reading:
            for record in records:
                event = decode(record.value) if record.value is not None else None
                if not isinstance(event, WorkflowEvent) or not wanted.wants(record, event):
                    continue
                name = act_id("replay", source_of(record), asker.run)
                if name in before:
                    continue
                act = Act(
                    "replay",
                    name,
                    asker.operator,
                    asker.reason,
                    now(),
                    record=copied(record),
                )
                yield Request(act, record.partition)
