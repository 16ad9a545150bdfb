"""Who makes a group commit visible, all of it at once?"""

from dataclasses import dataclass, field
from typing import Protocol

from consumer.core.output import OutputRecord
from consumer.core.record import TopicPartition


@dataclass(slots=True)
class CommitBatch:
    """Everything one group commit makes visible at once."""

    results: list[OutputRecord] = field(default_factory=list)
    letters: list[OutputRecord] = field(default_factory=list)
    entries: list[OutputRecord] = field(default_factory=list)
    """Ledger entries and tombstones; progress is one of them."""
    audits: list[OutputRecord] = field(default_factory=list)
    """What became of operators' acts; empty where there is no topic for them."""
    homeward: list[tuple[int, OutputRecord]] = field(default_factory=list)
    """Records of other partitions of the control topic, with their numbers."""
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
