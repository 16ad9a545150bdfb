"""Who owns what, who reads, and when does it end?

Takes what the group assigns, holds a tenure for each partition, and polls for all of them.  The
poll goes on while everything is busy: partitions without room are left out, never waited for.
"""

import asyncio
from collections.abc import Sequence

from consumer.core.process_facts import AssignmentChanged
from consumer.core.record import Record, TopicPartition, record_bytes
from consumer.core.refusals import Refusals
from consumer.core.session_facts import RecordsConsumed
from consumer.core.status import Status
from consumer.ports import SourceError
from consumer.runtime.environment import Environment
from consumer.runtime.kept_ledgers import KeptLedgers
from consumer.runtime.poll_failures import PollFailures
from consumer.runtime.reading import Reading
from consumer.runtime.reading_turns import ReadingTurns
from consumer.runtime.tenure import Tenure
from consumer.runtime.vitality import Vitality

POLL_SECONDS = 0.25


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
        self._reading_turns = ReadingTurns(env)
        self._failures = PollFailures(env)
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
            self._env.gates.statuses(),
            self._env.gates.held,
            self._env.letter_retention_seconds,
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
            wanted, most = self._reading_turns.wanted(self._readings())
            try:
                polled = await source.poll(
                    wanted,
                    max_records=most,
                    timeout_seconds=POLL_SECONDS,
                )
            except SourceError as error:
                await self._failures.recover(error, self._readings())
                continue
            self._failures.end()
            for place, records in polled.items():
                self._deliver(place, records)
            self._note_positions(wanted)

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

    def _readings(self) -> list[Reading]:
        """Return what takes records now."""
        return [
            reading
            for tenure in self._tenures.values()
            if (reading := tenure.reading()) is not None
        ]

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

    def _tell_assignment(
        self,
        assigned: frozenset[int] = frozenset(),
        revoked: frozenset[int] = frozenset(),
    ) -> None:
        owned = sorted(self._tenures)
        self._env.observer.observe(AssignmentChanged(sorted(assigned), sorted(revoked), owned))
