"""What does a record of the state topic look like, to a reader outside?

The models that the JSON Schemas of the ledger are generated from.  Entries themselves are written
and read by ``consumer.core.ledger_entry`` and ``consumer.core.progress``, which are on the hot
path; a test holds them to these.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from consumer.core.dead_letter_record import LetterHeader
from consumer.core.encoded_bytes import EncodedBytes
from consumer.core.failure import AttemptStatus, FailureClass
from consumer.core.ledger_entry import EntryStatus, LetterState
from consumer.core.parked_event import CrashStage


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


class EntryError(_Written):
    """The last failure of an unfinished event, as far as a letter needs it."""

    model_config = ConfigDict(populate_by_name=True)

    code: str
    """Error code."""
    message: str
    """What happened; 2,000 bytes at most."""
    failure_class: FailureClass = Field(alias="class")
    """What it was taken to be."""
    rule: str
    """What decided that."""
    type: str | None = None
    """Name of the exception."""
    status_code: int | None = None
    """HTTP status, where there was one."""
    request_id: str | None = None
    """Of the request that failed."""


class EntryRecord(_Written):
    """The record of an event whose offset was passed before it was done, byte for byte."""

    topic: str
    """Topic it was read from."""
    partition: int
    """Partition of that topic."""
    offset: int
    """Place in that partition."""
    timestamp: int
    """Milliseconds since the epoch."""
    key: EncodedBytes | None
    """Its key."""
    value: EncodedBytes | None
    """Its value."""
    headers: list[LetterHeader]
    """Its headers, in order."""


class EntryHold(_Written):
    """The lane that waits for what becomes of a letter."""

    lane: EncodedBytes | int
    """The key of the lane's records; 0 is the whole partition."""
    seq: int
    """The event's own place in that lane."""


class EntryCrash(_Written):
    """How an event stands that may kill the process."""

    epoch: int
    """The session that said so, as the progress counts them."""
    stage: CrashStage
    """Parked before it has run since a death; announced with others; announced alone."""
    at: float
    """Seconds since the epoch."""


class EntryLetterAct(_Written):
    """The operator's act that closed a letter, or made an event run again."""

    id: str
    """Name of the act, as on the audit topic."""
    kind: Literal["redrive", "replay", "discard"] = "redrive"
    """What was asked for."""
    operator: str
    """Who asked for it."""
    reason: str | None
    """Why, where it was said."""
    at: float
    """When it was asked for, seconds since the epoch."""


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
    act: EntryLetterAct | None = None
    """What closed it, where an operator did."""
    moved_to: str | None = None
    """Ledger key under which its mended record goes on: of a record that was no event."""


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
    held_seconds: float | None = None
    """How long it was held behind open breakers between its attempts, where it was."""
    policy: str | None = None
    """Retry policy of an unfinished event."""
    result: str | None = None
    """The processor's answer as a JSON text, where it is kept."""
    result_hash: str | None = None
    """Of an answer too large to be kept."""
    letter: EntryLetter | None = None
    """Its dead letters, where it ever had one."""
    last_error: EntryError | None = None
    """The last failure, while unfinished."""
    record: EntryRecord | None = None
    """While unfinished, where its offset is passed."""
    seq: int | None = None
    """With record: its place in its lane; the lowest is the head."""
    parked_at: float | None = None
    """With record: when it was parked first, seconds since the epoch."""
    due_at: float | None = None
    """When its next attempt is due, seconds since the epoch; only the head of a lane has one."""
    held_by: str | None = None
    """The dlq_id that held its lane when it was parked."""
    holds: EntryHold | None = None
    """Where its letter holds a lane."""
    crash: EntryCrash | None = None
    """Where it may have killed the process."""
    act: EntryLetterAct | None = None
    """The act that made it run, while unfinished."""


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
    next_seq: int = 0
    """The next parked event's place in its lane."""
    died: list[int] = []
    """Epochs of the sessions that ended with their process, the newest ten."""
    suspect_input: int = 0
    """Input records below it may have been in flight at the last death."""
    suspect_seq: int = 0
    """Parked events with a lower seq may have been running at the last death."""
