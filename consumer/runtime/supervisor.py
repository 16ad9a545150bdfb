"""Who owns what, who reads, and when does it end?

Takes what the group assigns, holds a tenure for each partition, and polls for all of them.  The
poll goes on while everything is busy: partitions without room are left out, never waited for.
"""

import asyncio
from collections.abc import Mapping, Sequence

from consumer.core.process_facts import AssignmentChanged, IntakeBound, IntakeChanged, SourceFailed
from consumer.core.record import Record, TopicPartition, record_bytes
from consumer.core.refusals import Refusals
from consumer.core.session_facts import RecordsConsumed
from consumer.core.status import Status
from consumer.ports import SessionLostError, SourceError
from consumer.runtime.environment import Environment
from consumer.runtime.kept_ledgers import KeptLedgers
from consumer.runtime.reading import Reading
from consumer.runtime.tenure import Tenure
from consumer.runtime.vitality import Vitality
from consumer.runtime.workers import SATED

POLL_SECONDS = 0.25
FAILURES_BEFORE_LOOK = 5
"""Polls that fail in a row before it is asked whether a partition is the reason."""
POLL_RECORDS = 256
"""Records judged in one go: a few milliseconds in which nothing else runs."""
MAX_POLL_BACKOFF_SECONDS = 5.0


