"""What does the outcome of an event leave behind: which result, letter and ledger entry?

Everything returned here goes into one transaction with the offset that passes the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Literal, NamedTuple

import orjson

from consumer.core.dead_letter import DeadLetter, LetterContext, build_letter
from consumer.core.dedup_key import coordinates_key
from consumer.core.failure import Failure, first_started_at
from consumer.core.in_flight import InFlight
from consumer.core.json_value import encode_value
from consumer.core.ledger_entry import (
    Entry,
    LetterMark,
    decode_entry,
    encode,
    encode_completed,
    takeover,
)
from consumer.core.output import BATCH_OVERHEAD, OutputRecord, TopicRole, output_bytes
from consumer.core.record import Record, record_bytes
from consumer.core.result import encode_result
from consumer.core.retry import GiveUp
from consumer.core.source_header import headers_of, source_header, source_prefix

_HEADERS_ROOM = 4096
_new = tuple.__new__


class Settled(NamedTuple):
    """One record is done: what it leaves behind."""

    offset: int
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
    source: bytes = field(init=False)
    """What the sources of this partition's records have in common."""
    surely_fits: int = field(init=False)
    """Bytes of key and value of a result that its topic takes whatever its headers are."""

    def __post_init__(self) -> None:
        """Work out what every event needs."""
        object.__setattr__(self, "source", source_prefix(self.topic, self.partition))
        object.__setattr__(self, "surely_fits", _room(self, "results") - _HEADERS_ROOM)


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
    else:
        entry = encode(_completed_entry(rules, item, encoded, finished_at))
    # Around the tuple's own constructor, in Python, half of the cost would be the call.
    return _new(
        Settled,
        (
            offset,
            item.key,
            entry,
            finished_at,
            _new(OutputRecord, (key, answer, headers_of(rules.source, offset))),
            None,
            item,
            item.weight,
            None,
            attempts,
            record.timestamp,
        ),
    )


def dead_lettered(
    rules: Rules,
    item: InFlight,
    give_up: GiveUp,
    *,
    now: float,
) -> Settled:
    """Settle *item* with a letter, and an ``error`` result that names it."""
    record, event, known = item.record, item.event, item.prior
    previous = known.letter if known is not None else None
    letter = build_letter(
        record,
        event=event,
        ledger_key=item.key,
        give_up=give_up,
        history=item.history,
        context=_context(rules, item),
        previous_dlq_ids=previous.dlq_ids if previous is not None else (),
        redrive_count=previous.count if previous is not None else 0,
        max_bytes=_room(rules, "dlq"),
        now=now,
    )
    result = OutputRecord(
        record.key,
        encode_result(
            event,
            "error",
            attempts=item.attempts,
            processor=item.processor.name if item.processor is not None else None,
            started_at=first_started_at(item.history) if item.history is not None else now,
            finished_at=now,
            error=give_up.failure,
            dlq_id=letter.dlq_id,
        ),
        source_header(record),
    )
    entry = replace(
        takeover(known, input_offset=record.offset, fingerprint=item.fingerprint),
        status="dead_lettered",
        settled_at=now,
        history=None,
        policy=None,
        letter=LetterMark.after(previous, letter.dlq_id, now),
    )
    return Settled(
        record.offset,
        item.key,
        encode(entry),
        now,
        result,
        _letter_record(letter),
        item,
        item.weight,
        letter.dlq_id,
        item.attempts,
        record.timestamp,
    )


def poison(rules: Rules, record: Record, failure: Failure, *, now: float) -> Settled:
    """Settle a record that says nothing we can read; the entry stands under its coordinates."""
    key = coordinates_key(record.topic, record.partition, record.offset)
    letter = build_letter(
        record,
        event=None,
        ledger_key=key,
        give_up=GiveUp("poison", failure, failure),
        history=None,
        context=_context(rules, None),
        previous_dlq_ids=(),
        redrive_count=0,
        max_bytes=_room(rules, "dlq"),
        now=now,
    )
    entry = Entry(
        "dead_lettered",
        input_offset=record.offset,
        settled_at=now,
        letter=LetterMark.after(None, letter.dlq_id, now),
    )
    weight = record_bytes(record)
    return Settled(
        record.offset,
        key,
        encode(entry),
        now,
        None,
        _letter_record(letter),
        None,
        weight,
        letter.dlq_id,
        0,
        record.timestamp,
    )


def raised(settled: Settled, dropped: Sequence[int]) -> bytes:
    """Return the entry of a dead-lettered event that has answered its duplicates too."""
    entry = decode_entry(settled.entry)
    highest = max(entry.input_offset or 0, *dropped)
    return encode(replace(entry, input_offset=highest))


def journalled(item: InFlight) -> bytes:
    """Return the entry of an event that has failed and will be tried again soon."""
    entry = takeover(item.prior, input_offset=item.record.offset, fingerprint=item.fingerprint)
    return encode(replace(entry, history=item.history, policy=item.policy_name))


def _completed_entry(
    rules: Rules,
    item: InFlight,
    encoded: bytes | None,
    now: float,
) -> Entry:
    entry = takeover(item.prior, input_offset=item.record.offset, fingerprint=item.fingerprint)
    letter = entry.letter
    kept: bytes | None = None
    hashed: str | None = None
    if encoded is not None and rules.keep_results:
        if len(encoded) <= rules.keep_result_max_bytes:
            kept = encoded
        else:
            hashed = "b1:" + blake2b(encoded, digest_size=16).hexdigest()
    return replace(
        entry,
        status="completed",
        settled_at=now,
        history=None,
        policy=None,
        result=kept,
        result_hash=hashed,
        letter=replace(letter, state="resolved") if letter is not None else None,
    )


def _context(rules: Rules, item: InFlight | None) -> LetterContext:
    return LetterContext(
        processor=item.processor.name if item is not None and item.processor else None,
        policy=item.policy_name if item is not None else None,
        consumer=rules.consumer,
        version=rules.version,
    )


def _letter_record(letter: DeadLetter) -> OutputRecord:
    return OutputRecord(letter.key, letter.value, letter.headers)


def _room(rules: Rules, role: Literal["results", "dlq", "state"]) -> int:
    return rules.limits[role] - BATCH_OVERHEAD


def _check_size(rules: Rules, result: OutputRecord) -> None:
    limit = _room(rules, "results")
    size = output_bytes(result)
    if size > limit:
        raise OutputTooLargeError(
            f"the result takes {size} bytes, its topic takes {limit} at most: return less, or "
            "raise the topic's max.message.bytes",
        )
