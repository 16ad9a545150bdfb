"""With what entry does an event begin that came by the control topic?

Its control record is passed as soon as that entry, or what the event has become by then, is
committed: so it holds the record, like one of a parked event.  What was at an input offset of this
partition keeps answering for it; an offset of another partition says nothing here.
"""

from dataclasses import replace

from consumer.core.ledger_entry import Entry, takeover
from consumer.core.letter_mark import LetterAct, LetterMark, LetterState
from consumer.core.parked_event import Parked, copied
from consumer.core.record import LogRecord, Record


def arrived(
    known: Entry | None,
    record: Record,
    *,
    fingerprint: str,
    own_offset: int | None,
    control_offset: int | None,
    seq: int,
    now: float,
) -> Entry:
    """Return the entry of an event that is accepted; due at once, its attempts start anew.

    Args:
        known: The entry that it takes over, if there is one; its ``holds`` stays for whoever asks
            which lane it leads, and must not be written.
        record: What it is; with the coordinates that it was first read at.
        fingerprint: Of that record.
        own_offset: Its place in this partition's input; None where it was read in another.
        control_offset: Of its control record; None of one that only waits for an answer.
        seq: Its place in its lane.
        now: Seconds since the epoch.
    """
    kept = Parked(record if isinstance(record, LogRecord) else copied(record), seq, now, now)
    if known is None:
        return Entry("parked", (fingerprint,), own_offset, control_offset, parked=kept)
    answered = known.input_offset
    place = own_offset if own_offset is not None else answered
    return replace(
        takeover(known, input_offset=place or 0, fingerprint=fingerprint),
        status="parked",
        input_offset=None if place is None else max(place, answered or 0),
        control_offset=control_offset,
        parked=kept,
        history=None,
        crash=None,
    )


def redriven(entry: Entry, mark: LetterMark | None, act: LetterAct) -> Entry:
    """Return *entry*, of an event that arrived, as one that *act* asked for.

    Args:
        entry: As ``arrived`` made it.
        mark: Of the letter that is redriven, where it stands under another key; None where the
            entry's own counts.
        act: The redrive or replay.
    """
    letter = entry.letter if mark is None else mark
    if letter is not None:
        letter = replace(letter, state="redriven", act=act, moved_to=None)
    return replace(entry, letter=letter, act=act)


def written(entry: Entry) -> Entry:
    """Return *entry* as it is written: without the lane that its letter has held."""
    return entry if entry.holds is None else replace(entry, holds=None)


def closed(
    entry: Entry,
    state: LetterState,
    act: LetterAct,
    *,
    control_offset: int,
    moved_to: str | None = None,
) -> Entry:
    """Return the *entry* of a letter that is done without running under this key.

    Args:
        entry: It holds the letter, open.
        state: resolved, discarded, or redriven where its record goes on under *moved_to*.
        act: What closed it.
        control_offset: Of the act.
        moved_to: Ledger key of the event.

    Raises:
        ValueError: The entry has no letter.
    """
    mark = entry.letter
    if mark is None:
        raise ValueError(f"an entry without a letter cannot be {state}: {entry}")
    letter = replace(mark, state=state, act=act, moved_to=moved_to)
    status = "discarded" if state == "discarded" else entry.status
    return replace(entry, status=status, letter=letter, holds=None, control_offset=control_offset)
