"""When is everything that was published settled?

When the group has committed past every record, whoever did it, and none of them is parked.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Mapping

from config.settings import Settings
from consumer.commands.exits import CommandError
from consumer.commands.sample.accounting import Coordinates
from consumer.commands.sample.evidence import Bounds
from consumer.commands.sample.tallies import Tallies
from consumer.commands.waiting.shards import Shards
from consumer.kafka.tap import Tap, committed_offsets

_LOOK_SECONDS = 0.25
_STILL_SECONDS = 90.0
"""Longer than a session timeout and a restore: nothing settled for so long is a standstill."""


async def all_settled(
    settings: Settings,
    tap: Tap,
    published: Collection[Coordinates],
    state_before: Bounds,
    tallies: Tallies,
) -> None:
    """Return when all records at *published* are settled.

    Args:
        settings: Of the group and its topics.
        tap: Connected, and nobody else's meanwhile.
        published: Where the records are.
        state_before: Where the state topic ended before the first of them.
        tallies: What keeps a partition closed.

    Raises:
        CommandError: A partition is refused, or nothing moved for 90 s.
    """
    ends = _ends(published)
    since = {number: span.end for number, span in state_before.items()}
    shards = Shards(tap, settings.topics.state, since=since)
    before: object = None
    moved = time.monotonic()
    while True:
        now = await committed_offsets(
            settings.kafka, settings.kafka.group_id, settings.topics.input
        )
        left = {part: end - now.get(part, 0) for part, end in ends.items()}
        unread = sum(count for count in left.values() if count > 0)
        if not unread:
            await shards.catch_up()
            if not _any_parked(shards, settings.topics.input, published):
                return
        _refuse(tallies, left)
        parked = sum(len(shard) for shard in shards.by_partition.values())
        if (now, parked) != before:
            before, moved = (now, parked), time.monotonic()
        if time.monotonic() - moved > _STILL_SECONDS:
            raise CommandError(_standstill(unread, parked))
        await asyncio.sleep(_LOOK_SECONDS)


def _ends(published: Collection[Coordinates]) -> Mapping[int, int]:
    """Return the offset after the last record of each partition."""
    ends: Counter[int] = Counter()
    for partition, offset in published:
        ends[partition] = max(ends[partition], offset + 1)
    return ends


def _any_parked(shards: Shards, topic: str, published: Collection[Coordinates]) -> bool:
    return any(
        kept.record.topic == topic
        and Coordinates(kept.record.partition, kept.record.offset) in published
        for shard in shards.by_partition.values()
        for _, kept in shard.parked()
    )


def _refuse(tallies: Tallies, left: Mapping[int, int]) -> None:
    for partition, refusal in tallies.refused.items():
        if left.get(partition, 0) > 0:
            raise CommandError(f"{refusal.message}; what accepts it: {refusal.command}")


def _standstill(unread: int, parked: int) -> str:
    if unread:
        return (
            f"{unread:,} records are not settled, and nothing has moved for {_STILL_SECONDS:.0f} s:"
            " the log says what holds them up"
        )
    return (
        f"{parked:,} events are parked, and nothing has moved for {_STILL_SECONDS:.0f} s: "
        "`everonce retries list` says until when, or for which letter they wait"
    )