class Supervisor:
    """The sessions of one process; an ``AssignmentListener``."""

    def __init__(self, env: Environment, ledgers: KeptLedgers) -> None:
        self._env = env
        self._ledgers = ledgers
        self._tenures: dict[int, Tenure] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._refusals: dict[int, Refusals] = {}
        self._group: asyncio.TaskGroup | None = None
        self._stopping = False
        self._failures = 0
        self._focus: TopicPartition | None = None
        """The partition whose turn it is to be read, under load."""
        self._paused_by: IntakeBound | None = None
        self._vitality = Vitality()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until *stop*, then drain.

        Raises:
            NothingWorksError: Everything has been dead for long; start the process anew.
            ConnectionError: Kafka did not answer at the start.
        """
        env = self._env
        try:
            async with asyncio.TaskGroup() as self._group:
                await env.source.start(self)
                await self._poll_until(stop)
                await self._drain()
        finally:
            await env.source.stop()

    def assigned(self, partitions: frozenset[int]) -> None:
        """Hold a tenure for each of *partitions*; see ``ports.AssignmentListener``."""
        if self._stopping or self._group is None:
            return
        owned = self._env.source.owned()
        for partition in sorted(partitions):
            tenure = Tenure(
                self._env,
                partition,
                reads_control=self._env.control(partition) in owned,
                refusals=self._refusals.setdefault(partition, Refusals()),
                ledgers=self._ledgers,
            )
            before = self._tasks.get(partition)
            self._tenures[partition] = tenure
            self._tasks[partition] = self._group.create_task(
                tenure.run(before if before is not None and not before.done() else None),
                name=f"partition-{partition}",
            )
        self._tell_assignment(assigned=partitions)

    async def revoked(self, partitions: frozenset[int]) -> None:
        """Finish with *partitions*; see ``ports.AssignmentListener``."""
        settings = self._env.settings
        half = settings.kafka.rebalance_timeout / 2
        ending = [p for p in partitions if p in self._tenures]
        drain_seconds = min(settings.processing.drain_timeout, half / 2)
        await self._end(ending, drain_seconds, half)
        self._tell_assignment(revoked=partitions)

    def status(self) -> Status:
        """Return what gauges and health show; ``app`` adds the life cycle."""
        partitions = [tenure.status() for _, tenure in sorted(self._tenures.items())]
        bounds = self._env.bounds
        problems = [
            *self._env.source.problems(),
            *(refused.message for t in self._tenures.values() if (refused := t.refusal())),
            *(f"partition {p.partition} is {p.state}" for p in partitions if p.state == "lost"),
        ]
        return Status(
            "draining" if self._stopping else "running",
            partitions,
            bounds.records,
            bounds.bytes,
            self._env.pool.running(),
            bounds.waiting,
            problems,
        )

    async def _poll_until(self, stop: asyncio.Event) -> None:
        source = self._env.source
        while not stop.is_set():
            tenures = self._tenures.values()
            self._vitality.look(
                source.problems(),
                any_steady=not tenures or any(tenure.steady() for tenure in tenures),
                now=asyncio.get_running_loop().time(),
            )
            wanted, most = self._wanted()
            try:
                polled = await source.poll(
                    wanted,
                    max_records=most,
                    timeout_seconds=POLL_SECONDS,
                )
            except SourceError as error:
                await self._seek_back(error)
                continue
            self._failures = 0
            for place, records in polled.items():
                self._deliver(place, records)
            self._note_positions(wanted)

    def _wanted(self) -> tuple[list[TopicPartition], int]:
        """Return what there is room for, and for how many records.

        The control topic is always wanted: no bound may keep an operator out.
        """
        env = self._env
        room = env.bounds.room()
        if len(env.pool.ready) >= SATED:
            room = 0
            env.pool.on_hungry = self._feed
        readings = self._readings()
        share = env.bounds.share(len(readings))
        controls = [env.control(each.partition) for each in readings if each.reads_control]
        hungry = {
            env.input(reading.partition): free
            for reading in readings
            if room > 0 and (free := reading.room(share)) > 0
        }
        env.bounds.starved = len(hungry) < len(readings)
        inputs = self._turn_of(hungry)
        most = min([room, *(hungry[place] for place in inputs)])
        self._note_bound(room, readings)
        return [*controls, *inputs], max(1, min(POLL_RECORDS, most))

    def _turn_of(self, hungry: Mapping[TopicPartition, int]) -> list[TopicPartition]:
        """Return the one partition of which records are taken now, or all that may be waited for.

        Under load one partition after the other is read until its transaction is full: read all
        at once, all their events lie in memory half done, and none of it stays in the caches.
        """
        there = self._env.source.buffered()
        focus = self._focus
        if focus not in hungry or focus not in there:
            # Dicts are ordered: the partitions with the least in flight come first.
            focus = self._focus = next((place for place in hungry if place in there), None)
        return [*hungry] if focus is None else [focus]

    def _feed(self) -> None:
        self._env.pool.on_hungry = None
        self._env.source.wake()

    def _deliver(self, place: TopicPartition, records: Sequence[Record]) -> None:
        tenure = self._tenures.get(place.partition)
        session = tenure.session if tenure is not None else None
        if session is None or session.state is None:
            return
        self._env.observer.observe(
            RecordsConsumed(
                place.topic,
                place.partition,
                len(records),
                sum([record_bytes(record) for record in records]),
            ),
        )
        reading = session.reading
        if reading is None:
            return
        if place.topic == self._env.settings.topics.input:
            reading.accept(records)
        else:
            reading.accept_control(records)

    def _note_positions(self, wanted: list[TopicPartition]) -> None:
        """Let offsets pass markers: only now, when all that was delivered is accepted."""
        for place in wanted:
            tenure = self._tenures.get(place.partition)
            reading = tenure.reading() if tenure is not None else None
            if reading is None:
                continue
            if place.topic == self._env.settings.topics.input:
                reading.passed(self._env.source.position(place))
            else:
                reading.passed_control(self._env.source.position(place))

    async def _seek_back(self, error: SourceError) -> None:
        """Put every partition back to our own next offset: some records may be lost to us."""
        env = self._env
        self._failures += 1
        env.observer.observe(SourceFailed(str(error), self._failures))
        for reading in self._readings():
            reading.seek()
        if self._failures % FAILURES_BEFORE_LOOK == 0:
            await self._look_for_gaps()
        delay = min(MAX_POLL_BACKOFF_SECONDS, 0.05 * 2 ** min(self._failures, 10))
        await asyncio.sleep(delay * (0.5 + 0.5 * env.clocks.draw()))

    async def _look_for_gaps(self) -> None:
        """Lose the sessions that retention has overtaken: their next start says what to do."""
        for reading in self._readings():
            state = reading.state
            try:
                bounds = await self._env.source.bounds(self._env.input(reading.partition))
            except SessionLostError:
                return
            if state.offsets.next < bounds.start:
                message = f"offset {state.offsets.next} is gone, the log begins at {bounds.start}"
                state.lose(SessionLostError("retention_gap", message))

    def _readings(self) -> list[Reading]:
        """Return what takes records now, those with the least in flight first."""
        readings = [
            reading
            for tenure in self._tenures.values()
            if (reading := tenure.reading()) is not None
        ]
        return sorted(readings, key=_held)

    async def _drain(self) -> None:
        self._stopping = True
        settings = self._env.settings
        seconds = settings.processing.drain_timeout
        await self._end(list(self._tenures), seconds, seconds + settings.commit.deadline)

    async def _end(self, partitions: list[int], drain_seconds: float, most_seconds: float) -> None:
        """End tenures side by side; what has not ended after *most_seconds* is cut."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + most_seconds
        tasks = {p: self._tasks[p] for p in partitions}
        for partition, task in tasks.items():
            if not self._tenures[partition].has_begun():
                task.cancel()
        await asyncio.gather(*(self._tenures[p].end(drain_seconds) for p in partitions))
        if tasks:
            _, late = await asyncio.wait(tasks.values(), timeout=max(0.0, deadline - loop.time()))
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        for partition, task in tasks.items():
            if self._tasks.get(partition) is task:
                del self._tenures[partition], self._tasks[partition]

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

    def _tell_assignment(
        self,
        assigned: frozenset[int] = frozenset(),
        revoked: frozenset[int] = frozenset(),
    ) -> None:
        owned = sorted(self._tenures)
        self._env.observer.observe(AssignmentChanged(sorted(assigned), sorted(revoked), owned))


def _held(reading: Reading) -> int:
    return reading.state.held_records
