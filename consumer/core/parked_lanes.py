"""Which events of a partition wait in the ledger, and which of them may run?

In memory are only places: the events themselves stay in the ledger.  Invariants, held by
``tests/property/test_parked_lanes.py`` and ``tests/property/test_parking_stories.py``:

* of a lane only the head runs, and nobody passes it: its followers wait for its end;
* nobody runs before its due time, and nobody before its own parking is committed;
* a lane is left in the order in which it was entered, also across a restore.

A lane is here from its first parking until its last event has settled, and for as long as a letter
holds it.  Who comes to it meanwhile is parked as well: each record that is read asks ``lanes``.
"""

from collections.abc import Iterable
from math import inf

from consumer.core.due_heads import DueHeads, Lane
from consumer.core.parked_load import ParkedLoad, units_of

ParkedLane = bytes | int | str
"""A lane; of an event with a lane of its own, its ledger key."""


class ParkedLanes:
    """The parked events of one partition, during one session."""

    __slots__ = ("_held", "_uncommitted", "due", "lanes", "load", "next_seq")

    def __init__(self, next_seq: int = 0) -> None:
        """Make a partition without parked events; *next_seq* is as ``progress`` has it."""
        self.lanes: dict[ParkedLane, Lane] = {}
        """For ``lane in parked.lanes``; not to be changed."""
        self.due = DueHeads()
        """Who may run, and when; take from it what is to run now."""
        self.load = ParkedLoad(self._oldest_parked_at)
        self.next_seq = next_seq
        """For ``progress``: the place that the next event gets."""
        self._held: dict[ParkedLane, str] = {}
        self._uncommitted: dict[str, ParkedLane] = {}

    def take_seq(self) -> int:
        """Return the place of an event that is about to be parked behind all others."""
        self.next_seq += 1
        return self.next_seq - 1

    def park(self, lane: ParkedLane, key: str, *, due_at: float, now: float, size: int) -> None:
        """Park the head of *lane*; it may run when it is due and the parking is committed.

        Args:
            lane: Not parked yet; or its head, or the resend that leads it, is parked (again).
            key: Its ledger key.
            due_at: Seconds since the epoch.
            now: Seconds since the epoch.
            size: Bytes of key and entry.

        Raises:
            ValueError: Another event is the lane's head, or this one waits there already.
        """
        state = self.lanes.get(lane)
        if state is None:
            state = self.lanes[lane] = Lane(key, 0, now, due_at)
        elif state.key != key or state.due_at is not None:
            raise ValueError(
                f"{key!r} cannot be parked as the head of lane {lane!r}: {state.key!r} is, due at "
                f"{state.due_at}; end its turn first, or park {key!r} as a follower",
            )
        if state.units:
            self._discount(state)
        else:
            state.parked_at = now
        state.units, state.due_at = units_of(size), due_at
        self.load.add(state.units, state.parked_at)
        self._uncommitted[key] = lane

    def follow(self, lane: ParkedLane, key: str, *, now: float, size: int) -> None:
        """Park an event behind all others of *lane*, which is parked or held.

        Raises:
            KeyError: It is not: the event has its turn in a lane in memory.
        """
        follower = (key, units_of(size), now)
        self.lanes[lane].add(follower)
        self.load.add(*follower[1:])
        self._uncommitted[key] = lane

    def committed(self, keys: Iterable[str]) -> None:
        """Take note that the parkings of *keys* are visible; unknown keys are passed over.

        Not for an entry of the same key that was sent before its parking: a failed attempt's.
        """
        for key in keys:
            lane = self._uncommitted.pop(key, None)
            state = self.lanes.get(lane) if lane is not None else None
            if state is not None and state.key == key and state.due_at is not None:
                self.due.add(state)

    def settle(self, lane: ParkedLane, now: float) -> None:
        """Take note that the head of *lane* is done: the next is due at *now*.

        Raises:
            KeyError: The lane is not parked.
        """
        self._next(lane, self._without_head(lane), now)

    def hold(self, lane: ParkedLane, dlq_id: str) -> None:
        """Let *lane* wait: its head, or who had its turn in memory, became the letter *dlq_id*."""
        if lane in self.lanes:
            self._without_head(lane)
        else:
            self.lanes[lane] = Lane(None, 0, 0.0, None)
        self._held[lane] = dlq_id

    @property
    def held_keys(self) -> int:
        """How many lanes wait for what becomes of a letter."""
        return len(self._held)

    def held_by(self, lane: ParkedLane) -> str | None:
        """Return the dlq_id that holds *lane*; None where none does."""
        return self._held.get(lane)

    def release(self, lane: ParkedLane, dlq_id: str, now: float) -> bool:
        """Let *lane* go on, its first event due at *now*; False where another letter holds it."""
        if self._held.get(lane) != dlq_id:
            return False
        del self._held[lane]
        self._next(lane, self.lanes[lane], now)
        return True

    def lead(self, lane: ParkedLane, dlq_id: str, key: str) -> bool:
        """Let a resend of the letter that holds *lane* run at its head, without being parked.

        False where that letter does not hold it: the resend has no precedence.
        """
        if self._held.get(lane) != dlq_id:
            return False
        del self._held[lane]
        self.lanes[lane].key = key
        return True

    def hurry(self, lane: ParkedLane, key: str, now: float) -> str | None:
        """Let the head of *lane* be due at *now*, where it is *key* and has not started.

        Returns the ledger key of the head, whoever it is; None where a letter holds the lane, or it
        is not parked.
        """
        state = self.lanes.get(lane)
        if state is None or state.key != key or state.due_at is None:
            return state.key if state is not None else None
        # It stands in a heap by its due time: another object takes its place.
        hurried = self.lanes[lane] = Lane(key, state.units, state.parked_at, now)
        hurried.followers, state.followers, state.key = state.followers, None, None
        if key not in self._uncommitted:
            self.due.add(hurried)
        return key

    def remove(self, lane: ParkedLane, key: str, now: float) -> bool:
        """Take a parked event out; False where it is not in *lane*, or runs.

        The place of a head is taken by the next, due at *now*.
        """
        state = self.lanes.get(lane)
        if state is None:
            return False
        if state.key == key:
            if state.due_at is None:
                return False
            self.settle(lane, now)
        else:
            followers = state.followers or []
            found = next((each for each in followers if each[0] == key), None)
            if found is None:
                return False
            followers.remove(found)
            self.load.drop(*found[1:])
        return True

    def restore(
        self, lane: ParkedLane, key: str, *, due_at: float, parked_at: float, size: int
    ) -> None:
        """Add a committed event behind those of its lane; *due_at* counts for a head only.

        ``restored`` must follow, once all are added.
        """
        state = self.lanes.get(lane)
        units = units_of(size)
        if state is None:
            self.lanes[lane] = Lane(key, units, parked_at, due_at)
        else:
            state.add((key, units, parked_at))
        self.load.add(units, parked_at)

    def restored(self, now: float) -> None:
        """Take note that all have been added: heads due by *now* were missed."""
        heads = (state for state in self.lanes.values() if state.due_at is not None)
        self.due.add_restored(heads, now)

    def _without_head(self, lane: ParkedLane) -> Lane:
        """Return the lane without its head."""
        state = self.lanes[lane]
        self._discount(state)
        if state.due_at is not None:
            # It may stand in a heap: another object takes its place.
            rest = self.lanes[lane] = Lane(None, 0, 0.0, None)
            rest.followers, state.followers = state.followers, None
            state.key = None
            return rest
        state.key, state.units = None, 0
        return state

    def _next(self, lane: ParkedLane, state: Lane, now: float) -> None:
        """Make the first follower the head; without one the lane is no longer parked."""
        if not state.followers:
            del self.lanes[lane]
            return
        state.key, state.units, state.parked_at = state.followers.pop(0)
        state.due_at = now
        if state.key not in self._uncommitted:
            self.due.add(state)

    def _discount(self, state: Lane) -> None:
        if state.units:
            self.load.drop(state.units, state.parked_at)

    def _oldest_parked_at(self) -> float:
        """Return when the longest parked was parked: a head, or the first behind a resend."""
        oldest = inf
        for state in self.lanes.values():
            if state.units and state.parked_at < oldest:
                oldest = state.parked_at
            if state.followers and state.followers[0][2] < oldest:
                oldest = state.followers[0][2]
        return oldest
