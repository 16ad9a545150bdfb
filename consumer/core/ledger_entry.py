"""What is known of one event id, and how is it written?

::

                 +---------- retry later ---------+
                 v                                |
    (new) --> running --> completed             parked <-- behind a parked event of the same key
                 |  +---> dead_lettered --redrive, resend--> running
                 |                +--------discard---------> discarded
                 +--> (settled entries) --window over--> (forgotten, by tombstone)

``running`` is written when an unfinished event must be remembered, else it is a state in memory.
The entry is JSON, versioned; one of a completed event without a kept result has under 150 bytes.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson

from consumer.core.exact_bytes import exact
from consumer.core.failure import History
from consumer.core.ledger_history import history_members, history_of
from consumer.core.letter_mark import (
    LetterAct,
    LetterMark,
    LetterState,
    act_members,
    act_of,
    letter_members,
    letter_of,
)
from consumer.core.parked_event import (
    Crash,
    Hold,
    Parked,
    crash_members,
    crash_of,
    hold_members,
    hold_of,
    parked_members,
    parked_of,
)

VERSION = 1
_MICROSECOND_DIGITS = 6
__all__ = [
    "SETTLED",
    "VERSION",
    "Entry",
    "EntryStatus",
    "LetterMark",
    "LetterState",
    "UnknownEntryVersionError",
    "answering",
    "decode_entry",
    "encode",
    "encode_completed",
    "finished",
    "takeover",
]

EntryStatus = Literal["running", "parked", "completed", "dead_lettered", "discarded"]
SETTLED: frozenset[EntryStatus] = frozenset({"completed", "dead_lettered", "discarded"})


class UnknownEntryVersionError(ValueError):
    """An entry was written by a newer Everonce: this one must not touch the ledger."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger, decoded."""

    status: EntryStatus
    fingerprints: tuple[str, ...] = ()
    """Accepted contents: the original, and corrected ones."""
    input_offset: int | None = None
    """Highest input offset that this entry has answered."""
    control_offset: int | None = None
    """Highest control offset that this entry has answered."""
    settled_at: float | None = None
    """Seconds since the epoch; None while unfinished."""
    history: History | None = None
    """Failed attempts, while unfinished."""
    policy: str | None = None
    result: bytes | None = None
    """The processor's answer as JSON, where it is kept."""
    result_hash: str | None = None
    """Of an answer too large to be kept."""
    letter: LetterMark | None = None
    parked: Parked | None = None
    """What is kept of an unfinished event whose offset is passed; also while it runs."""
    holds: Hold | None = None
    """The lane that waits for what becomes of its letter; also while a resend of it runs."""
    crash: Crash | None = None
    """How it was announced, where it may be what kills the process."""
    act: LetterAct | None = None
    """What made it run, while it is unfinished: a redrive or a replay; of a replay also after
    that, so that it does not run twice where its desk asks twice."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing more happens unless someone asks."""
        return self.status in SETTLED

    def has_answered_control(self, offset: int) -> bool:
        """Whether the control record at *offset* is part of what this entry says."""
        return self.control_offset is not None and offset <= self.control_offset

    @property
    def letter_is_open(self) -> bool:
        """Whether its newest dead letter waits for an operator."""
        return self.letter is not None and self.letter.state == "open"


def encode_completed(input_offset: int, fingerprint: str, settled_at: float) -> bytes:
    """Return the entry of a plain completed event: the hot path's short cut for ``encode``.

    *settled_at* is seconds since the epoch, kept to the microsecond.
    """
    digits = str(round(settled_at * 1e6))
    if len(digits) <= _MICROSECOND_DIGITS:
        return encode(Entry("completed", (fingerprint,), input_offset, settled_at=settled_at))
    # A fingerprint holds nothing that JSON would escape.
    return (
        f'{{"v":{VERSION},"status":"completed","offsets":{{"input":{input_offset}}},'
        f'"fingerprints":["{fingerprint}"],'
        f'"settled_at":{digits[:-_MICROSECOND_DIGITS]}.{digits[-_MICROSECOND_DIGITS:]}}}'
    ).encode()


