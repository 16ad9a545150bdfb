"""What does the outcome of an event leave behind: which result, letter and ledger entry?

Everything returned here goes into one transaction with the offset that passes the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    finished,
    takeover,
)
from consumer.core.output import BATCH_OVERHEAD, OutputRecord, TopicRole, output_bytes
from consumer.core.parked_event import Hold
from consumer.core.record import Record, record_bytes
from consumer.core.result import encode_result
from consumer.core.retry import GiveUp
from consumer.core.source_header import source_header


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


class OutputTooLargeError(ValueError):
    """A result that its topic would refuse."""


def completed(
    rules: Rules,
    item: InFlight,
    value: Any,
    *,
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
    encoded = encode_value(value) if value is not None else None
    result = OutputRecord(
        record.key,
        encode_result(
            item.event,
            status="success",
            result=orjson.Fragment(encoded) if encoded is not None else None,
            attempts=item.attempts + 1,
            processor=item.processor.name if item.processor is not None else None,
            started_at=started_at if item.history is None else first_started_at(item.history),
            finished_at=finished_at,
        ),
        source_header(record),
    )
    _check_size(rules, "results", result)
    if item.prior is None and not rules.keep_results:
        entry = encode_completed(offset, item.fingerprint, finished_at)
    else:
        entry = encode(_completed_entry(rules, item, encoded, finished_at))
    attempts = item.attempts + 1
    return Settled(
        offset,
        item.key,
        entry,
        finished_at,
        result,
        None,
        item,
        item.weight,
        None,
        attempts,
        record.timestamp,
    )


def dead_lettered(
    rules: Rules,
    item: InFlight,
    give_up: GiveUp,
    *,
    now: float,
    holds: Hold | None = None,
) -> Settled:
    """Settle *item* with a letter, and an ``error`` result that names it.

    Args:
        rules: The partition's.
        item: The event.
        give_up: Why it is given up.
        now: Seconds since the epoch.
        holds: The lane that is to wait for what becomes of the letter, if one is.
    """
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
            status="error",
            error=give_up.failure,
            dlq_id=letter.dlq_id,
            attempts=item.attempts,
            processor=item.processor.name if item.processor is not None else None,
            started_at=first_started_at(item.history) if item.history is not None else now,
            finished_at=now,
        ),
        source_header(record),
    )
    taken = takeover(known, input_offset=record.offset, fingerprint=item.fingerprint)
    entry = replace(
        finished(taken, "dead_lettered", now),
        letter=LetterMark.after(previous, letter.dlq_id, now),
        holds=holds,
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
        finished(entry, "completed", now),
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


def _check_size(rules: Rules, role: Literal["results", "state"], output: OutputRecord) -> None:
    limit = _room(rules, role)
    # The exact size is only worth its microsecond where it might matter.
    if len(output.value or b"") + len(output.key or b"") < limit - 4096:
        return
    size = output_bytes(output)
    if size > limit:
        raise OutputTooLargeError(
            f"the result takes {size} bytes, its topic takes {limit} at most: return less, or "
            "raise the topic's max.message.bytes",
        )
