"""Which events wait aside until somebody lets them on?

Of them no worker is held and no attempt is spent; their lanes wait with them.  They count as in
flight, so that the bounds on what is in flight stop the reading when too many wait.  A drain does
not wait for them: those that have failed before are parked, the others are read again by whoever
owns their partition next.
"""

from heapq import heapify, heappop, heappush
from itertools import count

from consumer.core.in_flight import InFlight


class HeldEvents:
    """Events that wait aside.

    Who has failed least often goes first, and of those the oldest record: were it the oldest alone,
    the same few events would use up their attempts to find out that an outage goes on.
    """

    __slots__ = ("_numbers", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, int, float, InFlight]] = []
        self._numbers = count()

    def hold(self, item: InFlight, now: float) -> None:
        """Put *item* aside: a worker has it, and leaves it here."""
        entry = (item.attempts, item.record.timestamp, next(self._numbers), now, item)
        heappush(self._waiting, entry)
        item.owner.settling.turns.put_aside()

    def release(self, most: int, now: float) -> list[InFlight]:
        """Give up to *most* events back to the workers, and return them.

        Events of a session that ends stay: it admits nothing to a worker any more.
        """
        released: list[InFlight] = []
        staying = []
        while self._waiting and len(released) < most:
            entry = heappop(self._waiting)
            *_, since, item = entry
            if item.owner.ending:
                staying.append(entry)
                continue
            released.append(item)
            _add_time(item, now - since)
            item.owner.settling.turns.resume(item)
        for entry in staying:
            heappush(self._waiting, entry)
        return released

    def drop(self, owner: object, now: float) -> list[InFlight]:
        """Forget the events of *owner*, a session that ends, and return them."""
        dropped = []
        for *_, since, item in self._waiting:
            if item.owner is owner:
                _add_time(item, now - since)
                dropped.append(item)
        if dropped:
            self._waiting = [entry for entry in self._waiting if entry[4].owner is not owner]
            heapify(self._waiting)
        return dropped

    def take_all(self) -> list[InFlight]:
        """Forget all events, and return them."""
        waiting, self._waiting = self._waiting, []
        return [entry[4] for entry in waiting]

    def __len__(self) -> int:
        return len(self._waiting)


def _add_time(item: InFlight, seconds: float) -> None:
    """Take note that *item* was held so long: it is no part of its age."""
    if item.history is not None:
        item.history.held_seconds += seconds
