"""What does an event leave behind: records for the output topics?"""

from typing import Literal, NamedTuple

from consumer.core.record import Headers

TopicRole = Literal["results", "dlq", "state", "audit", "control"]


class OutputRecord(NamedTuple):
    """A record to write; its partition is the session's.

    A tuple: two of them are built per event, and a frozen dataclass costs four times as much.
    """

    key: bytes | None
    value: bytes | None
    headers: Headers = ()


# What a record adds to a batch beside key, value and headers: lengths, deltas, attributes; and
# the batch's own header.  Generous, because a refusal costs a session.
RECORD_OVERHEAD = 64
BATCH_OVERHEAD = 128


def output_bytes(record: OutputRecord) -> int:
    """Return the most that *record* may take in a batch."""
    headers = sum(len(name.encode()) + len(value or b"") + 10 for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers + RECORD_OVERHEAD
