"""What does a record of the state topic look like, to a reader outside?

The models that the JSON Schemas of the ledger are generated from.  Entries themselves are written
and read by ``consumer.core.ledger_entry`` and ``consumer.core.progress``, which are on the hot
path; a test holds them to these.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from consumer.core.failure import AttemptStatus
from consumer.core.ledger_entry import EntryStatus, LetterState


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class EntryOffsets(_Written):
    """The highest offset of each topic that an entry has answered."""

    input: int | None = None
    """Of the input topic."""
    control: int | None = None
    """Of the control topic."""


class EntryAttempt(_Written):
    """A failed attempt of an unfinished event."""

    number: int = Field(ge=1)
    """The first is 1."""
    status: AttemptStatus
    """How it ended."""
    started_at: float
    """Seconds since the epoch."""
    duration: float
    """Seconds."""
    code: str | None = None
    """Error code."""
    message: str | None = None
    """What happened."""
    step: str | None = None
    """The step it was in."""
    delay: float | None = None
    """Seconds until the next attempt."""


class EntryLetter(_Written):
    """The dead letters of an event."""

    dlq_ids: list[str]
    """Oldest first, the newest 20."""
    count: int
    """Letters in all."""
    state: LetterState
    """Of the newest."""
    at: float
    """When the newest was settled, seconds since the epoch."""


class LedgerEntryRecord(_Written):
    """What is known of one event id; the record's key is the ledger key."""

    v: Literal[1]
    """Version of the entry."""
    status: EntryStatus
    """How far the event has come."""
    offsets: EntryOffsets
    """Up to where records of this id are answered."""
    fingerprints: list[str]
    """Accepted contents, each with the tag of its algorithm."""
    settled_at: float | None = None
    """Seconds since the epoch; absent while unfinished."""
    attempts: list[EntryAttempt] = []
    """Failed attempts, while unfinished: the first and the last 19."""
    first_failed_at: float | None = None
    """Seconds since the epoch."""
    last_failed_at: float | None = None
    """Seconds since the epoch."""
    policy: str | None = None
    """Retry policy of an unfinished event."""
    result: str | None = None
    """The processor's answer as a JSON text, where it is kept."""
    result_hash: str | None = None
    """Of an answer too large to be kept."""
    letter: EntryLetter | None = None
    """Its dead letters, where it ever had one."""


class ProgressRecord(_Written):
    """What a partition's ledger remembers of itself; the record's key is ``progress``."""

    v: Literal[1]
    """Version of the record."""
    min_reader: int
    """Oldest reader that may use this ledger."""
    group: str
    """Consumer group."""
    topic: str
    """Input topic."""
    lineage: str
    """Random, made when the ledger began."""
    template: str
    """Dedup key template."""
    next_input: int
    """Next input offset to read."""
    next_control: int
    """Next control offset to read."""
    last_offset: int | None
    """Newest input record below next_input."""
    last_timestamp: int | None
    """Its timestamp, milliseconds since the epoch."""
    clean: bool
    """Whether the owner ended by itself, with no attempt cut off."""
    gap_free: bool
    """Whether nothing at or above next_input was read."""
    instance: str
    """The process that wrote it."""
    epoch: int
    """Counts the sessions of this partition."""
