"""What have the input and control topics to offer a member of the group?

One consumer reads both.  Positions are the runtime's: everything is paused when it is assigned,
and read from where ``seek`` says once ``resume`` is called.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError
from aiokafka.structs import TopicPartition as ClientPartition

from config.settings import Settings
from consumer.core.record import Record, TopicPartition
from consumer.kafka.connection import consumer_settings, started
from consumer.kafka.ending import end_consumer
from consumer.kafka.errors import CLIENT_ERRORS, described, session_lost
from consumer.kafka.intake import Intake
from consumer.kafka.log_reader import LogReader
from consumer.kafka.membership import GroupAssignor, Membership
from consumer.kafka.watchdog import Watchdog
from consumer.ports import AssignmentListener, LogBounds, SourceError

_STOP_SECONDS = 10.0
_REVOKE_SHARE = 0.75  # of the rebalance timeout; the runtime gives itself half
_REJOIN_SLACK_SECONDS = 30.0
_POLL_SHARE = 0.5  # of the poll interval, so that it is told before the group acts


@dataclass(frozen=True, slots=True)
class _Member:
    """What there is once the group was asked to let us in."""

    consumer: AIOKafkaConsumer
    intake: Intake
    membership: Membership
    watchdog: Watchdog


class KafkaSource:
    """The input and control topics, read as a member of the group.

    Args:
        settings: Topics, group and time limits.
        reader: Answers what needs no group; started and stopped by its owner.
    """

    def __init__(self, settings: Settings, reader: LogReader) -> None:
        self._kafka = settings.kafka
        self._topics = settings.topics
        self._reader = reader
        self._member: _Member | None = None

    async def start(self, listener: AssignmentListener) -> None:
        """Join the group; what it gives is told to *listener*.

        Raises:
            ConnectionError: Kafka did not answer within kafka.connect_timeout.
        """
        kafka, topics = self._kafka, self._topics
        consumer = AIOKafkaConsumer(
            **consumer_settings(kafka),
            partition_assignment_strategy=(GroupAssignor(topics.input),),
        )
        try:
            await started(consumer.start, kafka)
        except BaseException:
            await end_consumer(consumer, 0)
            raise
        revoke_seconds = kafka.rebalance_timeout * _REVOKE_SHARE
        membership = Membership(consumer, listener, topics.input, revoke_seconds)
        watchdog = Watchdog(
            consumer,
            rejoin_seconds=kafka.rebalance_timeout + _REJOIN_SLACK_SECONDS,
            poll_seconds=kafka.max_poll_interval * _POLL_SHARE,
        )
        self._member = _Member(consumer, Intake(consumer), membership, watchdog)
        consumer.subscribe([topics.input, topics.control], listener=membership)

    async def poll(
        self, wanted: Collection[TopicPartition], *, max_records: int, timeout_seconds: float
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """Return records of *wanted* that have arrived, waiting up to the timeout for some.

        Raises:
            SourceError: The client failed; records of any partition may have been passed over.
        """
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + timeout_seconds
        member = self._joined()
        intake = member.intake
        try:
            while True:
                records = await intake.take(wanted, max_records)
                remaining = ends_at - loop.time()
                if records or remaining <= 0 or intake.woken():
                    return records
                await intake.arrival(remaining)
        except Exception as error:
            # A codec, a checksum, an assertion: anything may come out of decoding a batch.
            raise SourceError(f"polling: {described(error)}") from error
        finally:
            member.watchdog.polled()

    def buffered(self) -> Collection[TopicPartition]:
        """Return of what a poll would have records, or an error, at once."""
        return () if self._member is None else self._member.intake.buffered()

    def wake(self) -> None:
        """End a poll that waits, or the next one: there is room again, or an end."""
        if self._member is not None:
            self._member.intake.wake()

    def owned(self) -> frozenset[TopicPartition]:
        """Return what the group has given us, control partitions included."""
        return frozenset() if self._member is None else self._member.membership.owned

    def seek(self, place: TopicPartition, offset: int) -> None:
        """Read *place* from *offset* on; nothing happens where it was taken from us."""
        if place in self.owned():
            member = self._joined()
            member.consumer.seek(ClientPartition(*place), offset)
            member.membership.sought.add(place)

    def resume(self, place: TopicPartition) -> None:
        """Begin to fetch *place*; nothing happens where it was taken from us."""
        if place in self.owned():
            self._joined().consumer.resume(ClientPartition(*place))

    def position(self, place: TopicPartition) -> int | None:
        """Return the next offset to fetch: behind markers and aborted records already passed.

        None until ``seek`` has set one in this assignment.
        """
        member = self._member
        if member is None or place not in member.membership.sought:
            return None
        return member.intake.position(place)

    def high_watermark(self, place: TopicPartition) -> int | None:
        """Return the log's end as of the last fetch; None before the first."""
        return None if self._member is None else self._member.intake.high_watermark(place)

    async def committed(self, place: TopicPartition) -> int | None:
        """Return the group's committed offset, None where there is none.

        Raises:
            SessionLostError: No answer within the request timeout.
        """
        try:
            # The client asks again by itself while the group's coordinator moves.
            async with asyncio.timeout(self._kafka.request_timeout):
                consumer = self._joined().consumer
                offset: int | None = await consumer.committed(ClientPartition(*place))
        except CLIENT_ERRORS as error:
            doing = f"asking for the committed offset of {place}"
            raise session_lost(error, "setup_failed", doing) from error
        return offset

    async def commit_offsets(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit *offsets* as a member of the group.

        Raises:
            CommitFailedError: We are no longer a member.
            KafkaError: The brokers' answer to the rest.
        """
        consumer = None if self._member is None else self._member.consumer
        # Nameless, a commit would be accepted while the group is empty, whoever was in it.
        if consumer is None or consumer._coordinator.generation < 0:  # noqa: SLF001
            raise CommitFailedError("the group does not count us as a member")
        await consumer.commit({ClientPartition(*each): offsets[each] for each in offsets})

    async def bounds(self, place: TopicPartition) -> LogBounds:
        """Return the log's start and its high watermark.

        Raises:
            SessionLostError: No answer within the request timeout.
        """
        return await self._reader.bounds(place)

    async def timestamp_of(self, place: TopicPartition, offset: int) -> int | None:
        """Return the timestamp of the record at exactly *offset*, None where there is none.

        Raises:
            SessionLostError: No answer within the request timeout.
        """
        return await self._reader.timestamp_of(place, offset)

    def partition_counts(self) -> Mapping[str, int | None]:
        """Return how many partitions each topic has, None where it cannot be seen."""
        return self._reader.partition_counts()

    async def confirm_membership(self, partition: int, *, timeout_seconds: float) -> bool:
        """Wait until a heartbeat sent from now on is acknowledged; False when time is up.

        Also False when *partition* was taken from us meanwhile.
        """
        return await self._joined().membership.confirm(partition, timeout_seconds)

    def problems(self) -> Sequence[str]:
        """Return what is wrong with the client by its own watchdog; empty when it is well."""
        if self._member is None:
            return []
        failure = self._member.membership.failure
        return [*self._member.watchdog.problems(), *([failure] if failure else [])]

    async def stop(self) -> None:
        """Leave the group and let go of every connection within a bounded time."""
        member, self._member = self._member, None
        if member is not None:
            await end_consumer(member.consumer, _STOP_SECONDS)

    def _joined(self) -> _Member:
        if self._member is None:
            raise RuntimeError("the source is not started, or stopped: call start() first")
        return self._member
