"""How does the first minute go: publish a sample, watch it being settled, account for all of it?"""

import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from rich.console import Console

from config.settings import Settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.generate import Generated, Mix, generated
from consumer.commands.pace import each, paced
from consumer.commands.sample.accounting import Coordinates, Published, account
from consumer.commands.sample.evidence import begin, found_since
from consumer.commands.sample.log_file import log_beside
from consumer.commands.sample.summary import summary
from consumer.commands.sample.tallies import Tallies
from consumer.commands.sample.view import Glance
from consumer.commands.sample.watching import watched
from consumer.commands.serving import Service
from consumer.commands.signals import stopping
from consumer.kafka.publish import Publisher
from consumer.kafka.tap import Tap, committed_offsets
from processors.registry import Registry

MIX = Mix(keys=200, duplicates=0.05, transient=0.04, permanent=0.02, poison=0.01, tombstones=0.005)
PUBLISHING_SECONDS = 6.0
"""Long enough to be watched."""
SLOWEST_RATE = 400.0
_LOOK_SECONDS = 0.25
_STILL_SECONDS = 90.0
"""Longer than a session timeout and a restore: nothing settled for so long is a standstill."""


@dataclass(slots=True)
class Course:
    """How the run goes."""

    planned: int
    published: list[Published] = field(default_factory=list)
    """Confirmed deliveries."""
    ends: Counter[int] = field(default_factory=Counter)
    """Offset after the last one published, by partition."""
    settled_seconds: float = 0.0
    """From the first record published to the last settled."""


async def run_sample(settings: Settings, registry: Registry, count: int) -> int:
    """Run the consumer over a sample of *count* records; return the exit code."""
    console = Console(highlight=False)
    stop, tallies, course = asyncio.Event(), Tallies(), Course(count)
    with log_beside(sys.stdout, sys.stderr) as log:
        service = Service(settings, registry, watcher=tallies, log=log.stream)
        async with Tap(settings.kafka) as tap:
            start = await begin(tap, settings.topics)
            began = time.monotonic()

            def glance() -> Glance:
                return Glance(
                    servers=settings.kafka.bootstrap_servers,
                    guarantee=settings.processing.guarantee,
                    seconds=time.monotonic() - began,
                    published=len(course.published),
                    planned=count,
                    status=service.status(),
                    tallies=tallies,
                )

            with stopping(stop, service.signalled):
                async with watched(console, glance):
                    is_whole = await _settled(settings, service, course, tallies, stop)
            if not is_whole:
                console.print("Interrupted: the sample is not accounted for.")
                return ExitCode.INTERRUPTED
            found = await found_since(tap, settings.topics, start)
        result = account(
            course.published, found.evidence, by_event_id=settings.dedup.key == "{event_id}"
        )
        where = "the results, dead-letter and state topics"
        console.print(summary(result, found.letters, seconds=course.settled_seconds, where=where))
        if result.problems:
            return ExitCode.PROBLEM
        log.forget()
    return ExitCode.OK


async def _settled(
    settings: Settings, service: Service, course: Course, tallies: Tallies, stop: asyncio.Event
) -> bool:
    """Publish and serve until all is settled, then drain; return False where *stop* came first."""
    serving = asyncio.create_task(service.run(stop), name="serving")
    working = asyncio.create_task(_published_and_settled(settings, course, tallies), name="sample")
    stopped = asyncio.create_task(stop.wait(), name="stopped")
    try:
        await asyncio.wait([serving, working, stopped], return_when=asyncio.FIRST_COMPLETED)
        is_whole = working.done() and not stop.is_set()
        # What is in flight is drained whatever has become of the sample.
        stop.set()
        await serving
        if working.done():
            working.result()
    finally:
        for task in (working, stopped, serving):
            task.cancel()
        await asyncio.wait([working, stopped, serving])
    return is_whole


async def _published_and_settled(settings: Settings, course: Course, tallies: Tallies) -> None:
    began = time.monotonic()
    async with Publisher(settings.kafka, settings.topics.input) as publisher:
        rate = max(SLOWEST_RATE, course.planned / PUBLISHING_SECONDS)
        async for made in paced(each(generated(MIX, course.planned)), rate):

            def confirmed(partition: int, offset: int, made: Generated = made) -> None:
                place = Coordinates(partition, offset)
                course.published.append(Published(made.kind, made.event_id, place))
                course.ends[partition] = max(course.ends[partition], offset + 1)

            await publisher.publish(made.record, confirmed)
        await publisher.flush()
    await _all_committed(settings, course, tallies)
    course.settled_seconds = time.monotonic() - began


async def _all_committed(settings: Settings, course: Course, tallies: Tallies) -> None:
    """Return when the group has committed past every published record, whoever did it.

    Raises:
        CommandError: A partition is refused, or nothing moved for 90 s.
    """
    before: dict[int, int] = {}
    moved = time.monotonic()
    while True:
        now = await committed_offsets(
            settings.kafka, settings.kafka.group_id, settings.topics.input
        )
        left = {part: end - now.get(part, 0) for part, end in course.ends.items()}
        open_records = sum(count for count in left.values() if count > 0)
        if not open_records:
            return
        for partition, refusal in tallies.refused.items():
            if left.get(partition, 0) > 0:
                raise CommandError(f"{refusal.message}; what accepts it: {refusal.command}")
        if now != before:
            before, moved = dict(now), time.monotonic()
        if time.monotonic() - moved > _STILL_SECONDS:
            raise CommandError(
                f"{open_records:,} records are not settled, and nothing has moved for "
                f"{_STILL_SECONDS:.0f} s: the log says what holds them up"
            )
        await asyncio.sleep(_LOOK_SECONDS)
