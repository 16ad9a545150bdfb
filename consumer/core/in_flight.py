"""What is carried with an event from its admission to the commit that settles it?"""

from datetime import UTC, datetime
from typing import Any

from config.policies import RetryPolicy
from consumer.core.failure import History
from consumer.core.lanes import LaneKey
from consumer.core.ledger_entry import Entry
from consumer.core.precaution import Precaution
from consumer.core.record import LogRecord, Record
from consumer.core.retry import GiveUp
from processors.contract import WorkflowEvent
from processors.registry import Processor

NO_RECORD = LogRecord("", -1, -1, -1, None, None)
NO_EVENT: WorkflowEvent[Any] = WorkflowEvent("", "", "", "", datetime.min.replace(tzinfo=UTC), {})
_PARTITION_SHIFT = 48
Deferred = tuple[Record, WorkflowEvent[Any], str | None]
"""A duplicate, and the ledger key it was parked under, if it was."""


class InFlight:
    """An admitted event; mutable, with slots, because one is made per event."""

    __slots__ = (
        "deferred",
        "dropped",
        "event",
        "fingerprint",
        "history",
        "key",
        "lane",
        "owner",
        "place",
        "policy",
        "policy_name",
        "position",
        "precaution",
        "preset",
        "prior",
        "processor",
        "record",
        "weight",
    )

    def __init__(  # noqa: PLR0913, PLR0917 - by position: one is made per event
        self,
        record: Record,
        event: WorkflowEvent[Any],
        key: str,
        fingerprint: str,
        lane: LaneKey | None,
        prior: Entry | None,
        weight: int,
        owner: Any,
        processor: Processor | None,
        policy_name: str,
        policy: RetryPolicy,
    ) -> None:
        self.record: Record = record
        self.event = event
        self.key = key
        """Its ledger key."""
        self.fingerprint = fingerprint
        self.lane = lane
        self.prior = prior
        """The entry that it takes over: of a resend, of an unfinished or conflicting event."""
        self.weight = weight
        """Bytes it counts for against the bound on bytes in flight."""
        self.owner = owner
        """The partition's session; an event of a session that ended is dropped."""
        self.processor = processor
        """None where no processor wants its type."""
        self.policy_name = policy_name
        self.policy = policy
        self.position: int = record.offset
        """What it is known by among the partition's records: its input offset, where it has one."""
        self.preset: GiveUp | None = None
        """What was decided about it at reading; it still waits for its turn in its lane."""
        self.history: History | None = prior.history if prior is not None else None
        """Failed attempts; None while there are none."""
        self.precaution: Precaution | None = None
        """What has to happen before it runs, where it may have killed the process."""
        self.place: LaneKey | str | None = None
        """The parked lane whose head it is; None of one that has its turn in memory."""
        self.deferred: list[Deferred] | None = None
        """Duplicates that wait for its commit, to be answered with what it settled as."""
        self.dropped: list[int] | None = None
        """Input offsets of duplicates that were dropped; passed with it, never before."""

    def drop(self, offset: int) -> None:
        """Take note of a duplicate at input *offset* that was dropped."""
        if self.dropped is None:
            self.dropped = []
        self.dropped.append(offset)

    def let_go(self) -> None:
        """Drop what is not needed between settling and commit: most of an event's memory."""
        self.record = NO_RECORD
        self.event = NO_EVENT

    def make_foreign(self) -> None:
        """Take note that its record was read in another partition: its offset means nothing here.

        The same number whenever it is met again, and no number of a record of this partition.
        """
        self.position = -1 - (self.record.partition << _PARTITION_SHIFT) - self.record.offset

    @property
    def is_passed(self) -> bool:
        """Whether its offset was passed when it was parked."""
        return self.prior is not None and self.prior.parked is not None

    @property
    def has_waited(self) -> bool:
        """Whether it was parked before, by us or by an owner before us."""
        kept = self.prior.parked if self.prior is not None else None
        return kept is not None and not kept.has_just_arrived

    @property
    def accepted(self) -> tuple[str, ...]:
        """Contents that count as this event."""
        own = (self.fingerprint,)
        return own if self.prior is None else (*self.prior.fingerprints, *own)

    @property
    def attempts(self) -> int:
        """Attempts made so far that failed."""
        return self.history.count if self.history is not None else 0
