"""What happens after a process has died: who runs, with whom, and what becomes of the killer?"""

import asyncio
from typing import Any

import pytest

from consumer.core.dedup_key import EVENT_PREFIX
from processors.contract import Context, TransientError, WorkflowEvent
from tests.builders import a_registry, event_bytes
from tests.fakes.clock import eventually, pass_time
from tests.fakes.kafka import MemoryKafka
from tests.fakes.process import MemoryProcess
from tests.runtime.staging import Stage, a_cluster, answered, at_rest, ledger, letters, serving

STEADY: dict[str, Any] = {
    "policies": {"steady": {"max_attempts": 3, "base_delay": 10, "jitter": "none"}},
    "default_policy": "steady",
}


class Mortal:
    """Processes of which one event kills whichever runs it."""

    def __init__(self, kafka: MemoryKafka, killer: str) -> None:
        self.deaths = 0
        self.beside: list[set[str]] = []
        """Events that ran when a process died."""
        self.attempts: list[tuple[str, int]] = []
        self._kafka = kafka
        self._killer = killer
        self._running: set[str] = set()
        self._dies = asyncio.Event()

    async def _run(self, event: WorkflowEvent[Any], ctx: Context) -> None:
        self.attempts.append((event.event_id, ctx.attempt))
        self._running.add(event.event_id)
        try:
            await asyncio.sleep(0.05)
            if event.event_id == self._killer:
                self._dies.set()
                await asyncio.Event().wait()
        finally:
            self._running.discard(event.event_id)

    async def live_until_rest(self, most_deaths: int = 5) -> None:
        """Start processes until everything is settled."""
        while not at_rest(self._kafka):
            assert self.deaths <= most_deaths, self.attempts
            await self._live()

    async def _live(self) -> None:
        self._dies.clear()
        name = f"process-{self.deaths}"

        async def run(event: WorkflowEvent[Any], ctx: Context) -> None:
            await self._run(event, ctx)

        process = MemoryProcess(self._kafka, a_registry(run), name=name)
        task = asyncio.create_task(process.run())
        rest = asyncio.create_task(self._rest())
        death = asyncio.create_task(self._dies.wait())
        await asyncio.wait([rest, death], return_when=asyncio.FIRST_COMPLETED)
        rest.cancel()
        death.cancel()
        if death.done() and not death.cancelled():
            self.beside.append(set(self._running))
            self.deaths += 1
            await process.die(task)
        else:
            process.stop.set()
            process.source.wake()
            await task
        self._running.clear()

    async def _rest(self) -> None:
        await eventually(lambda: at_rest(self._kafka))


async def test_event_that_kills_three_times_is_a_letter_and_its_neighbours_finish() -> None:
    kafka = a_cluster(processing={"concurrency": 8})
    ids = [f"{number}" for number in range(20)]
    for event_id in ids:
        kafka.publish(event_bytes(event_id), key=event_id.encode())
    mortal = Mortal(kafka, "7")
    await mortal.live_until_rest()

    assert mortal.deaths == 3
    assert mortal.beside[-1] == {"7"}, "the last time it was alone"
    (letter,) = letters(kafka)
    assert (letter["disposition"], letter["error"]["code"]) == ("crashed", "PROCESS_CRASHED")
    assert [each["status"] for each in letter["attempts"]] == ["crashed"]
    done = [event_id for event_id, status in answered(kafka) if status == "success"]
    assert sorted(done) == sorted(set(ids) - {"7"})
    assert {attempt for _, attempt in mortal.attempts} == {1}, "nobody is charged for the others"


async def test_parked_event_that_kills_is_found_too() -> None:
    kafka, stage = a_cluster(retry=STEADY), Stage()
    for event_id in ("bad", "good"):
        kafka.publish(event_bytes(event_id), key=event_id.encode())
    async with serving(kafka, stage.processor, name="first"):
        for event_id in ("bad", "good"):
            (await stage.next(event_id)).fail(TransientError("busy"))
        await eventually(lambda: {"e:bad", "e:good"} == set(ledger(kafka)))
    mortal = Mortal(kafka, "bad")
    await mortal.live_until_rest()

    assert mortal.deaths == 3
    (letter,) = letters(kafka)
    assert [each["status"] for each in letter["attempts"]] == ["transient", "crashed"]
    assert answered(kafka)[-1] == ("good", "success") or ("good", "success") in answered(kafka)


@pytest.mark.parametrize("deaths", [1, 2])
async def test_suspects_that_kill_nobody_are_settled_as_if_nothing_had_been(deaths: int) -> None:
    kafka = a_cluster()
    ids = [f"{number}" for number in range(6)]
    for event_id in ids:
        kafka.publish(event_bytes(event_id), key=b"k")
    stage = Stage()
    for number in range(deaths):
        process = MemoryProcess(kafka, a_registry(stage.processor), name=f"dying-{number}")
        task = asyncio.create_task(process.run())
        await eventually(lambda: len(stage.running) > 0)
        await process.die(task)
        for attempt in stage.running:
            attempt.succeed()
    stage = Stage()
    async with serving(kafka, stage.processor, name="living"):
        for event_id in ids:
            (await stage.next(event_id)).succeed()
        await eventually(lambda: at_rest(kafka))
    assert answered(kafka) == [(event_id, "success") for event_id in ids]
    assert all(ledger(kafka)[EVENT_PREFIX + event_id].crash is None for event_id in ids)
    await pass_time(1)