def encode(entry: Entry) -> bytes:
    """Return *entry* as it is written; what is None or empty is left out."""
    offsets = {"input": entry.input_offset, "control": entry.control_offset}
    document: dict[str, Any] = {
        "v": VERSION,
        "status": entry.status,
        "offsets": {topic: offset for topic, offset in offsets.items() if offset is not None},
        "fingerprints": list(entry.fingerprints),
    }
    if entry.history is not None and entry.history.attempts:
        document |= history_members(entry.history)
    if entry.parked is not None:
        document |= parked_members(entry.parked)
    if entry.letter is not None:
        document["letter"] = letter_members(entry.letter)
    optional = {
        "policy": entry.policy,
        # As text: parsed and written again, numbers beyond 64 bits would change.
        "result": entry.result.decode() if entry.result is not None else None,
        "result_hash": entry.result_hash,
        "settled_at": entry.settled_at,
        "holds": hold_members(entry.holds) if entry.holds is not None else None,
        "crash": crash_members(entry.crash) if entry.crash is not None else None,
        "act": act_members(entry.act) if entry.act is not None else None,
    }
    document |= {name: value for name, value in optional.items() if value is not None}
    return exact(orjson.dumps(document))


def decode_entry(value: bytes) -> Entry:
    """Return the entry in *value*.

    Raises:
        UnknownEntryVersionError: It is of a version that this code does not know.
    """
    document = orjson.loads(value)
    if document.get("v") != VERSION:
        raise UnknownEntryVersionError(
            f"the ledger holds an entry of version {document.get('v')!r}, this is Everonce for "
            f"version {VERSION}: run the newer Everonce that wrote it",
        )
    offsets = document.get("offsets", {})
    return Entry(
        status=document["status"],
        fingerprints=tuple(document.get("fingerprints", ())),
        input_offset=offsets.get("input"),
        control_offset=offsets.get("control"),
        settled_at=document.get("settled_at"),
        history=history_of(document),
        policy=document.get("policy"),
        result=document["result"].encode() if "result" in document else None,
        result_hash=document.get("result_hash"),
        letter=letter_of(document.get("letter")),
        parked=parked_of(document),
        holds=hold_of(document.get("holds")),
        crash=crash_of(document.get("crash")),
        act=act_of(document.get("act")),
    )


def takeover(entry: Entry | None, *, input_offset: int, fingerprint: str) -> Entry:
    """Return what the entry is once the record at *input_offset* has taken it over.

    Offsets only rise and fingerprints add up: an earlier record of the id that is read again
    finds itself answered.  A parked event goes on with the record that it holds, whose offset was
    answered when it was parked.  A resend keeps the lane waiting that its letter holds.
    """
    if entry is None:
        return Entry("running", (fingerprint,), input_offset)
    known, answered = entry.fingerprints, entry.input_offset
    return replace(
        entry,
        status="running",
        fingerprints=known if fingerprint in known else (*known, fingerprint),
        input_offset=answered if entry.parked is not None else max(input_offset, answered or 0),
        settled_at=None,
        result=None,
        result_hash=None,
        letter=None if entry.letter is None else entry.letter.taken_over(),
        act=None if entry.is_settled else entry.act,
    )


def finished(entry: Entry, status: EntryStatus, settled_at: float) -> Entry:
    """Return *entry* settled as *status*, without what only an unfinished event needs."""
    return replace(
        entry,
        status=status,
        settled_at=settled_at,
        history=None,
        policy=None,
        parked=None,
        holds=None,
        crash=None,
        act=entry.act if entry.act is not None and entry.act.kind == "replay" else None,
    )


def answering(entry: Entry, offset: int) -> Entry:
    """Return *entry* once it has answered the record at input *offset* too.

    For a duplicate of a parked event: read again, it must not be taken for a resend of what may
    have become a dead letter meanwhile.
    """
    return replace(entry, input_offset=max(offset, entry.input_offset or 0))
