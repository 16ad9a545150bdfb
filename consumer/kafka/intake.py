"""How are fetched records taken from the client without ever waiting inside it?

``getmany`` cannot be woken, ignores its timeout during a rebalance, and when it is cancelled or
fails it forgets that it has ended, which switches the poll interval's enforcement off.  So it is
only asked for what is there already, and the waiting is done here.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from aiokafka.consumer.fetcher import FetchError
from aiokafka.structs import TopicPartition as ClientPartition

from consumer.core.record import Headers, Record, TopicPartition


class FetchedRecord:
    """A record as the client has read it, without what nobody asks for.

    One is made per event: the client's own, with its sizes and checksums, costs twice as much.
    """

    __slots__ = ("headers", "key", "offset", "partition", "timestamp", "topic", "value")

    def __init__(self, place: TopicPartition, read: Any) -> None:
        """Take over *read*, one of *place* as the client's parser left it."""
        self.topic, self.partition = place
        self.offset: int = read.offset
        self.timestamp: int = read.timestamp
        self.key: bytes | None = read.key
        self.value: bytes | None = read.value
        self.headers: Headers = read.headers


class Intake:
    """The fetched records of one consumer of the client, and what is known of its logs."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self._subscription = consumer._subscription  # noqa: SLF001
        self._waiter: asyncio.Future[None] | None = None
        self._woken = False

    async def take(
        self, places: Collection[TopicPartition], max_records: int
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """Return what has been fetched of *places*, without waiting.

        Positions move past markers and aborted records here, and only here.
        """
        if not places or self._subscription.reassignment_in_progress:
            self._consumer._coordinator.check_errors()  # noqa: SLF001
            # The client leaves the group when nobody has fetched for max_poll_interval.
            with self._subscription.fetch_context():
                return {}
        wanted = [ClientPartition(*place) for place in places]
        self._lighten()
        try:
            records = await self._consumer.getmany(*wanted, max_records=max_records)
        except BaseException:
            self._subscription._fetch_count = 0  # noqa: SLF001 - the client does not, on an error
            raise
        return cast("Mapping[TopicPartition, Sequence[Record]]", records)

    async def arrival(self, seconds: float) -> None:
        """Wait until records arrive, ``wake`` is called or *seconds* have passed.

        A ``wake`` from before is not seen: ask ``woken`` first.
        """
        waiter = self._waiter = self._consumer._fetcher._create_fetch_waiter()  # noqa: SLF001
        timer = asyncio.get_running_loop().call_later(seconds, _resolve, waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiter = None

    def buffered(self) -> Collection[TopicPartition]:
        """Return the places of which something has been fetched and not taken."""
        # The client's own tuples: they equal ours.
        fetched = self._consumer._fetcher._records  # noqa: SLF001
        return cast("Collection[TopicPartition]", fetched.keys())

    def wake(self) -> None:
        """End the ``arrival`` that waits; whoever does not wait yet asks ``woken``."""
        self._woken = True
        _resolve(self._waiter)

    def woken(self) -> bool:
        """Return whether ``wake`` was called since this was last asked."""
        woken, self._woken = self._woken, False
        return woken

    def _lighten(self) -> None:
        """Let what was fetched be handed out as our own records."""
        for fetched in self._consumer._fetcher._records.values():  # noqa: SLF001
            records = getattr(fetched, "_partition_records", None)
            if records is not None:
                records._consumer_record = FetchedRecord  # noqa: SLF001

    def position(self, place: TopicPartition) -> int | None:
        """Return the next offset that is handed out; None where it is not known.

        It is not where *place* is not assigned, nor where an error is waiting to be told: for a
        record that is too large the client moves the position before it says so.
        """
        state = self._state(place)
        told_later = self._consumer._fetcher._records.get(ClientPartition(*place))  # noqa: SLF001
        if state is None or isinstance(told_later, FetchError):
            return None
        return cast("int | None", state._position)  # noqa: SLF001

    def high_watermark(self, place: TopicPartition) -> int | None:
        """Return the log's end as of the last fetch; None before the first."""
        state = self._state(place)
        return None if state is None else state.highwater

    def _state(self, place: TopicPartition) -> Any:
        subscription = self._subscription.subscription
        if subscription is None or subscription.assignment is None:
            return None
        return subscription.assignment.state_value(place)


def _resolve(waiter: asyncio.Future[None] | None) -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
