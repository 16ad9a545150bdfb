"""How is the state topic of the cluster in memory read for a restore?"""

import asyncio
from collections.abc import AsyncIterator, Sequence

from consumer.core.record import Record
from consumer.ports import SessionLostError
from tests.fakes.kafka import Connection, MemoryKafka
from tests.fakes.requests import Fate, Request

_PORTION = 3
"""Records in one portion: small, so that a restore has many."""


class MemoryStateLog:
    """The state topic; passes the contract of ``ports.StateLog``."""

    def __init__(self, kafka: MemoryKafka, connection: Connection | None = None) -> None:
        self._kafka = kafka
        self._connection = connection or Connection()

    async def bounds(self, partition: int) -> tuple[int, int]:
        if self._connection.is_cut:
            await self._connection.silence()

        def look(fate: Fate) -> tuple[int, int]:
            del fate
            log = self._kafka.output("state", partition)
            return log.start, log.end

        request = Request("restore", self._connection.name, partition, look)
        found: tuple[int, int] = await self._kafka.requests.answer(request)
        return found

    async def read(self, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        log = self._kafka.output("state", partition)
        kafka = self._kafka.settings.kafka
        position, loop = start, asyncio.get_running_loop()
        gives_up_at = loop.time() + kafka.transaction_timeout + 10
        while position < end:
            records, after = log.read(position, _PORTION, end=end)
            if records:
                yield records
            if after == position:
                if loop.time() > gives_up_at:
                    raise SessionLostError("restore_stuck", f"no progress beyond {position}")
                await asyncio.sleep(0.05)
            position = after
