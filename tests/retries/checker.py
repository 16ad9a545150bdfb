"""Was any attempt early, out of order, or counted wrongly?

A pure function of what the topics hold and of what the processors wrote down.  What has to be so:

* an attempt begins no earlier than the due time that the ledger held by then, and that is no
  earlier than the failure asked for;
* its number is one more than the attempts that were committed by then: none is skipped, and none
  is repeated but where its outcome was not committed, because its process was killed;
* the ledger remembers the attempts that were made, each once, and the result counts them all;
* attempts at the events of a key are made one at a time, and by one process in log order.

``tests.faults.checker`` says whether anything is lost or doubled, and whether results are in order.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from tests.faults.checker import History, Place

SETTLED = frozenset({"completed", "dead_lettered", "discarded"})
_KEPT = 20
"""Attempts that an entry remembers: the first and the last 19."""
_START_SECONDS = 1.0
"""From the start of an attempt, as the worker notes it, to the processor's first line."""
_ROUNDING_SECONDS = 0.001


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


@dataclass(frozen=True, slots=True)
class RetryFindings:
    """What is wrong, one sentence each, by the name of the figure it counts for."""

    found: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        """Return how many findings there are whose names begin with *kind*."""
        return sum(len(each) for name, each in self.found.items() if name.startswith(kind))


def check_retries(
    story: Story, asked_delay: Callable[[str, int], float] | None = None
) -> RetryFindings:
    """Return what is wrong with the attempts of *story*.

    Args:
        story: What the run left.
        asked_delay: The seconds that the failure of an event's attempt asked for, by event id and
            number; None where it asked for none.
    """
    known = _Known(story.entries)
    return RetryFindings(
        {
            "early_attempts": list(_early(story.attempts, known)),
            "early_due_times": list(_due_too_soon(story.entries, asked_delay)),
            "attempts_numbered": list(_wrong_numbers(story.attempts, known)),
            "attempts_after_the_end": list(_after_the_end(story.attempts, known)),
            "attempts_skipped": list(_skipped(story.entries)),
            "attempts_miscounted": list(_miscounted(story)),
            "attempts_unremembered": list(_unremembered(story)),
            "attempts_repeated": list(_repeated(story)),
            "order_of_attempts": list(_against_the_log(story)),
            "order_overlaps": list(_overlaps(story)),
        }
    )


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
    known = _Known(story.entries)
    for each in story.attempts:
        entry = known.at(each.event_id, each.began_at)
        if entry is not None and entry.due_at is not None:
            yield each, entry.due_at


class _Known:
    """What the ledger held of an event at a time."""

    def __init__(self, entries: Mapping[str, Sequence[StateEntry]]) -> None:
        self._entries = entries
        self._times = {name: [each.at for each in found] for name, found in entries.items()}

    def at(self, event_id: str, time: float) -> StateEntry | None:
        """Return the newest entry that was written by *time*."""
        position = bisect_right(self._times.get(event_id, ()), time)
        return self._entries[event_id][position - 1] if position else None


def _early(attempts: Iterable[Attempt], known: _Known) -> Iterator[str]:
    for each in attempts:
        entry = known.at(each.event_id, each.began_at)
        if entry is not None and entry.due_at is not None and each.began_at < entry.due_at:
            seconds = entry.due_at - each.began_at
            yield f"{_name(each)} began {seconds:.3f} s before it was due"


def _due_too_soon(
    entries: Mapping[str, Sequence[StateEntry]],
    asked_delay: Callable[[str, int], float] | None,
) -> Iterator[str]:
    for event_id, found in entries.items():
        for each in found:
            if asked_delay is None or each.due_at is None or not each.failed:
                continue
            last = each.failed[-1]
            asked = asked_delay(event_id, last.number)
            got = each.due_at - last.ended_at
            if got < asked - _ROUNDING_SECONDS:
                yield f"attempt {last.number} of {event_id} asked for {asked} s and got {got:.3f}"


