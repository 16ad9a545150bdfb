"""Who waits where, after a restart?

The ledger holds the parked events of a partition in no order; ``seq`` is their order.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Literal

from consumer.core.lanes import WHOLE_PARTITION, LaneKey, lane_of
from consumer.core.ledger_entry import Entry
from consumer.core.parked_lanes import ParkedLane, ParkedLanes

Ordering = Literal["key", "partition", "none"]
AT_ONCE = 0.0
"""Due time of what is due whatever the time is: seconds since the epoch."""
_COMPLETED = b'{"v":1,"status":"completed"'


def may_wait(encoded: bytes) -> bool:
    """Whether an entry may be one for ``restored_lanes``; quick, for a ledger of millions."""
    return not encoded.startswith(_COMPLETED)


def restored_lanes(
    entries: Iterable[tuple[str, int, Entry]],
    *,
    ordering: Ordering,
    next_seq: int,
    now: float,
) -> ParkedLanes:
    """Return the parked lanes of a partition.

    Heads due by *now* were missed, as were those without a due time (the one before them had
    settled) and those that were running: they are due at once.

    Args:
        entries: Ledger key, bytes of key and entry, entry; others than parked ones, and those
            whose letter holds a lane, are passed over.
        ordering: As it is set now; it may have been another when they were parked.
        next_seq: As ``progress`` has it.
        now: Seconds since the epoch.
    """
    waiting: list[tuple[int, str, int, Entry]] = []
    holds: list[tuple[int, ParkedLane, str]] = []
    for key, size, entry in entries:
        if entry.parked is not None:
            waiting.append((entry.parked.seq, key, size, entry))
        elif entry.holds is not None and entry.letter is not None:
            lane = _held_lane(ordering, entry.holds.lane)
            if lane is not None:
                holds.append((entry.holds.seq, lane, entry.letter.dlq_ids[-1]))
    waiting.sort(key=itemgetter(0))
    holds.sort(key=itemgetter(0))
    # Whatever was counted: nobody who comes now may get a place before these.
    lanes = ParkedLanes(max([next_seq, *(found[-1][0] + 1 for found in (waiting, holds) if found)]))
    for _, held, dlq_id in holds:
        lanes.hold(held, dlq_id)
    for _, key, size, entry in waiting:
        _restore(lanes, ordering, key, size, entry)
    lanes.restored(now)
    return lanes


def parked_lane(lane: LaneKey | None, ledger_key: str) -> ParkedLane:
    """Return where an event of *lane* is parked: one with a lane of its own under its own key."""
    return ledger_key if lane is None else lane


def _restore(lanes: ParkedLanes, ordering: Ordering, key: str, size: int, entry: Entry) -> None:
    parked = entry.parked
    if parked is None:
        return
    due_at = parked.due_at
    lanes.restore(
        parked_lane(lane_of(ordering, parked.record.key), key),
        key,
        due_at=AT_ONCE if due_at is None or entry.status == "running" else due_at,
        parked_at=parked.parked_at,
        size=size,
    )


def _held_lane(ordering: Ordering, lane: LaneKey) -> LaneKey | None:
    """Return what a lane that was held is by *ordering*; None where there is no such lane."""
    if ordering == "partition":
        return WHOLE_PARTITION
    return lane if ordering == "key" and isinstance(lane, bytes) else None
