"""What does the runtime need from outside?

Seven seams; each says when its calls return and what they raise.  The Kafka adapters
(``consumer.kafka``) and the in-memory ones of the tests pass the same contract tests.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from consumer.core.facts import Fact, Status
from consumer.core.output import OutputRecord as OutputRecord  # noqa: PLC0414 - offered to the adapters
from consumer.core.output import TopicRole as TopicRole  # noqa: PLC0414 - offered to the adapters
from consumer.core.progress import Progress
from consumer.core.record import Record, TopicPartition


class SourceError(Exception):
    """The client failed in a poll: positions are unknown, seek every partition back."""


class SessionLostError(Exception):
    """Not done, or not known to be done: drop the session, fence, restore, re-read.

    Args:
        reason: A word of a closed set, for metrics: produce_failed, commit_failed, deadline, ...
        message: What happened, with values.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ProducerFencedError(SessionLostError):
    """Another producer has taken the transactional id: fence again only as a living member."""

    def __init__(self, message: str) -> None:
        super().__init__("fenced", message)


class RefusedError(SessionLostError):
    """The broker refused the records themselves, and would refuse them again.

    Args:
        role: The topic that refused.
        message: The broker's words.
    """

    def __init__(self, role: TopicRole, message: str) -> None:
        super().__init__("refused", message)
        self.role = role


class StragglerError(Exception):
    """A timed-out attempt cannot be ended: the process must, or the event could run twice."""


@dataclass(slots=True)
class CommitBatch:
    """Everything one group commit makes visible at once."""

    results: list[OutputRecord] = field(default_factory=list)
    letters: list[OutputRecord] = field(default_factory=list)
    entries: list[OutputRecord] = field(default_factory=list)
    """Ledger entries and tombstones; progress is one of them."""
    offsets: dict[TopicPartition, int] = field(default_factory=dict)
    """Next offset to read per input and control partition; may be empty."""


@dataclass(frozen=True, slots=True)
class CommitReceipt:
    """What is known of a commit that is visible."""

    state_offset: int | None
    """Offset after the last ledger entry; None where a send was answered as a duplicate."""


class Writer(Protocol):
    """The producer of one session; never reused after an error."""

    async def fence(self) -> None:
        """Take the transactional id; when this returns nothing of an earlier owner is pending.

        Raises:
            SessionLostError: Not fenced within kafka.connect_timeout.
        """
        ...

    async def commit(self, batch: CommitBatch) -> CommitReceipt:
        """Make *batch* visible; return once all of it is.

        Raises:
            ProducerFencedError: Another owner has the partition; nothing of the batch is visible.
            RefusedError: The broker refused a record; nothing of the batch is visible.
            SessionLostError: Anything else, the unknown outcome after commit.deadline included.
        """
        ...

    async def close(self) -> None:
        """Let go of every connection within a bounded time; never raises."""
        ...


class StateLog(Protocol):
    """The ledger's topic, read for a restore."""

    async def bounds(self, partition: int) -> tuple[int, int]:
        """Return the log's start and its high watermark (the read_uncommitted end).

        Raises:
            SessionLostError: The broker did not answer within its bound.
        """
        ...

    def read(self, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """Yield the committed records of [start, end) in log order, in portions.

        Ends when the position has reached *end*, markers and aborted records included.

        Raises:
            SessionLostError: No progress for longer than a transaction may stay open.
        """
        ...


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


class Observer(Protocol):
    """Who is told facts: synchronous, without influence, never raises."""

    wants_each_event: bool
    """Whether ``EventSettled`` is stated for every event."""

    def observe(self, fact: Fact) -> None:
        """Take note of *fact*."""
        ...


StatusReader = Callable[[], Status]
"""Read at a scrape: gauges and health are looked up, not pushed."""


class LedgerStore(Protocol):
    """One shard of the ledger: ledger key -> encoded entry, with the order of settling.

    Cost per event is flat in the number of entries.
    """

    state_offset: int
    """Next offset of the state topic that is not reflected here."""
    progress: Progress | None
    """The partition's progress as of the newest commit reflected here."""

    def get(self, key: str) -> bytes | None:
        """Return the entry, encoded; None where nothing is known."""
        ...

    def apply(self, key: str, entry: bytes | None, settled_at: float | None) -> None:
        """Remember *entry*, or forget the key where it is None.

        Args:
            key: Ledger key.
            entry: The entry, encoded.
            settled_at: When it settled, seconds since the epoch; None while unfinished.
        """
        ...

    def apply_settled(self, entries: Sequence[tuple[str, bytes]], settled_at: float) -> None:
        """Remember *entries*, which settled at about the same time: a group commit's.

        Args:
            entries: Ledger key and encoded entry of each.
            settled_at: When the last of them settled, seconds since the epoch.
        """
        ...

    def __len__(self) -> int:
        """Entries held."""
        ...

    def judged(self, topic: str, start: int) -> set[int]:
        """Return the offsets of *topic* from *start* on that have an entry of their own.

        Those are records without an event id (poison) or with another's (conflict).
        """
        ...

    def take_settled(self, before: float, limit: int) -> list[str]:
        """Take up to *limit* keys settled before a moment out of the order of settling.

        Whoever takes keys forgets them (``apply`` with None) or puts them back (``defer``).
        """
        ...

    def defer(self, key: str, until: float) -> None:
        """Put a key that may not go yet back into the order, as if settled at *until*."""
        ...
