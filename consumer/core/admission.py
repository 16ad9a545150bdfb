"""What does the ledger know of an event that was just read?

Decided at reading, in log order, against what is in flight (its commit not yet answered) and the
ledger; the rules of DESIGN section 5.3 in their order.  What comes by the control topic is judged
by ``consumer.core.acting`` first.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Any, assert_never

from consumer.core.failure import Failure
from consumer.core.fingerprint import same_content
from consumer.core.ledger_entry import Entry, EntryStatus
from consumer.core.retry import GiveUp
from processors.contract import WorkflowEvent


class Admission(Enum):
    """What an event is, to the ledger."""

    NEW = auto()
    """Its id is not known: it runs."""
    UNFINISHED = auto()
    """It is the entry's own record, was not finished, and nobody else holds it: it runs on."""
    REREAD = auto()
    """It was judged before a crash or a rebalance: skipped, never judged again.  What was parked
    runs from the ledger."""
    DUPLICATE = auto()
    """The same event once more."""
    CONFLICT = auto()
    """The same id with another content."""
    RESEND = auto()
    """Published again while its dead letter is open, or discarded and now corrected."""


def against_in_flight(
    offset: int, fingerprint: str, accepted: Iterable[str], prior: Entry | None
) -> Admission:
    """Judge the event at input *offset* whose id is in flight.

    Args:
        offset: Its place.
        fingerprint: Its content.
        accepted: Contents that count as the event in flight.
        prior: The entry that that one takes over: a parked event may run before its own record,
            and those of its duplicates, have been read again.
    """
    answered = prior.input_offset if prior is not None else None
    if answered is not None and offset <= answered:
        return Admission.REREAD
    return against_known(fingerprint, accepted)


def against_entry(offset: int, fingerprint: str, entry: Entry) -> Admission:
    """Judge the event at input *offset* against what is known of its id."""
    answered = entry.input_offset
    if answered is not None and offset <= answered:
        unfinished = not entry.is_settled and entry.parked is None and offset == answered
        return Admission.UNFINISHED if unfinished else Admission.REREAD
    return against_known(fingerprint, entry.fingerprints, entry.status)


def against_known(
    fingerprint: str, accepted: Iterable[str], status: EntryStatus = "running"
) -> Admission:
    """Judge an event whose id is known, wherever it was read.

    Args:
        fingerprint: Its content.
        accepted: Contents that count as the one that is known.
        status: How far that one has come.
    """
    same = same_content(fingerprint, accepted)
    match status:
        case "running" | "parked" | "completed":
            return Admission.DUPLICATE if same else Admission.CONFLICT
        case "dead_lettered":
            return Admission.RESEND
        case "discarded":
            return Admission.DUPLICATE if same else Admission.RESEND
        case _:
            assert_never(status)


def conflict(event: WorkflowEvent[Any]) -> GiveUp:
    """Return why an event is given up whose id was used before for another content."""
    failure = Failure(
        "IDEMPOTENCY_CONFLICT",
        f"event id {event.event_id!r} was used before for an event with another content: "
        "give each event an id of its own, or set dedup.on_conflict",
        "permanent",
        "admission",
    )
    return GiveUp("conflict", failure, failure)
