"""Where do records come from, and who says which are ours?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from consumer.core.record import Record, TopicPartition


class AssignmentListener(Protocol):
    """Who is told when the group gives and takes partitions."""

    def assigned(self, partitions: frozenset[int]) -> None:
        """Start on these input partitions.  Must not wait: no heartbeat is sent meanwhile."""
        ...

    async def revoked(self, partitions: frozenset[int]) -> None:
        """Finish with these; the group waits for the return, the rebalance timeout at most."""
        ...


@dataclass(frozen=True, slots=True)
class LogBounds:
    """Where a log starts and ends, transactions still open included."""

    start: int
    end: int


class Source(Protocol):
    """The input and control topics, read as a member of the group.

    All partitions are paused when they are assigned; ``seek`` and then ``resume`` start them.
    """

    async def start(self, listener: AssignmentListener) -> None:
        """Join the group.

        Raises:
            ConnectionError: Kafka did not answer within kafka.connect_timeout.
        """
        ...

    async def poll(
        self,
        wanted: Collection[TopicPartition],
        *,
        max_records: int,
        timeout_seconds: float,
    ) -> Mapping[TopicPartition, Sequence[Record]]:
        """Return records of *wanted* that have arrived, waiting up to the timeout for some.

        Returns early, and empty-handed, after ``wake``.  With nothing wanted it still tells the
        group that we are alive.

        Raises:
            SourceError: The client failed; records of any partition may have been passed over.
        """
        ...

    def buffered(self) -> Collection[TopicPartition]:
        """Return of what a poll would have records at once, as far as that is known."""
        ...

    def wake(self) -> None:
        """End a poll that waits: there is room again, or an end."""
        ...

    def owned(self) -> frozenset[TopicPartition]:
        """Return what the group has given us, control partitions included."""
        ...

    def seek(self, place: TopicPartition, offset: int) -> None:
        """Read *place* from *offset* on."""
        ...

    def resume(self, place: TopicPartition) -> None:
        """Begin to fetch *place*."""
        ...

    def position(self, place: TopicPartition) -> int | None:
        """Return the next offset to fetch: behind markers and aborted records already passed."""
        ...

    def high_watermark(self, place: TopicPartition) -> int | None:
        """Return the log's end as of the last fetch; None before the first."""
        ...

    async def committed(self, place: TopicPartition) -> int | None:
        """Return the group's committed offset, None where there is none.

        Raises:
            SessionLostError: No answer within the request timeout.
        """
        ...

    async def bounds(self, place: TopicPartition) -> LogBounds:
        """Return the log's start and its high watermark.

        Raises:
            SessionLostError: No answer within the request timeout.
        """
        ...

    async def timestamp_of(self, place: TopicPartition, offset: int) -> int | None:
        """Return the timestamp of the record at exactly *offset*, None where there is none.

        Raises:
            SessionLostError: No answer within the request timeout.
        """
        ...

    async def confirm_membership(self, partition: int, *, timeout_seconds: float) -> bool:
        """Wait until a heartbeat sent from now on is acknowledged; False when time is up.

        Also False when *partition* was taken from us meanwhile.
        """
        ...

    def problems(self) -> Sequence[str]:
        """Return what is wrong with the client by its own watchdog; empty when it is well."""
        ...

    async def stop(self) -> None:
        """Leave the group and let go of every connection within a bounded time."""
        ...