def _wrong_numbers(attempts: Iterable[Attempt], known: _Known) -> Iterator[str]:
    for each in attempts:
        entry = known.at(each.event_id, each.began_at)
        committed = entry.count if entry is not None else 0
        is_settled = entry is not None and entry.status in SETTLED
        if not is_settled and each.number != committed + 1:
            yield f"{_name(each)} was made with {committed} attempts committed"


def _after_the_end(attempts: Iterable[Attempt], known: _Known) -> Iterator[str]:
    for each in attempts:
        entry = known.at(each.event_id, each.began_at)
        if entry is not None and entry.status in SETTLED:
            yield f"{_name(each)} was made when it was {entry.status}"


def _skipped(entries: Mapping[str, Sequence[StateEntry]]) -> Iterator[str]:
    for event_id, found in entries.items():
        unfinished = [each for each in found if each.status not in SETTLED]
        for entry in unfinished:
            numbers = [each.number for each in entry.failed]
            expected = range(1, entry.count + 1)
            if numbers != [*expected[:1], *expected[1:][-_KEPT + 1 :]]:
                yield f"{event_id} remembers the attempts {numbers}"
        for before, after in pairwise((0, *(each.count for each in unfinished))):
            if after not in (before, before + 1):
                yield f"{event_id} had {before} failed attempts, then {after}"


def _miscounted(story: Story) -> Iterator[str]:
    """Compare the attempts that a result counts with the ledger and with those made."""
    made: dict[str, set[int]] = defaultdict(set)
    for each in story.attempts:
        made[each.event_id].add(each.number)
    for result in story.history.results:
        event_id = result.event_id
        if event_id is None or result.status != "success":
            continue
        found = story.entries.get(event_id, ())
        committed = max((each.count for each in found), default=0)
        if result.attempts != committed + 1:
            yield f"{event_id} counts {result.attempts} attempts, {committed} failed"
        if made[event_id] != set(range(1, (result.attempts or 0) + 1)):
            yield f"{event_id} counts {result.attempts} attempts, made {sorted(made[event_id])}"


def _unremembered(story: Story) -> Iterator[str]:
    """Look for attempts of the ledger that nobody made."""
    made: dict[tuple[str, int], list[float]] = defaultdict(list)
    for each in story.attempts:
        if each.ended_at is not None and not each.succeeded:
            made[each.event_id, each.number].append(each.began_at)
    for event_id, found in story.entries.items():
        remembered = {failed for entry in found for failed in entry.failed}
        for failed in remembered:
            began = made[event_id, failed.number]
            if not any(0 <= at - failed.started_at < _START_SECONDS for at in began):
                yield f"attempt {failed.number} of {event_id} is remembered and was not made"


def _repeated(story: Story) -> Iterator[str]:
    """Look for attempts made again although the process that made them could commit them."""
    for before, again in repeats(story.attempts):
        if before.pid not in story.killed and before.pid not in story.lost:
            yield f"{_name(again)} was made before, by {before.pid}, which lived"


def _by_key(story: Story) -> Iterator[tuple[bytes, list[Attempt]]]:
    keys = {each.event_id: each.key for each in story.history.input}
    attempts: dict[bytes, list[Attempt]] = defaultdict(list)
    for each in story.attempts:
        key = keys.get(each.event_id)
        if key is not None:
            attempts[key].append(each)
    yield from attempts.items()


def _against_the_log(story: Story) -> Iterator[str]:
    for key, attempts in _by_key(story):
        newest: dict[int, Place] = {}
        for each in attempts:
            if each.pid in story.lost:
                continue  # it has read some records again
            if each.place < newest.get(each.pid, each.place):
                yield f"key {key!r}: {_name(each)} follows {newest[each.pid]}"
            newest[each.pid] = each.place


def _overlaps(story: Story) -> Iterator[str]:
    for key, attempts in _by_key(story):
        for before, after in pairwise(attempts):
            if before.pid in story.lost or before.ended_at is None:
                continue
            if after.began_at < before.ended_at:
                yield f"key {key!r}: {_name(after)} began before {_name(before)} had ended"


def _name(attempt: Attempt) -> str:
    return f"attempt {attempt.number} of {attempt.event_id} at {attempt.place}"
