"""What waits in the ledger of one partition, and in which order will it run?

Pure: told the records of the state topic, it answers by the very rule that a session is restored
by.  Memory is what is parked, not the ledger: whatever does not wait is dropped as it is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from consumer.core.decode import decode
from consumer.core.dedup_key import PROGRESS_KEY
from consumer.core.failure import Failure
from consumer.core.ledger_entry import Entry, decode_entry
from consumer.core.parked_event import Parked
from consumer.core.parked_lanes import ParkedLanes
from consumer.core.parked_restore import Ordering, may_wait, restored_lanes

State = Literal["running", "due", "waiting", "behind", "held"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One parked event, and its place among the others of its lane."""

    partition: int
    ledger_key: str
    event_id: str | None
    """None where this version cannot read its record as an event."""
    event_type: str | None
    key: bytes | None
    """Of its record."""
    policy: str | None
    attempts: int
    """Made so far; none of one that waits behind another."""
    code: str | None
    """Error code of the last attempt."""
    message: str | None
    parked_at: float
    """Seconds since the epoch."""
    due_at: float | None
    """Seconds since the epoch; None where it is due at once, or its turn has not come."""
    state: State = "waiting"
    """running: between two attempts, or in one; due: its time has come; waiting: it will come;
    behind: others of its lane are before it; held: a letter holds its lane."""
    held_by: str | None = None
    """The dlq_id of that letter."""
    waits_for: str | None = None
    """Ledger key of the head of its lane, where that is another."""
    before: int = 0
    """How many of its lane run earlier."""
    behind: int = 0
    """How many of its lane run later."""


class Shard:
    """The parked events of one partition, as the state topic has them."""

    def __init__(self, partition: int) -> None:
        self._partition = partition
        self._entries: dict[str, bytes] = {}

    def remember(self, key: bytes | None, value: bytes | None) -> None:
        """Reflect one record of the state topic.

        Raises:
            UnknownEntryVersionError: The entry is of a version that this code does not know.
            ValueError: It is no entry.
        """
        name = (key or b"").decode()
        if name == PROGRESS_KEY:
            return
        if value is not None and may_wait(value) and _counts(decode_entry(value)):
            self._entries[name] = value
        else:
            self._entries.pop(name, None)

    def __len__(self) -> int:
        """Entries that wait, or make others wait."""
        return len(self._entries)

    def entry(self, ledger_key: str) -> Entry:
        """Return all that is known of a parked event.

        Raises:
            KeyError: It is not parked.
        """
        return decode_entry(self._entries[ledger_key])

    def parked(self) -> Iterator[tuple[str, Parked]]:
        """Yield ledger key and record of each parked event, in no order."""
        for key, encoded in self._entries.items():
            kept = decode_entry(encoded).parked
            if kept is not None:
                yield key, kept

    def lanes(self, *, ordering: Ordering, now: float) -> list[list[Waiting]]:
        """Return who waits, lane by lane, those of each in the order in which they will run.

        Args:
            ordering: As it is set for the consumer.
            now: Seconds since the epoch.
        """
        found: dict[str, Waiting] = {}
        restored = restored_lanes(self._noted(found, now), ordering=ordering, next_seq=0, now=now)
        return [members for members in _members(restored, found) if members]

    def _noted(self, found: dict[str, Waiting], now: float) -> Iterator[tuple[str, int, Entry]]:
        """Yield each entry, and note in *found* what is shown of those that are parked."""
        for key, encoded in self._entries.items():
            entry = decode_entry(encoded)
            if entry.parked is not None:
                found[key] = self._described(key, entry, entry.parked, now)
            yield key, 0, entry

    def _described(self, key: str, entry: Entry, parked: Parked, now: float) -> Waiting:
        event = decode(parked.record.value or b"")
        event_id, event_type = (
            (None, None) if isinstance(event, Failure) else (event.event_id, event.event_type)
        )
        history = entry.history
        failure = history.last_failure if history is not None else None
        return Waiting(
            self._partition,
            key,
            event_id,
            event_type,
            parked.record.key,
            entry.policy,
            history.count if history is not None else 0,
            failure.code if failure is not None else None,
            failure.message if failure is not None else None,
            parked.parked_at,
            parked.due_at,
            _state(entry, parked, now),
        )


def _counts(entry: Entry) -> bool:
    """Whether an entry waits, or makes others wait."""
    return entry.parked is not None or entry.holds is not None


def _state(entry: Entry, parked: Parked, now: float) -> State:
    """Return how things are with a parked event that is the head of its lane."""
    if entry.status == "running":
        return "running"
    return "due" if parked.due_at is None or parked.due_at <= now else "waiting"


def _members(restored: ParkedLanes, found: dict[str, Waiting]) -> Iterator[list[Waiting]]:
    for lane, state in restored.lanes.items():
        heads = [] if state.key is None else [state.key]
        keys = [*heads, *(follower[0] for follower in state.followers or ())]
        held_by = restored.held_by(lane)
        members: list[Waiting] = []
        for before, key in enumerate(keys):
            behind = len(keys) - 1 - before
            each = replace(found[key], before=before, behind=behind, held_by=held_by)
            if held_by is not None:
                each = replace(each, state="held", due_at=None)
            elif before:
                each = replace(each, state="behind", due_at=None, waits_for=keys[0])
            members.append(each)
        yield members
