"""Parked events for the tests of what shows them: one thing varied by the test."""

from dataclasses import replace
from typing import Any

from consumer.commands.waiting.shard import Shard, Waiting
from consumer.core.ledger_entry import Entry, LetterMark, encode
from consumer.core.parked_event import Hold, Parked, copied
from tests.builders import NOW, a_history, a_record, an_entry, event_bytes


def a_parked_entry(
    event_id: str = "one",
    seq: int = 0,
    *,
    key: bytes | None = b"k",
    attempts: int = 1,
    due_at: float | None = NOW + 60,
    value: bytes | None = None,
    **other: Any,
) -> Entry:
    """Return the entry of an event that was parked at NOW and is due a minute later."""
    record = copied(a_record(event_bytes(event_id) if value is None else value, offset=7, key=key))
    values: dict[str, Any] = {
        "history": a_history(attempts) if attempts else None,
        "policy": "standard",
        "parked": Parked(record, seq, NOW, due_at),
    }
    return an_entry(other.pop("status", "parked"), **(values | other))


def a_follower(event_id: str, seq: int, *, key: bytes | None = b"k") -> Entry:
    """Return the entry of an event that was parked behind another."""
    return a_parked_entry(event_id, seq, key=key, attempts=0, due_at=None)


def a_holding_letter(seq: int = 0, *, key: bytes = b"k") -> Entry:
    """Return the entry of an event whose letter holds its key."""
    letter = LetterMark(("letter-9",), 1, "open", NOW)
    return replace(an_entry("dead_lettered"), letter=letter, holds=Hold(key, seq))


def a_shard(entries: dict[str, Entry], partition: int = 3) -> Shard:
    """Return what was told *entries*, by event id or ledger key."""
    shard = Shard(partition)
    for name, entry in entries.items():
        key = name if ":" in name else f"e:{name}"
        shard.remember(key.encode(), encode(entry))
    return shard


def lanes_of(shard: Shard, now: float = NOW) -> list[list[Waiting]]:
    """Return its lanes by key."""
    return shard.lanes(ordering="key", now=now)
