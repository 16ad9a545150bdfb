"""What does the outcome of an event leave behind: which result, letter and ledger entry?

Everything returned here goes into one transaction with the offset that passes the record.
"""

from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

import orjson

from config.dlq import LetterDialect
from consumer.core.act_facts import ActAnswer
from consumer.core.failure import first_started_at
from consumer.core.in_flight import InFlight
from consumer.core.json_value import encode_value
from consumer.core.ledger_entry import (
    Entry,
    encode,
    encode_completed,
    finished,
    takeover,
)
from consumer.core.output import BATCH_OVERHEAD, OutputRecord, TopicRole, output_bytes
from consumer.core.result import encode_result
from consumer.core.source_header import headers_of, source_header, source_prefix

_HEADERS_ROOM = 4096
_new = tuple.__new__


class Settled(NamedTuple):
    """One record is done: what it leaves behind."""

    position: int
    """As ``InFlight.position``: the input offset, where it has one."""
    key: str
    entry: bytes
    settled_at: float
    result: OutputRecord | None
    letter: OutputRecord | None
    item: InFlight | None
    """The event, where it was one; None for poison."""
    weight: int
    """Bytes it has counted for while in flight."""
    dlq_id: str | None = None
    attempts: int = 1
    """Attempts made; 0 where none was."""
    timestamp: int = 0
    """The record's; milliseconds since the epoch."""
    act: ActAnswer | None = None
    """What became of the act that made it run."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is the same for every event of one partition."""

    topic: str
    partition: int
    keep_results: bool
    keep_result_max_bytes: int
    limits: dict[TopicRole, int]
    """Largest batch that each output topic takes, bytes."""
    consumer: str
    """Group id, for the letter."""
    version: str
    letter_dialect: LetterDialect = "none"
    """Whose headers letters carry beside ours."""
    source: bytes = field(init=False)
    """What the sources of this partition's records have in common."""
    surely_fits: int = field(init=False)
    """Bytes of key and value of a result that its topic takes whatever its headers are."""

    def __post_init__(self) -> None:
        """Work out what every event needs."""
        object.__setattr__(self, "source", source_prefix(self.topic, self.partition))
        object.__setattr__(self, "surely_fits", room(self, "results") - _HEADERS_ROOM)


class OutputTooLargeError(ValueError):
    """A result that its topic would refuse."""


def completed(
    rules: Rules,
    item: InFlight,
    value: Any,
    started_at: float,
    finished_at: float,
) -> Settled:
    """Settle *item* as completed with the processor's answer *value*.

    Args:
        rules: The partition's.
        item: The event.
        value: What the processor returned.
        started_at: Of the successful attempt; seconds since the epoch.
        finished_at: Of the successful attempt; seconds since the epoch.

    Raises:
        UnserialisableError: *value* cannot be written as JSON.
        OutputTooLargeError: The result topic would refuse it.
    """
    record = item.record
    offset = record.offset
    history, prior, processor = item.history, item.prior, item.processor
    attempts = 1 if history is None else history.count + 1
    keeps = rules.keep_results and value is not None
    encoded = encode_value(value) if keeps else None
    answer = encode_result(
        item.event,
        "success",
        attempts,
        None if processor is None else processor.name,
        started_at if history is None else first_started_at(history),
        finished_at,
        orjson.Fragment(encoded) if encoded is not None else value,
    )
    key = record.key
    # The exact size is only worth its microsecond where it might matter.
    if len(answer) + len(key or b"") > rules.surely_fits:
        _check_size(rules, OutputRecord(key, answer, source_header(record)))
    if prior is None and encoded is None:
        entry = encode_completed(offset, item.fingerprint, finished_at)
        headers = headers_of(rules.source, offset)
    else:
        headers = source_header(record)
        entry = encode(_completed_entry(rules, item, encoded, finished_at))
    # Around the tuple's own constructor, in Python, half of the cost would be the call.
    return _new(
        Settled,
        (
            item.position,
            item.key,
            entry,
            finished_at,
            _new(OutputRecord, (key, answer, headers)),
            None,
            item,
            item.weight,
            None,
            attempts,
            record.timestamp,
            None,
        ),
    )


def journalled(item: InFlight) -> bytes:
    """Return the entry of an event that has failed and will be tried again soon.

    Announced in a group it stays so, for its next attempt; alone it has survived, and others may
    run beside its next one.
    """
    entry = takeover(item.prior, input_offset=item.record.offset, fingerprint=item.fingerprint)
    crash = entry.crash
    if crash is not None and crash.stage == "alone":
        crash = None
    return encode(replace(entry, history=item.history, policy=item.policy_name, crash=crash))


def _completed_entry(
    rules: Rules,
    item: InFlight,
    encoded: bytes | None,
    now: float,
) -> Entry:
    prior = item.prior
    if prior is not None and prior.parked is not None and _leaves_little(item, prior, encoded):
        answered = prior.input_offset, prior.control_offset
        return Entry("completed", prior.fingerprints, *answered, settled_at=now)
    entry = takeover(prior, input_offset=item.record.offset, fingerprint=item.fingerprint)
    letter = entry.letter
    kept: bytes | None = None
    hashed: str | None = None
    if encoded is not None and rules.keep_results:
        if len(encoded) <= rules.keep_result_max_bytes:
            kept = encoded
        else:
            hashed = "b1:" + blake2b(encoded, digest_size=16).hexdigest()
    return replace(
        finished(entry, "completed", now),
        result=kept,
        result_hash=hashed,
        letter=letter.resolved() if letter is not None else None,
    )


def _leaves_little(item: InFlight, prior: Entry, encoded: bytes | None) -> bool:
    """Whether nothing is kept of a parked event but that it is done: of nearly all of them."""
    return (
        encoded is None
        and prior.letter is None
        and prior.act is None
        and item.fingerprint in prior.fingerprints
    )


def room(rules: Rules, role: Literal["results", "dlq", "state"]) -> int:
    """Return the most that one record of a topic may take, bytes."""
    return rules.limits[role] - BATCH_OVERHEAD


def _check_size(rules: Rules, result: OutputRecord) -> None:
    limit = room(rules, "results")
    size = output_bytes(result)
    if size > limit:
        raise OutputTooLargeError(
            f"the result takes {size} bytes, its topic takes {limit} at most: return less, or "
            "raise the topic's max.message.bytes",
        )
