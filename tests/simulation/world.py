"""What are two owners, one partition, and everything that may happen to them?"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processors.contract import Context, PermanentError, TransientError, WorkflowEvent
from tests.builders import a_processor, a_registry, event_bytes
from tests.fakes.clock import StepClock, advance
from tests.fakes.kafka import MemoryKafka
from tests.fakes.requests import Fate, Request
from tests.runtime.staging import is_passed, ledger
from tests.simulation.owner import Owner
from tests.simulation.variants import refuser, world_settings

REST_ROUNDS, REST_ROUND_SECONDS = 150, 1.0
MOMENT_SECONDS = 0.02
"""Longer than a commit lingers."""


@dataclass(frozen=True, slots=True)
class Published:
    """What the test knows of a record that it wrote."""

    offset: int
    at: float
    """Seconds since the epoch."""
    key: bytes | None
    event_id: str | None
    """None of a record that is no event."""
    content: int = 0
    is_tombstone: bool = False
    partition: int = 0


@dataclass(eq=False, slots=True)
class Attempt:
    """An attempt that waits for the test to end it."""

    owner: Owner
    event: WorkflowEvent[Any]
    place: tuple[int, int]
    """Partition and offset of its record."""
    answer: "asyncio.Future[Any]"

    @property
    def event_id(self) -> str:
        """Its event."""
        return self.event.event_id


class World:
    """A cluster, up to two living owners, and a list of what was published.

    Args:
        variant: Settings that differ from story to story; ``refused``: the id of an event whose
            result the broker refuses; and how many ``partitions``.
    """

    def __init__(self, variant: Mapping[str, Any]) -> None:
        self.clock = StepClock()
        self.settings = world_settings(variant)
        self.kafka = MemoryKafka(
            self.settings, clock=self.clock, partitions=variant.get("partitions", 1)
        )
        self.kafka.requests.holds |= {"fence", "restore", "commit"}
        self.kafka.refuses = refuser(variant.get("refused"))
        self.published: list[Published] = []
        self.owners: list[Owner] = []
        self.early: list[str] = []
        """Attempts that began before they were due."""
        self._attempts: list[Attempt] = []
        self._born = 0

    @property
    def living(self) -> list[Owner]:
        """Owners that were not killed, the frozen ones included."""
        return [owner for owner in self.owners if not owner.crashed]

    @property
    def attempts(self) -> list[Attempt]:
        """Attempts that can end now."""
        return [each for each in self._attempts if each.owner.steps and not each.answer.done()]

    @property
    def held(self) -> list[Request]:
        """Requests on their way."""
        return self.kafka.requests.held

    def start_owner(self) -> Owner:
        """Start a process; it joins the group."""
        self._born += 1
        owner: Owner

        async def run(event: WorkflowEvent[Any], ctx: Context) -> Any:
            self._note_early(event)
            source = ctx.log_fields()
            place = (source["partition"], source["offset"])
            attempt = Attempt(owner, event, place, asyncio.get_running_loop().create_future())
            self._attempts.append(attempt)
            return await attempt.answer

        owner = Owner(self.kafka, a_registry(a_processor(run)), f"owner-{self._born}")
        self.owners.append(owner)
        self.go_on()
        return owner

    def publish(
        self, event_id: str | None, key: bytes | None, content: int = 0, partition: int = 0
    ) -> None:
        """Publish an event, or poison where it has no id."""
        value = event_bytes(event_id, payload={"content": content}) if event_id else b"poison"
        self._publish(value, key, event_id, content, partition=partition)

    def publish_tombstone(self, key: bytes | None) -> None:
        """Publish a record without a value."""
        self._publish(None, key, None, is_tombstone=True)

    def end(self, event_id: str, how: str = "succeed") -> None:
        """End the attempt of an event, and let its commit through."""
        self.finish(next(each for each in self.attempts if each.event_id == event_id), how)
        self.let_all_through()

    def newest(self, event_id: str) -> Published:
        """Return the newest record of an event."""
        return next(each for each in reversed(self.published) if each.event_id == event_id)

    def finish(self, attempt: Attempt, how: str) -> None:
        """End an attempt."""
        if attempt.answer.done():
            return
        match how:
            case "succeed":
                attempt.answer.set_result(self.answer_of(attempt))
            case "fail":
                attempt.answer.set_exception(PermanentError("no"))
            case _:
                attempt.answer.set_exception(TransientError("not now"))
        self.go_on()

    def answer_of(self, attempt: Attempt) -> Any:
        """Return what the processor returns at the end of an attempt that succeeds."""
        del attempt

    def decide(self, request: Request, fate: Fate) -> None:
        """Let a request arrive, or not."""
        self.kafka.requests.let_through(request, fate)
        self.go_on()

    def deliver_late(self) -> None:
        """Let every late answer arrive."""
        for request in list(self.kafka.requests.late):
            self.kafka.requests.deliver(request)
        self.go_on()

    def let_all_through(self) -> None:
        """Let everything that is on its way arrive."""
        while self.held:
            self.decide(self.held[0], Fate.DONE)

    @property
    def silent(self) -> list[Owner]:
        """Members that send no heartbeats."""
        knows = self.kafka.group.knows
        return [each for each in self.owners if not each.steps and knows(each.process.source)]

    def count_out(self, owner: Owner) -> None:
        """Let the session of a silent member time out."""
        self.kafka.group.leave(owner.process.source)
        self.go_on()

    def rebalance(self, first: Owner) -> None:
        """Let the group give the partition to *first*, where it is a member."""
        if self.kafka.group.knows(first.process.source):
            self.kafka.group.move_to(first.process.source)
        self.go_on()

    def thaw(self) -> None:
        """Let every stopped process go on."""
        for owner in self.living:
            owner.frozen = False
        self.go_on()

    def crash(self, owner: Owner) -> None:
        """Kill a process."""
        owner.crash()
        self.go_on()

    def go_on(self, seconds: float = MOMENT_SECONDS) -> None:
        """Let time pass for whoever is not frozen."""
        advance(self.clock, [owner.loop for owner in self.owners if owner.steps], seconds)
        for owner in [each for each in self.living if each.steps and each.ended]:
            owner.crash()
            self.kafka.group.leave(owner.process.source)

    def come_to_rest(self) -> None:
        """Let all be well from now on, until nothing is left to do."""
        self.kafka.requests.release("fence", "restore", "commit")
        self.kafka.stale_commits = 0
        self.deliver_late()
        for owner in self.owners:
            owner.frozen = False
            if owner.crashed:
                self.count_out(owner)
        for _ in range(REST_ROUNDS):
            if not self.living:
                self.start_owner()
            self.go_on()
            if self.is_at_rest():
                return
            for attempt in self.attempts:
                self.finish(attempt, "succeed")
            self.go_on(REST_ROUND_SECONDS)
        raise AssertionError(f"no way back to rest: {self.told()}")

    def is_at_rest(self) -> bool:
        """Whether everything published is settled and committed, and its owner reads."""
        return not self.attempts and all(map(self._is_settled, range(self.kafka.partitions)))

    def _is_settled(self, partition: int) -> bool:
        reading = any(owner.process.reads(partition) for owner in self.living)
        entries = ledger(self.kafka, partition).values()
        # What waits behind a letter waits for somebody who is not part of this world.
        waiting = any(entry.parked is not None for entry in entries)
        held = any(entry.holds is not None for entry in entries)
        return reading and is_passed(self.kafka, partition) and (held or not waiting)

    def _note_early(self, event: WorkflowEvent[Any]) -> None:
        """Take note where an attempt begins before the time that the ledger names for it."""
        value, now = event_bytes(event.event_id, payload=event.payload), self.clock.now()
        entries = [ledger(self.kafka, number) for number in range(self.kafka.partitions)]
        for entry in [each for shard in entries for each in shard.values()]:
            kept = entry.parked
            if kept is not None and kept.record.value == value and (kept.due_at or 0.0) > now:
                self.early.append(f"early: {event} at {now}, due at {kept.due_at}")

    def told(self) -> list[str]:
        """Return what the owners have said lately."""
        return [
            f"{owner.name}: {fact}" for owner in self.owners for fact in owner.process.told.facts
        ][-20:]

    def close(self) -> None:
        """End every process that is left."""
        for owner in self.living:
            owner.crash()

    def _publish(
        self,
        value: bytes | None,
        key: bytes | None,
        event_id: str | None,
        content: int = 0,
        *,
        is_tombstone: bool = False,
        partition: int = 0,
    ) -> None:
        at = self.clock.now()
        offset = self.kafka.publish(value, key=key, partition=partition)
        self.published.append(
            Published(offset, at, key, event_id, content, is_tombstone, partition)
        )
        self.go_on()
