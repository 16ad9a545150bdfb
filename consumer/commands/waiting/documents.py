"""How is a parked event written as JSON?"""

from collections.abc import Sequence
from typing import Any

import orjson

from consumer.commands.printable import json_line
from consumer.commands.record_json import text_or_base64
from consumer.commands.waiting.shard import Waiting
from consumer.core.dead_letter_members import attempt_members, original_members
from consumer.core.ledger_entry import Entry
from consumer.core.timestamps import rfc3339

Document = dict[str, Any]


def summary_document(each: Waiting, now: float) -> Document:
    """Return what ``everonce retries list`` tells of *each*.

    Args:
        each: A parked event.
        now: Seconds since the epoch.
    """
    return {
        "partition": each.partition,
        "ledger_key": each.ledger_key,
        "event_id": each.event_id,
        "event_type": each.event_type,
        "key": text_or_base64(each.key),
        "state": each.state,
        "due_at": None if each.due_at is None else rfc3339(each.due_at),
        "due_in_seconds": None if each.due_at is None else round(each.due_at - now, 3),
        "policy": each.policy,
        "attempts_made": each.attempts,
        "code": each.code,
        "message": each.message,
        "parked_at": rfc3339(each.parked_at),
        "waits_for": each.waits_for,
        "held_by": each.held_by,
        "events_before": each.before,
        "events_behind": each.behind,
    }


def whole_document(each: Waiting, entry: Entry, behind: Sequence[Waiting], now: float) -> Document:
    """Return everything: what ``everonce retries show`` tells of *each*.

    Args:
        each: A parked event.
        entry: Its entry in the ledger.
        behind: Those that run after it, in order.
        now: Seconds since the epoch.
    """
    document = summary_document(each, now)
    document["behind"] = [_name(other) for other in behind]
    if entry.history is not None:
        document |= attempt_members(entry.history, now)
        if entry.history.last_failure is not None:
            failure = entry.history.last_failure
            document["error"] = {
                "code": failure.code,
                "type": failure.type,
                "message": failure.message,
                "class": failure.failure_class,
                "rule": failure.rule,
                "status_code": failure.status_code,
                "request_id": failure.request_id,
            }
    if entry.letter is not None:
        document["letters"] = list(entry.letter.dlq_ids)
    if entry.crash is not None:
        document["crash"] = {"stage": entry.crash.stage, "at": rfc3339(entry.crash.at)}
    if entry.parked is not None:
        record = entry.parked.record
        document["seq"] = entry.parked.seq
        document["source"] = {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": record.timestamp,
        }
        document["original"] = original_members(record)
    return document


def as_line(document: Document) -> str:
    """Return *document* as one line of JSON, harmless on a terminal."""
    return json_line(orjson.dumps(document).decode())


def _name(each: Waiting) -> Document:
    return {"ledger_key": each.ledger_key, "event_id": each.event_id}
