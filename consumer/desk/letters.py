"""What is said of a dead letter before anybody opens it?

A summary: enough to list, choose, group and count letters without validating a whole envelope.
"""

from dataclasses import dataclass
from typing import Literal, get_args

LetterState = Literal["open", "redriven", "resolved", "failed_again", "discarded", "forgotten"]
"""open: it waits for somebody; redriven: its event goes on, and has not settled; resolved: its
event has completed since; failed_again: a newer letter has replaced it; discarded: somebody closed
it; forgotten: its entry in the ledger has expired."""

Dialect = Literal["everonce", "spring", "connect", "streams", "unknown"]
"""Who has written the letter: we, Spring Kafka, Kafka Connect, Kafka Streams, or who knows."""

STATES: tuple[LetterState, ...] = get_args(LetterState)


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter, in short; all of its texts are untrusted."""

    dlq_id: str
    """Its name; of one of another dialect TOPIC/PARTITION/OFFSET of the dead-letter topic."""
    partition: int
    """Of the dead-letter topic, and so of the owner that is asked for anything about it."""
    offset: int
    """Of the dead-letter topic."""
    ledger_key: str | None
    """Of its entry; None of a letter that the ledger of this cluster does not know: one of
    another dialect, or imported."""
    code: str
    """Error code."""
    cause: str | None
    """Code of the last failure, where a limit decided."""
    disposition: str
    processor: str | None
    event_type: str | None
    event_id: str | None
    workflow_id: str | None
    key: bytes | None
    """As the letter's own record has it: the original's, or the SHA-256 of a very long one."""
    timestamp: float
    """When it was given up; seconds since the epoch."""
    message: str
    group: str
    """Id of the group of letters that failed alike."""
    state: LetterState
    attempts: int
    """Made in all; 0 where none was."""
    error_type: str = ""
    """Name of the exception; empty where there was none."""
    shape: str = ""
    """The message with everything folded that differs between letters of a group."""
    size: int = 0
    """Bytes of the letter's value."""
    dialect: Dialect = "everonce"

    @property
    def why(self) -> str:
        """Code of what really failed: the cause where a limit decided."""
        return self.cause or self.code
