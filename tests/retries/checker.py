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

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests.faults.checker import Place
from tests.retries.attempts import SETTLED, Attempt, Known, StateEntry, Story, repeats

_KEPT = 20
"""Attempts that an entry remembers: the first and the last 19."""
_START_SECONDS = 1.0
"""From the start of an attempt, as the worker notes it, to the processor's first line."""
_ROUNDING_SECONDS = 0.001


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
    known = Known(story.entries)
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


def _early(attempts: Iterable[Attempt], known: Known) -> Iterator[str]:
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


def _wrong_numbers(attempts: Iterable[Attempt], known: Known) -> Iterator[str]:
    for each in attempts:
        entry = known.at(each.event_id, each.began_at)
        committed = entry.count if entry is not None else 0
        is_settled = entry is not None and entry.status in SETTLED
        if not is_settled and each.number != committed + 1:
            yield f"{_name(each)} was made with {committed} attempts committed"


def _after_the_end(attempts: Iterable[Attempt], known: Known) -> Iterator[str]:
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
