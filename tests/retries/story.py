"""What did a run leave of its attempts: in the ledger's log, and on disk?

The whole log of the state topic is read, not its newest entries: it is far too short for the
segment that is compacted next.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from tests.faults.driver import RunOutcome
from tests.faults.fleet import Fleet
from tests.faults.history import read_topic
from tests.faults.topics import Topics
from tests.retries.attempt_log import attempts_in
from tests.retries.attempts import SETTLED, FailedAttempt, StateEntry, Story

_PREFIX = b"e:"
_NOT_CLEAN = (b'"event":"session.lost"', b'"clean":false')


async def read_story(
    bootstrap_servers: str, topics: Topics, outcome: RunOutcome, attempt_log: Path
) -> Story:
    """Read what a run left beside its *outcome*."""
    return Story(
        outcome.history,
        read_attempts(attempt_log),
        await read_entries(bootstrap_servers, topics),
        killed=outcome.fleet.killed,
        lost=_not_clean(outcome.fleet),
    )


def read_attempts(path: Path) -> Sequence[Any]:
    """Return the attempts that the processors wrote to *path*, in the order of their beginnings."""
    return attempts_in(path.read_text().splitlines()) if path.exists() else []


async def read_entries(bootstrap_servers: str, topics: Topics) -> dict[str, list[StateEntry]]:
    """Return every entry that the ledger ever held of an event, by event id."""
    entries: dict[str, list[StateEntry]] = defaultdict(list)
    for record in await read_topic(bootstrap_servers, topics.state):
        if record.key.startswith(_PREFIX) and record.value is not None:
            event_id = record.key.removeprefix(_PREFIX).decode()
            entries[event_id].append(entry_of(record.timestamp / 1000, orjson.loads(record.value)))
    return dict(entries)


async def unfinished(bootstrap_servers: str, topics: Topics) -> int:
    """Return how many events the ledger holds that are not done."""
    entries = await read_entries(bootstrap_servers, topics)
    return sum(found[-1].status not in SETTLED for found in entries.values())


def entry_of(at: float, document: dict[str, Any]) -> StateEntry:
    """Return what an entry says of attempts; *at*: seconds since the epoch."""
    return StateEntry(
        at,
        document["status"],
        tuple(
            FailedAttempt(each["number"], each["started_at"], each["started_at"] + each["duration"])
            for each in document.get("attempts") or ()
        ),
        document.get("due_at"),
    )


def _not_clean(fleet: Fleet) -> set[int]:
    """Return the processes that lost a session, or ended one with attempts cut off."""
    return {pid for pid, line in fleet.lines() if any(each in line for each in _NOT_CLEAN)}
