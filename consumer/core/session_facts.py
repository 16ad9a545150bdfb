"""What is telemetry told of a partition and its sessions?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordsConsumed:
    """Records were read."""

    topic: str
    partition: int
    records: int
    bytes: int


@dataclass(frozen=True, slots=True)
class ControlRefused:
    """A record of the control topic asked for something that is not known."""

    partition: int
    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A partition is fenced, restored and read."""

    topic: str
    partition: int
    start: int
    rule: str
    """Row of the start-position table that decided."""
    entries: int
    restored_records: int
    restore_seconds: float
    skipped: int
    """Input records that retention removed before they were read."""
    note: str | None = None
    """What an operator should hear of."""


@dataclass(frozen=True, slots=True)
class SessionLost:
    """A session ended without a last commit; it is fenced, restored and re-read."""

    topic: str
    partition: int
    reason: str
    """Closed set: fenced, produce_failed, commit_failed, deadline, refused, setup_failed, ..."""
    message: str
    backoff_seconds: float


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """A session ended with a last commit."""

    topic: str
    partition: int
    committable: int
    clean: bool


@dataclass(frozen=True, slots=True)
class PartitionRefused:
    """A partition stays closed until an operator accepts what was found."""

    topic: str
    partition: int
    rule: str
    message: str
    command: str


@dataclass(frozen=True, slots=True)
class LedgerTrimmed:
    """Entries were forgotten."""

    partition: int
    expired: int
    evicted: int
    entries: int
    released: int = 0
    """Keys that go on because the letter that held them expired: nobody has done anything."""
