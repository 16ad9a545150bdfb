"""What does a member of the group read from the cluster in memory?"""

import asyncio
import contextlib
from collections.abc import Collection, Mapping, Sequence

from consumer.core.record import LogRecord, Record, TopicPartition
from consumer.ports import AssignmentListener, LogBounds, SessionLostError, SourceError
from tests.fakes.kafka import Connection, MemoryKafka

_REVOKE_SHARE = 0.75
_TICK_SECONDS = 1e-6


class MemorySource:
    """The input and control topics; passes the contract of ``ports.Source``."""

    def __init__(self, kafka: MemoryKafka, connection: Connection | None = None) -> None:
        self.failing_polls = 0
        """How many polls fail from now on, after their records were passed over."""
        self.complaints: list[str] = []
        self.deaf = False
        """Whether questions about logs get no answer."""
        self._kafka = kafka
        self._connection = connection or Connection()
        self._listener: AssignmentListener
        self._loop: asyncio.AbstractEventLoop
        self._owned: frozenset[TopicPartition] = frozenset()
        self._positions: dict[TopicPartition, int] = {}
        self._fetched: dict[TopicPartition, int] = {}
        self._resumed: set[TopicPartition] = set()
        self._looks = asyncio.Event()
        self._woken = False
        self._giving: asyncio.Task[None] | None = None

    async def start(self, listener: AssignmentListener) -> None:
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._kafka.arrivals.append(self._looks.set)
        self._kafka.group.join(self)

    async def poll(
        self,
        wanted: Collection[TopicPartition],
        *,
        max_records: int,
        timeout_seconds: float,
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        self._rejoin_when_counted_out()
        ends_at = self._loop.time() + timeout_seconds
        while True:
            self._looks.clear()
            records = self._take(wanted, max_records)
            if self.failing_polls and records:
                self.failing_polls -= 1
                raise SourceError("polling: a batch of another partition cannot be decoded")
            remaining = ends_at - self._loop.time()
            if records or self._woken or remaining <= _TICK_SECONDS:
                self._woken = False
                return records
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(remaining):
                    await self._looks.wait()

    def buffered(self) -> Collection[TopicPartition]:
        return ()

    def wake(self) -> None:
        self._woken = True
        self._looks.set()

    def owned(self) -> frozenset[TopicPartition]:
        return self._owned

    def seek(self, place: TopicPartition, offset: int) -> None:
        if place in self._owned:
            self._positions[place] = offset

    def resume(self, place: TopicPartition) -> None:
        if place in self._owned:
            self._resumed.add(place)

    def position(self, place: TopicPartition) -> int | None:
        return self._positions.get(place)

    def high_watermark(self, place: TopicPartition) -> int | None:
        return self._fetched.get(place)

    async def committed(self, place: TopicPartition) -> int | None:
        await asyncio.sleep(0)
        return self._kafka.committed(place, stale=self._kafka.stale_commits)

    async def bounds(self, place: TopicPartition) -> LogBounds:
        await asyncio.sleep(0)
        if self.deaf:
            raise SessionLostError("setup_failed", f"no answer about the bounds of {place}")
        log = self._kafka.log(*place)
        return LogBounds(log.start, log.end)

    async def timestamp_of(self, place: TopicPartition, offset: int) -> int | None:
        await asyncio.sleep(0)
        record = self._kafka.log(*place).at(offset)
        return None if record is None else record.timestamp

    async def confirm_membership(self, partition: int, *, timeout_seconds: float) -> bool:
        await asyncio.sleep(0)
        place = TopicPartition(self._kafka.settings.topics.input, partition)
        return place in self._owned and self._kafka.group.counts(self)

    def problems(self) -> Sequence[str]:
        return self.complaints

    async def stop(self) -> None:
        if self._looks.set in self._kafka.arrivals:
            self._kafka.arrivals.remove(self._looks.set)
        if not self._connection.is_cut:
            self._kafka.group.leave(self)
        if self._giving is not None:
            await asyncio.wait([self._giving])

    def give_back(self) -> None:
        """Begin to finish with everything: the group rebalances."""
        if not self._connection.is_cut:
            self._loop.call_soon(self._begin_to_give_back)

    def take(self, places: frozenset[TopicPartition], generation: int) -> None:
        """Own *places*, paused, once the loop comes to it."""
        if not self._connection.is_cut:
            self._loop.call_soon(self._take_over, places, generation)

    def _begin_to_give_back(self) -> None:
        idle = self._giving is None or self._giving.done()
        if idle and self._kafka.group.awaits(self):
            self._giving = self._loop.create_task(self._give_back())

    async def _give_back(self) -> None:
        numbers = self._numbers()
        seconds = self._kafka.settings.kafka.rebalance_timeout * _REVOKE_SHARE
        if numbers:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._listener.revoked(numbers)
        self._owned = frozenset()
        self._positions.clear()
        self._resumed.clear()
        self._fetched.clear()
        if not self._connection.is_cut and self._kafka.group.knows(self):
            self._kafka.group.ready(self)

    def _take_over(self, places: frozenset[TopicPartition], generation: int) -> None:
        if self._connection.is_cut or generation != self._kafka.group.generation:
            return
        self._owned = places
        self._positions = dict.fromkeys(places, 0)
        if numbers := self._numbers():
            self._listener.assigned(numbers)

    def _rejoin_when_counted_out(self) -> None:
        group = self._kafka.group
        if self._connection.is_cut or group.knows(self):
            return
        group.join(self)

    def _numbers(self) -> frozenset[int]:
        topic = self._kafka.settings.topics.input
        return frozenset(place.partition for place in self._owned if place.topic == topic)

    def _take(
        self, wanted: Collection[TopicPartition], limit: int
    ) -> dict[TopicPartition, Sequence[LogRecord]]:
        """Take what is there of *wanted*, passing markers and aborted records."""
        taken: dict[TopicPartition, Sequence[LogRecord]] = {}
        if self._connection.is_cut:
            return taken
        for place in wanted:
            if place not in self._resumed or limit <= 0:
                continue
            log = self._kafka.log(*place)
            position = self._positions[place]
            if position < log.start:
                raise SourceError(f"offset {position} of {place} is out of range")
            records, self._positions[place] = log.read(position, limit)
            self._fetched[place] = log.end
            if records:
                taken[place] = records
                limit -= len(records)
        return taken
