"""What does the broker do, as far as our ports can tell?"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

from config.settings import Settings
from consumer.core.output import OutputRecord, TopicRole
from consumer.core.record import Headers, LogRecord, TopicPartition
from consumer.ports import CommitBatch
from tests.fakes.clock import StepClock
from tests.fakes.group import MemoryGroup
from tests.fakes.log import Log, Transaction
from tests.fakes.requests import Requests

ROLES: tuple[TopicRole, ...] = ("results", "dlq", "state", "audit")


class FencedError(Exception):
    """A newer producer has the transactional id."""


class BadRecordError(Exception):
    """The broker refuses a record, and would refuse it again."""

    def __init__(self, role: TopicRole, message: str) -> None:
        super().__init__(message)
        self.role = role


class MemoryKafka:
    """A cluster with our topics.

    Args:
        settings: Names of topics and group.
        clock: What timestamps are taken from.
        partitions: Of every topic.
    """

    def __init__(
        self, settings: Settings, *, clock: StepClock | None = None, partitions: int = 1
    ) -> None:
        self.settings = settings
        self.clock = clock or StepClock()
        self.partitions = partitions
        self.requests = Requests()
        self.group = MemoryGroup(settings, partitions)
        self.stale_commits = 0
        """How many commits ago the group's coordinator believes it is."""
        self.max_message_bytes: dict[TopicRole, int] = dict.fromkeys(
            ("results", "dlq", "state", "audit", "control"), 1024 * 1024
        )
        self.refuses: Callable[[TopicRole, OutputRecord], str | None] = lambda _role, _record: None
        """Says why the broker refuses a record; None lets it through."""
        self.arrivals: list[Callable[[], None]] = []
        """Called whenever something was written."""
        self._logs: dict[TopicPartition, Log] = {}
        self._offsets: defaultdict[TopicPartition, list[int]] = defaultdict(list)
        self._epochs: defaultdict[str, int] = defaultdict(int)
        self._open: dict[str, Transaction] = {}

    def log(self, topic: str, partition: int = 0) -> Log:
        """Return the log of a partition."""
        place = TopicPartition(topic, partition)
        if place not in self._logs:
            self._logs[place] = Log(place)
        return self._logs[place]

    def output(self, role: TopicRole, partition: int = 0) -> Log:
        """Return the log of an output topic's partition."""
        return self.log(str(getattr(self.settings.topics, role)), partition)

    def input(self, partition: int = 0) -> Log:
        """Return the log of an input partition."""
        return self.log(self.settings.topics.input, partition)

    def publish(
        self,
        value: bytes | None,
        *,
        key: bytes | None = b"key",
        partition: int = 0,
        headers: Headers = (),
        topic: str | None = None,
    ) -> int:
        """Write to the input, or to *topic*; return the offset."""
        log = self.log(topic or self.settings.topics.input, partition)
        offset = log.append(key, value, headers, self._timestamp())
        self.told()
        return offset

    def transaction(self, topic: str, partition: int, *values: bytes) -> Transaction:
        """Write *values* in a stranger's transaction, and return it open."""
        transaction = Transaction()
        for value in values:
            self.log(topic, partition).append(
                b"stranger", value, (), self._timestamp(), transaction
            )
        self.told()
        return transaction

    def visible(self, role: TopicRole, partition: int = 0) -> Sequence[LogRecord]:
        """Return what a read_committed reader of an output topic sees."""
        return self.output(role, partition).read(0)[0]

    def committed(self, place: TopicPartition, *, stale: int = 0) -> int | None:
        """Return the group's offset, as it was *stale* commits ago."""
        history = self._offsets[place]
        return history[max(0, len(history) - 1 - stale)] if history else None

    def set_committed(self, place: TopicPartition, offset: int | None) -> None:
        """Do what an operator does with the group's offsets; None lets them expire."""
        self._offsets[place] = [] if offset is None else [offset]

    def fence(self, transactional_id: str) -> int:
        """Abort what is open under an id, and return the epoch of its new owner."""
        self.time_out(transactional_id)
        self._epochs[transactional_id] += 1
        return self._epochs[transactional_id]

    def time_out(self, transactional_id: str) -> None:
        """Abort what is open under an id."""
        transaction = self._open.pop(transactional_id, None)
        if transaction is not None:
            transaction.end("aborted")
            self.told()

    def begin(
        self, transactional_id: str, epoch: int, partition: int, batch: CommitBatch
    ) -> tuple[Transaction, int | None]:
        """Write *batch* in a transaction; return it open, and the state offset after it.

        Raises:
            FencedError: A newer owner has the id; nothing was written.
            BadRecordError: A record is refused; what was written is aborted.
        """
        if epoch != self._epochs[transactional_id]:
            raise FencedError(f"{transactional_id} has epoch {self._epochs[transactional_id]}")
        transaction = self._open[transactional_id] = Transaction(offsets=dict(batch.offsets))
        after: int | None = None
        contents = (batch.results, batch.letters, batch.entries, batch.audits)
        outputs = [
            (role, partition, records) for role, records in zip(ROLES, contents, strict=True)
        ]
        outputs += [("control", home, [record]) for home, record in batch.homeward]
        for role, place, records in outputs:
            for record in records:
                refusal = self._refusal(role, record)
                if refusal is not None:
                    self.time_out(transactional_id)
                    raise BadRecordError(role, refusal)
                after_this = self._write(role, place, record, transaction)
                after = after_this if role == "state" else after
        return transaction, after

    def end(self, transactional_id: str, transaction: Transaction) -> None:
        """Commit what ``begin`` has written.

        Raises:
            FencedError: It was aborted meanwhile.
        """
        if self._open.get(transactional_id) is not transaction:
            raise FencedError(f"the transaction of {transactional_id} is no longer open")
        del self._open[transactional_id]
        transaction.end("committed")
        for place, offset in transaction.offsets.items():
            self._offsets[place].append(offset)
        self.told()

    def append(
        self, role: TopicRole, partition: int, records: Sequence[OutputRecord]
    ) -> int | None:
        """Write *records* outside of any transaction; return the offset after the last.

        Raises:
            BadRecordError: One is refused; those before it are written.
        """
        after: int | None = None
        for record in records:
            if refusal := self._refusal(role, record):
                raise BadRecordError(role, refusal)
            after = self._write(role, partition, record, None)
        self.told()
        return after

    def commit_offsets(self, offsets: dict[TopicPartition, int]) -> None:
        """Commit *offsets* outside of any transaction."""
        for place, offset in offsets.items():
            self._offsets[place].append(offset)

    def told(self) -> None:
        """Tell every poll that waits to look again."""
        for arrival in list(self.arrivals):
            arrival()

    def _refusal(self, role: TopicRole, record: OutputRecord) -> str | None:
        if role == "state" and record.key is None:
            return "a compacted topic takes no record without a key"
        size = len(record.key or b"") + len(record.value or b"")
        if size > self.max_message_bytes[role]:
            limit = self.max_message_bytes[role]
            return f"{size} bytes in one record, {limit} are taken: raise max.message.bytes"
        return self.refuses(role, record)

    def _write(
        self, role: TopicRole, partition: int, record: OutputRecord, transaction: Transaction | None
    ) -> int:
        log = self.output(role, partition)
        offset = log.append(
            record.key, record.value, record.headers, self._timestamp(), transaction
        )
        return offset + 1

    def _timestamp(self) -> int:
        return round(self.clock.now() * 1000)


class Connection:
    """A process's way to the cluster; cut, nothing gets through any more."""

    def __init__(self, name: str = "here") -> None:
        self.name = name
        self.is_cut = False

    async def silence(self) -> None:
        """Wait for an answer that never comes."""
        await asyncio.get_running_loop().create_future()
