"""What is written of an event that waits for a later attempt, or is about to run as a suspect?

A parked event's offset moves on, so its entry holds all that the attempt will need.  Nothing is
ever parked that might not fit the state topic later: room is kept for all that may be added.
"""

from dataclasses import replace

from consumer.core.failure import Failure
from consumer.core.in_flight import InFlight
from consumer.core.ledger_entry import Entry, answering, encode, takeover
from consumer.core.ledger_history import HISTORY_BYTES
from consumer.core.letter_mark import ACT_BYTES
from consumer.core.output import BATCH_OVERHEAD, RECORD_OVERHEAD
from consumer.core.parked_event import Crash, Parked, copied, record_size_at_most
from consumer.core.record import Record
from consumer.core.retry import GiveUp
from consumer.core.settlement import Rules

_REST_BYTES = 2048
"""Everything of an entry but record, history, fingerprints and dlq_ids; the policy's name is 63
characters at most."""
_TEXT_BYTES = 64
"""One fingerprint or dlq_id, quoted."""


def parked(
    item: InFlight,
    *,
    seq: int,
    now: float,
    due_at: float | None = None,
    held_by: str | None = None,
    suspicion: Crash | None = None,
) -> bytes:
    """Return the entry of *item*, parked.

    The input offsets of duplicates that were dropped for it are answered by it.

    Args:
        item: The event, with its attempts so far.
        seq: Its place in its lane.
        now: Seconds since the epoch.
        due_at: When its next attempt is due, seconds since the epoch; None behind another.
        held_by: The dlq_id that holds its lane.
        suspicion: Given where it may have been in flight at a death and has not run since.
    """
    prior = item.prior.parked if item.prior is not None else None
    entry = takeover(item.prior, input_offset=item.record.offset, fingerprint=item.fingerprint)
    if item.dropped:
        entry = answering(entry, max(item.dropped))
    kept = Parked(
        record=prior.record if prior is not None else copied(item.record),
        seq=seq,
        parked_at=prior.parked_at if prior is not None else now,
        due_at=due_at,
        held_by=held_by,
    )
    history, policy = item.history, item.policy_name
    entry = replace(entry, status="parked", history=history, policy=policy, parked=kept)
    return encode(replace(entry, holds=None, crash=suspicion))


def announced(item: InFlight, crash: Crash) -> bytes:
    """Return the entry of *item*, which runs once this is committed: it may kill the process.

    The item goes on from that entry.
    """
    entry = takeover(item.prior, input_offset=item.record.offset, fingerprint=item.fingerprint)
    item.prior = replace(entry, history=item.history, policy=item.policy_name, crash=crash)
    return encode(item.prior)


def may_park(rules: Rules, key: str, record: Record, prior: Entry | None) -> bool:
    """Whether the state topic surely takes the entry of *record*, whatever becomes of it."""
    return parked_bytes_at_most(key, record, prior) <= rules.limits["state"] - BATCH_OVERHEAD


def parked_bytes_at_most(key: str, record: Record, prior: Entry | None) -> int:
    """Return the most that an event takes in a batch of the state topic until it settles.

    Args:
        key: Its ledger key.
        record: What would be kept of it.
        prior: The entry that it takes over.
    """
    texts = 2
    if prior is not None:
        texts += len(prior.fingerprints) + len(prior.letter.dlq_ids if prior.letter else ())
    return (
        RECORD_OVERHEAD
        + len(key.encode())
        + record_size_at_most(record)
        + HISTORY_BYTES
        + _REST_BYTES
        + ACT_BYTES
        + texts * _TEXT_BYTES
    )


def no_room(item: InFlight) -> GiveUp:
    """Return why an event is given up whose key waits in the ledger, where it finds no room."""
    size = len(item.record.value or b"")
    failure = Failure(
        "OUTPUT_REFUSED",
        f"its key waits in the ledger, and the state topic would not take this event of {size} "
        "bytes to wait behind it: raise that topic's max.message.bytes, or send it again later",
        "permanent",
        "parking",
    )
    return GiveUp("refused", failure, failure)
