"""What does an event leave behind that nobody will try again: which letter, and which answer?

Like everything settled, it goes into one transaction with the offset that passes the record.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from consumer.core.dead_letter import DeadLetter, LetterContext, build_letter
from consumer.core.dedup_key import coordinates_key
from consumer.core.failure import Failure, first_started_at
from consumer.core.in_flight import NO_EVENT, InFlight
from consumer.core.ledger_entry import (
    Entry,
    LetterMark,
    decode_entry,
    encode,
    finished,
    takeover,
)
from consumer.core.output import OutputRecord
from consumer.core.parked_event import Hold
from consumer.core.record import Record, record_bytes
from consumer.core.result import encode_result
from consumer.core.retry import GiveUp
from consumer.core.settlement import Rules, Settled, room
from consumer.core.source_header import source_header
from processors.contract import WorkflowEvent


def dead_lettered(
    rules: Rules,
    item: InFlight,
    give_up: GiveUp,
    *,
    now: float,
    holds: Hold | None = None,
) -> Settled:
    """Settle *item* with a letter, and an ``error`` result that names it.

    One that was an event to another version of ours, and is none to this, has no result.

    Args:
        rules: The partition's.
        item: The event.
        give_up: Why it is given up.
        now: Seconds since the epoch.
        holds: The lane that is to wait for what becomes of the letter, if one is.
    """
    record, known = item.record, item.prior
    event = None if item.event is NO_EVENT else item.event
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
        replayed_by=_replayed_by(known),
        dialect=rules.letter_dialect,
        max_bytes=room(rules, "dlq"),
        now=now,
    )
    taken = takeover(known, input_offset=record.offset, fingerprint=item.fingerprint)
    entry = replace(
        finished(taken, "dead_lettered", now),
        letter=LetterMark.after(previous, letter.dlq_id, now),
        holds=holds,
    )
    return Settled(
        item.position,
        item.key,
        encode(entry),
        now,
        None if event is None else _error_result(item, event, give_up, letter.dlq_id, now),
        _letter_record(letter),
        item,
        item.weight,
        letter.dlq_id,
        item.attempts,
        record.timestamp,
    )


def _error_result(
    item: InFlight, event: WorkflowEvent[Any], give_up: GiveUp, dlq_id: str, now: float
) -> OutputRecord:
    return OutputRecord(
        item.record.key,
        encode_result(
            event,
            "error",
            attempts=item.attempts,
            processor=item.processor.name if item.processor is not None else None,
            started_at=first_started_at(item.history) if item.history is not None else now,
            finished_at=now,
            error=give_up.failure,
            dlq_id=dlq_id,
        ),
        source_header(item.record),
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
        dialect=rules.letter_dialect,
        max_bytes=room(rules, "dlq"),
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


def _replayed_by(known: Entry | None) -> str:
    """Return the replay that an unfinished event runs for; empty where it runs for none."""
    act = known.act if known is not None and not known.is_settled else None
    return act.act_id if act is not None and act.kind == "replay" else ""


def _context(rules: Rules, item: InFlight | None) -> LetterContext:
    return LetterContext(
        processor=item.processor.name if item is not None and item.processor else None,
        policy=item.policy_name if item is not None else None,
        consumer=rules.consumer,
        version=rules.version,
    )


def _letter_record(letter: DeadLetter) -> OutputRecord:
    return OutputRecord(letter.key, letter.value, letter.headers)
