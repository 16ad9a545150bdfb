"""Which partitions are read next, and how much of them?

Under load one partition after the other is read until its transaction is full: read all at once,
all their events lie in memory half done, and none of it stays in the caches.
"""

from collections.abc import Mapping, Sequence

from consumer.core.process_facts import IntakeBound, IntakeChanged
from consumer.core.record import TopicPartition
from consumer.runtime.environment import Environment
from consumer.runtime.reading import Reading
from consumer.runtime.workers import SATED

POLL_RECORDS = 256
"""Records judged in one go: a few milliseconds in which nothing else runs."""


class ReadingTurns:
    """The order in which the partitions of one process are read, within its bounds."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._focus: TopicPartition | None = None
        """The partition whose turn it is to be read, under load."""
        self._paused_by: IntakeBound | None = None

    def wanted(self, readings: Sequence[Reading]) -> tuple[list[TopicPartition], int]:
        """Return what there is room for, and for how many records.

        The control topic is always wanted: no bound may keep an operator out.
        """
        env = self._env
        room = env.bounds.room()
        if len(env.pool.ready) >= SATED:
            room = 0
            env.pool.on_hungry = self._feed
        readings = sorted(readings, key=_held)
        share = env.bounds.share(len(readings))
        controls = [env.control(each.partition) for each in readings if each.wants_control]
        hungry = {
            env.input(reading.partition): free
            for reading in readings
            if room > 0 and (free := reading.room(share)) > 0
        }
        env.bounds.starved = len(hungry) < len(readings)
        inputs = self._turn_of(hungry)
        most = min([room, *(hungry[place] for place in inputs)]) if inputs else POLL_RECORDS
        self._note_bound(room, readings)
        return [*controls, *inputs], max(1, min(POLL_RECORDS, most))

    def _turn_of(self, hungry: Mapping[TopicPartition, int]) -> list[TopicPartition]:
        """Return the one partition that is read now, or all that may be waited for."""
        there = self._env.source.buffered()
        focus = self._focus
        # Where processors wait, partitions are read evenly: a key that is read late ends late.
        if focus not in hungry or focus not in there or self._env.pool.is_waiting():
            # Dicts are ordered: the partitions with the least in flight come first.
            focus = self._focus = next((place for place in hungry if place in there), None)
        return [*hungry] if focus is None else [focus]

    def _feed(self) -> None:
        self._env.pool.on_hungry = None
        self._env.source.wake()

    def _note_bound(self, room: int, readings: Sequence[Reading]) -> None:
        bound: IntakeBound | None = self._env.bounds.reached() if room <= 0 else None
        if bound is None:
            bound = next((bound for each in readings if (bound := each.bound())), None)
        if bound == self._paused_by:
            return
        observe = self._env.observer.observe
        if self._paused_by is not None:
            observe(IntakeChanged(paused=False, bound=self._paused_by))
        if bound is not None:
            observe(IntakeChanged(paused=True, bound=bound))
        self._paused_by = bound


def _held(reading: Reading) -> int:
    return reading.state.held_records
