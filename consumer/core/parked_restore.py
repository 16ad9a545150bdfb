"""Who waits where, after a restart?

The ledger holds the parked events of a partition in no order; ``seq`` is their order.
"""

from collections import Counter
from collections.abc import Iterable
from operator import itemgetter
from typing import Literal

from consumer.core.lanes import WHOLE_PARTITION, LaneKey, lane_of
from consumer.core.ledger_entry import Entry, EntryStatus
from consumer.core.parked_event import Parked
from consumer.core.parked_lanes import ParkedLane, ParkedLanes

Ordering = Literal["key", "partition", "none"]
AT_ONCE = 0.0
"""Due time of what is due whatever the time is: seconds since the epoch."""
_COMPLETED = b'{"v":1,"status":"completed"'


def may_wait(encoded: bytes) -> bool:
    """Whether an entry may be one for ``restored_lanes``; quick, for a ledger of millions."""
    return not encoded.startswith(_COMPLETED)


def restored_lanes(
    entries: Iterable[tuple[str, int, Entry]], *, ordering: Ordering, next_seq: int, now: float
) -> ParkedLanes:
    """Return the parked lanes of a partition.

    Heads due by *now* were missed, as were those that were running, or have no due time because
    the one before them had settled.

    Args:
        entries: Ledger key, bytes of key and entry, entry; all but those that are parked, or whose
            letter holds a lane, are passed over.
        ordering: As it is set now; it may have been another when they were parked.
        next_seq: As ``progress`` has it.
        now: Seconds since the epoch.
    """
    # Without the records: together they may be larger than the rest of the process.
    waiting: list[tuple[int, ParkedLane, str, float, float, int]] = []
    holds: list[tuple[int, LaneKey, str]] = []
    policies: Counter[str] = Counter()
    for key, size, entry in entries:
        if entry.parked is not None:
            parked, due_at = entry.parked, _due_at(entry.parked, entry.status)
            lane = parked_lane(lane_of(ordering, parked.record.key), key)
            policies[entry.policy or ""] += 1
            waiting.append((parked.seq, lane, key, due_at, parked.parked_at, size))
        elif entry.holds is not None and entry.letter is not None:
            held = _held_lane(ordering, entry.holds.lane)
            if held is not None:
                holds.append((entry.holds.seq, held, entry.letter.dlq_ids[-1]))
    waiting.sort(key=itemgetter(0))
    holds.sort(key=itemgetter(0))
    # Whatever was counted, nobody who comes now may get a place before these.
    behind = [found[-1][0] + 1 for found in (waiting, holds) if found]
    lanes = ParkedLanes(max([next_seq, *behind]))
    for _, held, dlq_id in holds:
        lanes.hold(held, dlq_id)
    for _, lane, key, due_at, parked_at, size in waiting:
        lanes.restore(lane, key, due_at=due_at, parked_at=parked_at, size=size)
    lanes.restored(now)
    lanes.load.by_policy.update(policies)
    return lanes


def parked_lane(lane: LaneKey | None, ledger_key: str) -> ParkedLane:
    """Return where an event of *lane* is parked: one with a lane of its own under its own key."""
    return ledger_key if lane is None else lane


def _due_at(parked: Parked, status: EntryStatus) -> float:
    if status == "running" or parked.due_at is None:
        return AT_ONCE
    return parked.due_at


def _held_lane(ordering: Ordering, lane: LaneKey) -> LaneKey | None:
    """Return what a lane that was held is by *ordering*; None where there is no such lane."""
    if ordering == "partition":
        return WHOLE_PARTITION
    return lane if ordering == "key" and isinstance(lane, bytes) else None
