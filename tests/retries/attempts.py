"""What is known of the attempts of a run, and what did the ledger hold when one began?

Attempts are as their processors wrote them down, entries as the log of the state topic holds them,
each with the time when it was written: together they say what was committed at any moment.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.faults.checker import History, Place

SETTLED = frozenset({"completed", "dead_lettered", "discarded"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of a processor, as it wrote it down; seconds since the epoch."""

    event_id: str
    number: int
    """The first is 1."""
    pid: int
    place: Place
    began_at: float
    ended_at: float | None = None
    """None where the process ended first."""
    succeeded: bool = False

    def ended(self, at: float, succeeded: bool) -> "Attempt":
        """Return it with its end."""
        return replace(self, ended_at=at, succeeded=succeeded)


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """An attempt as the ledger remembers it; seconds since the epoch."""

    number: int
    started_at: float
    ended_at: float


@dataclass(frozen=True, slots=True)
class StateEntry:
    """One committed entry of an event, of all that its ledger ever held."""

    at: float
    """When it was written, seconds since the epoch, rounded down to milliseconds."""
    status: str
    failed: Sequence[FailedAttempt] = ()
    due_at: float | None = None

    @property
    def count(self) -> int:
        """Failed attempts in all."""
        return self.failed[-1].number if self.failed else 0


@dataclass(frozen=True, slots=True)
class Story:
    """What a run left in the topics and on disk."""

    history: History
    attempts: Sequence[Attempt]
    """In the order of their beginnings."""
    entries: Mapping[str, Sequence[StateEntry]]
    """By event id, in the order of the log."""
    killed: Collection[int] = ()
    """Processes that were killed."""
    lost: Collection[int] = ()
    """Processes that lost a session, or could not end one cleanly."""


class Known:
    """What the ledger held of an event at a time."""

    def __init__(self, entries: Mapping[str, Sequence[StateEntry]]) -> None:
        self._entries = entries
        self._times = {name: [each.at for each in found] for name, found in entries.items()}

    def at(self, event_id: str, time: float) -> StateEntry | None:
        """Return the newest entry that was written by *time*."""
        position = bisect_right(self._times.get(event_id, ()), time)
        return self._entries[event_id][position - 1] if position else None


def repeats(attempts: Iterable[Attempt]) -> Iterator[tuple[Attempt, Attempt]]:
    """Yield each attempt that had the number of the one before it, after that one."""
    newest: dict[str, Attempt] = {}
    for each in attempts:
        before = newest.get(each.event_id)
        if before is not None and before.number == each.number:
            yield before, each
        newest[each.event_id] = each


def due_attempts(story: Story) -> Iterator[tuple[Attempt, float]]:
    """Yield the attempts that the ledger held a due time for, with that time."""
    known = Known(story.entries)
    for each in story.attempts:
        entry = known.at(each.event_id, each.began_at)
        if entry is not None and entry.due_at is not None:
            yield each, entry.due_at
