"""Who listens to a source in a test, and waits for what the group gives?"""

import asyncio
from collections.abc import Callable

from consumer.core.record import TopicPartition
from consumer.ports import Source

PATIENCE_SECONDS = 20.0


class Listener:
    """Notes what is assigned and revoked, and lets a test wait for it."""

    def __init__(self) -> None:
        self.owned: frozenset[int] = frozenset()
        self.revoked_sets: list[frozenset[int]] = []
        self._changed = asyncio.Condition()
        self._wakers: set[asyncio.Task[None]] = set()

    def assigned(self, partitions: frozenset[int]) -> None:
        self.owned = partitions
        self._notify()

    async def revoked(self, partitions: frozenset[int]) -> None:
        self.revoked_sets.append(partitions)
        self.owned = frozenset()
        self._notify()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until *is_so*, asked whenever something was assigned or revoked."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(is_so)

    def _notify(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.ensure_future(notify())
        self._wakers.add(task)
        task.add_done_callback(self._wakers.discard)


async def read(source: Source, place: TopicPartition, count: int) -> list[bytes | None]:
    """Poll until *count* records of *place* have come."""
    values: list[bytes | None] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(values) < count:
            records = await source.poll([place], max_records=100, timeout_seconds=0.5)
            values += [record.value for record in records.get(place, ())]
    return values
