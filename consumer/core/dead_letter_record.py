"""What does a letter say?

The form of everything on the dead-letter topic, and the source of its JSON Schema; letters are
written by ``consumer.core.dead_letter`` and read by ``consumer.core.dead_letter_reading``.
"""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt

from consumer.core.encoded_bytes import EncodedBytes
from consumer.core.failure import AttemptStatus, Disposition


class _Part(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class LetterSource(_Part):
    """Where the record stands."""

    topic: str
    """Topic it was read from."""

    partition: NonNegativeInt
    """Partition of that topic."""

    offset: NonNegativeInt
    """Place in that partition."""

    timestamp: int
    """Its timestamp, in milliseconds since the epoch; -1 where it has none."""


class LetterHeader(_Part):
    """One header of the record."""

    name: str
    """Its name; a name may recur."""

    encoding: Literal["utf-8", "base64"]
    """How data stands for its bytes."""

    data: str | None
    """Its value; null where the header has none."""

    def decoded(self) -> tuple[str, bytes | None]:
        """Return name and bytes."""
        if self.data is None:
            return self.name, None
        return self.name, EncodedBytes(encoding=self.encoding, data=self.data).decoded()


class LetterOriginal(_Part):
    """The record, byte for byte."""

    key: EncodedBytes | None
    """Its key."""

    value: EncodedBytes | None
    """Its value."""

    headers: list[LetterHeader]
    """Its headers, in order."""

    truncated: bool = False
    """Whether something of the three is missing; cut says what."""

    size: NonNegativeInt | None = None
    """Bytes of the whole value; only where truncated."""

    sha256: str | None = None
    """SHA-256 of the whole value, in hexadecimal digits; only where truncated."""


class LetterError(_Part):
    """Why it was given up."""

    code: str
    """Error code, of docs/error-codes.md or the processor's own."""

    type: str
    """Name of the exception; empty where there was none."""

    message: str
    """What happened."""

    cause: str | None
    """Code of the last failure, where a limit (attempts, deadline) decided."""

    details: Any
    """What the processor said beside the message."""

    status_code: int | None
    """HTTP status of the answer that failed."""

    request_id: str | None
    """The other side's name for the call that failed."""

    traceback: str | None
    """The end of the traceback."""

    retryable: bool
    """Whether the last failure was transient."""

    suggested_actions: list[str]
    """What an operator can do, the most likely first."""


class LetterAttempt(_Part):
    """One failed attempt."""

    number: PositiveInt
    """The first is 1."""

    status: AttemptStatus
    """How it ended."""

    started_at: AwareDatetime
    """When it began."""

    duration_ms: float
    """How long it took, in milliseconds."""

    code: str | None
    """Error code."""

    message: str | None
    """What happened."""

    step: str | None
    """The durable step in which it failed."""

    delay: float | None
    """Wait before the next attempt, in seconds."""


class LetterContextRecord(_Part):
    """What it was part of; null where that is not known."""

    workflow_id: str | None
    """Workflow of the event."""

    workflow_run_id: str | None
    """Run of that workflow."""

    event_id: str | None
    """The event."""

    event_type: str | None
    """Its type."""

    processor: str | None
    """Who processed it."""

    policy: str | None
    """Retry policy it had."""

    consumer: str | None
    """Consumer group that gave it up."""

    version: str | None
    """Version of Everonce that did."""

    trace_id: str | None
    """W3C trace it belongs to."""


class LetterRedrive(_Part):
    """The letters before this one."""

    count: NonNegativeInt
    """How many the event had before."""

    previous_dlq_ids: list[str]
    """Their names, oldest first, the newest 20."""


class DeadLetterRecord(_Part):
    """A record that was given up, with all that is needed to understand it and send it back."""

    schema_: Literal["everonce.dead-letter/1"] = Field(alias="schema")
    """Name and version of this form."""

    dlq_id: str
    """Name of the letter: UUIDv5 of source and redrive count, so the same failure met again
    after a crash is the same letter."""

    ledger_key: str
    """Key of its entry in the ledger."""

    timestamp: AwareDatetime
    """When it was given up."""

    source: LetterSource
    """Where the record stands."""

    original: LetterOriginal
    """The record, byte for byte."""

    original_event: Any
    """The record's value as JSON, where it is JSON."""

    error: LetterError
    """Why it was given up."""

    disposition: Disposition
    """What kind of end it is."""

    retry_count: NonNegativeInt
    """Attempts after the first."""

    attempts: list[LetterAttempt]
    """The failed attempts: the first, and the last 19."""

    first_failed_at: AwareDatetime
    """End of the first failed attempt."""

    last_failed_at: AwareDatetime
    """End of the last failed attempt."""

    context: LetterContextRecord
    """What it was part of."""

    redrive: LetterRedrive
    """The letters before this one."""

    cut: list[str] = []
    """Members that were dropped or shortened so that the letter fits its topic."""
