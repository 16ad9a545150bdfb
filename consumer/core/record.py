"""What is one log entry, as received?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

Headers = Sequence[tuple[str, bytes | None]]


class TopicPartition(NamedTuple):
    """One log; equal to the Kafka client's own tuple of the same name and shape."""

    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}"


class Record(Protocol):
    """A log entry; the Kafka client's own record fits, so nothing is copied on the hot path."""

    @property
    def topic(self) -> str:
        """Topic it was read from."""
        ...

    @property
    def partition(self) -> int:
        """Partition of that topic."""
        ...

    @property
    def offset(self) -> int:
        """Place in that partition."""
        ...

    @property
    def timestamp(self) -> int:
        """Milliseconds since the epoch, by the producer's or the broker's clock."""
        ...

    @property
    def key(self) -> bytes | None:
        """What decides its partition and its lane."""
        ...

    @property
    def value(self) -> bytes | None:
        """What it says; None is a tombstone."""
        ...

    @property
    def headers(self) -> Headers:
        """Names and values in order; a name may recur."""
        ...


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A record of our own making: restored from a ledger entry, or built by a test."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()


def record_bytes(record: Record) -> int:
    """Return what *record* weighs against the bound on bytes in flight."""
    return len(record.value or b"") + len(record.key or b"")


def source_of(record: Record) -> str:
    """Return topic/partition/offset, the name of a record for people and headers."""
    return f"{record.topic}/{record.partition}/{record.offset}"
