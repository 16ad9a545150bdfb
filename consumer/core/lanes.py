"""Which events wait for each other, and whose turn is it?

Invariants, held by ``tests/property/test_lanes.py``: of one lane at most one event has its turn;
turns come in the order of entering; an event without a lane never waits.
"""

from collections import deque
from typing import Generic, Literal, TypeVar

Item = TypeVar("Item")
LaneKey = bytes | int
WHOLE_PARTITION = 0
"""The one lane of ``ordering: partition``."""


def lane_of(ordering: Literal["key", "partition", "none"], key: bytes | None) -> LaneKey | None:
    """Return the lane of an event by its record's *key*; None is a lane of its own."""
    if ordering == "key":
        return key
    return WHOLE_PARTITION if ordering == "partition" else None


class Lanes(Generic[Item]):
    """The lanes of one partition, first in, first out.

    A lane of one is an entry in a dict and nothing else: most keys never have a second event
    waiting, and the queue is only made for those that have.
    """

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: dict[LaneKey, deque[Item] | None] = {}

    def enter(self, lane: LaneKey | None, item: Item) -> bool:
        """Queue *item* in its lane; True when it is its turn at once.

        Args:
            lane: None is a lane of its own: nothing waits for it and it waits for nothing.
            item: What waits.
        """
        if lane is None:
            return True
        waiting = self._waiting
        if lane not in waiting:
            waiting[lane] = None
            return True
        queue = waiting[lane]
        if queue is None:
            waiting[lane] = deque((item,))
        else:
            queue.append(item)
        return False

    def has_turn(self, lane: LaneKey | None) -> bool:
        """Whether somebody has a turn in *lane*; in a lane of one's own nobody has."""
        return lane in self._waiting

    def leave(self, lane: LaneKey | None) -> Item | None:
        """End the turn of a lane's head; return the item whose turn it is now, if any.

        Raises:
            KeyError: Nobody has a turn in *lane*.
        """
        if lane is None:
            return None
        queue = self._waiting[lane]
        if not queue:
            del self._waiting[lane]
            return None
        return queue.popleft()

    def disband(self, lane: LaneKey | None) -> list[Item]:
        """End the turn of a lane's head; return all who waited for theirs, in order.

        Raises:
            KeyError: Nobody has a turn in *lane*.
        """
        if lane is None:
            return []
        return list(self._waiting.pop(lane) or ())

    def __len__(self) -> int:
        """Lanes in which somebody has a turn."""
        return len(self._waiting)
