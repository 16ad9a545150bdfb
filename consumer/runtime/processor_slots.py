"""How many attempts of one processor may run, where it sets a limit of its own?"""

from collections import deque

from consumer.core.in_flight import InFlight


class ProcessorSlots:
    """The slots of processors with a limit, and who waits for one."""

    __slots__ = ("_running", "_waiting")

    def __init__(self) -> None:
        self._running: dict[str, int] = {}
        self._waiting: dict[str, deque[InFlight]] = {}

    def take(self, item: InFlight) -> bool:
        """Take a slot for *item*; False where it has to wait, and is kept here until one is free.

        Its key waits with it, its worker does not.
        """
        processor = item.processor
        if processor is None or processor.concurrency is None:
            return True
        running = self._running.get(processor.name, 0)
        if running >= processor.concurrency:
            self._waiting.setdefault(processor.name, deque()).append(item)
            return False
        self._running[processor.name] = running + 1
        return True

    def give_back(self, item: InFlight, ready: deque[InFlight]) -> None:
        """Give the slot of *item* back; whoever waited longest is ready, ahead of all others."""
        if item.processor is None:
            return
        name = item.processor.name
        self._running[name] -= 1
        waiting = self._waiting.get(name)
        while waiting:
            following = waiting.popleft()
            if not following.owner.ended:
                ready.appendleft(following)
                return
