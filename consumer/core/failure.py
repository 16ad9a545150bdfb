"""What is known of an attempt that failed, and of all attempts of an event?

Errors exist per reaction.  Inside a processor::

    ProcessorError
    +-- TransientError       -> next attempt, after the policy's delay
    |   +-- RetryAfter       -> next attempt, after the delay it names
    +-- PermanentError       -> dead letter
    any other exception      -> as consumer.core.classification says

Around the engine (``consumer.ports``)::

    SourceError              -> seek every partition back to its next offset, poll again
    SessionLostError         -> drop the session, fence, restore, re-read
    +-- ProducerFencedError  -> the same, once the group still counts us as a member
    +-- RefusedError         -> the same; the refused outcome becomes a letter OUTPUT_REFUSED
    PartitionRefusedError    -> this partition stays closed and says which command accepts it
    StragglerError           -> the process ends: an attempt cannot be ended
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

FailureClass = Literal["transient", "permanent", "timeout", "crashed"]
AttemptStatus = Literal["success", "transient", "permanent", "timeout", "crashed"]
Disposition = Literal[
    "poison", "permanent", "exhausted", "expired", "conflict", "crashed", "refused", "operator"
]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt, or the reading of a record, failed; already classified."""

    code: str
    """Error code of the table in consumer.core.error_codes."""
    message: str
    failure_class: FailureClass
    """timeout is transient with a name of its own; crashed is charged by the quarantine."""
    rule: str
    """What decided the class, for the log: explicit, rule:NAME, http:503, library:NAME, ..."""
    type: str = ""
    """Name of the exception, with its module where it is not a builtin."""
    retry_after: float | None = None
    """Seconds to wait, where the failure itself said so."""
    status_code: int | None = None
    request_id: str | None = None
    details: Mapping[str, Any] | None = None
    traceback: str | None = None

    @property
    def is_transient(self) -> bool:
        """Whether another attempt may succeed."""
        return self.failure_class in ("transient", "timeout")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of a processor that did not succeed, as the ledger and the letter keep it."""

    number: int
    """The first is 1."""
    status: AttemptStatus
    started_at: float
    """Seconds since the epoch."""
    duration_seconds: float
    code: str | None = None
    message: str | None = None
    step: str | None = None
    delay_seconds: float | None = None
    """Wait before the next attempt, where there is one."""


@dataclass(slots=True)
class History:
    """The failed attempts of one event; kept beside it only once one has failed."""

    attempts: list[Attempt] = field(default_factory=list)
    first_failed_at: float = 0.0
    last_failed_at: float = 0.0
    last_failure: Failure | None = None
    """Without details and traceback where the history was read back from the ledger."""
    held_seconds: float = 0.0
    """How long it was held behind open breakers since its first attempt; no part of its age."""

    KEPT: ClassVar[int] = 20
    """The first attempt and the last 19 are kept; DESIGN section 4."""

    def add(self, attempt: Attempt, failure: Failure) -> None:
        """Add a failed attempt; beyond KEPT the second oldest goes."""
        ended_at = attempt.started_at + attempt.duration_seconds
        if not self.attempts:
            self.first_failed_at = ended_at
        self.attempts.append(attempt)
        if len(self.attempts) > self.KEPT:
            del self.attempts[1]
        self.last_failed_at = ended_at
        self.last_failure = failure

    @property
    def count(self) -> int:
        """Attempts made so far, the dropped ones included."""
        return self.attempts[-1].number if self.attempts else 0


def first_started_at(history: History) -> float:
    """Return when the first attempt began; seconds since the epoch.

    Raises:
        IndexError: None was made.
    """
    return history.attempts[0].started_at
