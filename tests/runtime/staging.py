"""What does a test of the runtime set up, and where does it look afterwards?"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from consumer.core.ledger_entry import Entry, decode_entry
from consumer.core.output import TopicRole
from consumer.core.progress import Progress, decode_progress
from consumer.core.record import TopicPartition
from processors.contract import Context, WorkflowEvent
from processors.registry import Processor
from tests.builders import Function, a_registry, a_settings
from tests.fakes.clock import StepClock, StepLoop, eventually
from tests.fakes.kafka import MemoryKafka
from tests.fakes.process import MemoryProcess

Json = dict[str, Any]
STEADY: Json = {
    "policies": {"steady": {"max_attempts": 3, "base_delay": 10, "jitter": "none"}},
    "default_policy": "steady",
}
"""Retries that are parked for exactly ten seconds."""
HOLDING: Json = STEADY | {"on_dead_letter": "hold_key"}
"""The same; a key waits for what becomes of its letter."""


def a_cluster(partitions: int = 1, **sections: Any) -> MemoryKafka:
    """Return an empty cluster on the clock of the running loop."""
    loop = asyncio.get_running_loop()
    clock = loop.clock if isinstance(loop, StepLoop) else StepClock()
    return MemoryKafka(a_settings(**sections), clock=clock, partitions=partitions)


@asynccontextmanager
async def serving(
    kafka: MemoryKafka, *processors: Processor | Function, name: str = "one"
) -> AsyncIterator[MemoryProcess]:
    """Run a process whose partitions are all set up; drained at the end of the block."""
    async with MemoryProcess(kafka, a_registry(*processors), name=name).running() as process:
        await eventually(lambda: all(map(process.reads, range(kafka.partitions))), "set up")
        yield process
        for partition in filter(process.reads, range(kafka.partitions)):
            assert_open_letters_are_those_of_the_ledger(process, partition)


def assert_open_letters_are_those_of_the_ledger(process: MemoryProcess, partition: int) -> None:
    """Whatever a test did: what is told of open letters is what the ledger in memory holds."""
    state, now = process.state(partition), process.env.clocks.now()
    marks = [decode_entry(entry).letter for _, entry in state.ledger.items()]
    since = [mark.at for mark in marks if mark is not None and mark.state == "open"]
    told = len(state.open_letters), state.open_letters.oldest_age_seconds(now)
    assert told == (len(since), max([0.0, *(now - at for at in since)]))


async def accept(event: WorkflowEvent[Any], ctx: Context) -> Json:
    """Succeed at once."""
    return {"accepted": event.event_id}


class Running:
    """One attempt that the test ends."""

    def __init__(self, event: WorkflowEvent[Any], ctx: Context) -> None:
        self.event_id = event.event_id
        self.attempt = ctx.attempt
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def succeed(self, value: Any = None) -> None:
        self.answer.set_result(value)

    def fail(self, error: BaseException) -> None:
        self.answer.set_exception(error)


class Stage:
    """A processor whose attempts end when the test says so."""

    def __init__(self) -> None:
        self._attempts: list[Running] = []

        async def perform(event: WorkflowEvent[Any], ctx: Context) -> Any:
            attempt = Running(event, ctx)
            self._attempts.append(attempt)
            return await attempt.answer

        self.processor: Function = perform

    @property
    def running(self) -> list[Running]:
        """Attempts that were not ended yet."""
        return [attempt for attempt in self._attempts if not attempt.answer.done()]

    @property
    def begun(self) -> list[str]:
        """Event ids, in the order their attempts began."""
        return [attempt.event_id for attempt in self._attempts]

    @property
    def ids(self) -> list[str]:
        """Events whose attempts run."""
        return [each.event_id for each in self.running]

    def are_begun(self, ids: list[str]) -> bool:
        """Whether attempts of exactly *ids* run."""
        return sorted(self.ids) == ids

    async def next(self, event_id: str, attempt: int = 1) -> Running:
        """Return an attempt once it runs."""
        await eventually(
            lambda: any((r.event_id, r.attempt) == (event_id, attempt) for r in self.running),
            f"attempt {attempt} of {event_id}",
        )
        return next(r for r in self.running if (r.event_id, r.attempt) == (event_id, attempt))


def results(kafka: MemoryKafka, partition: int = 0) -> list[Json]:
    """Return the visible results, decoded."""
    return _decoded(kafka, "results", partition)


def answered(kafka: MemoryKafka, partition: int = 0) -> list[tuple[str, str]]:
    """Return event id and status of the visible results, in order."""
    return [(each["event_id"], each["status"]) for each in results(kafka, partition)]


def letters(kafka: MemoryKafka, partition: int = 0) -> list[Json]:
    """Return the visible letters, decoded."""
    return _decoded(kafka, "dlq", partition)


def codes(kafka: MemoryKafka) -> list[str]:
    """Return the error codes of the visible letters."""
    return [each["error"]["code"] for each in letters(kafka)]


def ledger(kafka: MemoryKafka, partition: int = 0) -> dict[str, Entry]:
    """Return what the visible state topic says, progress left out."""
    newest = {(record.key or b""): record.value for record in kafka.visible("state", partition)}
    return {
        key.decode(): decode_entry(value)
        for key, value in newest.items()
        if value is not None and key != b"progress"
    }


def progress(kafka: MemoryKafka, partition: int = 0) -> Progress:
    """Return the newest visible progress."""
    said = [r.value for r in kafka.visible("state", partition) if r.key == b"progress" and r.value]
    return decode_progress(said[-1])


def committed(kafka: MemoryKafka, partition: int = 0) -> int | None:
    """Return the group's offset of an input partition."""
    return kafka.committed(TopicPartition(kafka.settings.topics.input, partition))


def at_rest(kafka: MemoryKafka, partition: int = 0) -> bool:
    """Whether everything of the input is settled and committed."""
    if not is_passed(kafka, partition):
        return False
    return all(entry.is_settled for entry in ledger(kafka, partition).values())


def is_passed(kafka: MemoryKafka, partition: int = 0) -> bool:
    """Whether every offset of the input is committed; events may be parked."""
    return committed(kafka, partition) == kafka.input(partition).end


def _decoded(kafka: MemoryKafka, role: TopicRole, partition: int) -> list[Json]:
    records: Sequence[Any] = kafka.visible(role, partition)
    return [json.loads(record.value) for record in records]
