"""How does the first minute go: publish a sample, watch it being settled, account for all of it?"""

import asyncio
import sys
import time
from dataclasses import dataclass, field

from rich.console import Console

from config.settings import Settings
from consumer.commands.exits import ExitCode
from consumer.commands.generate import Generated, Mix, generated
from consumer.commands.pace import each, paced
from consumer.commands.sample.accounting import Coordinates, Published, account
from consumer.commands.sample.evidence import Begin, begin, found_since
from consumer.commands.sample.log_file import log_beside
from consumer.commands.sample.outage import Outage
from consumer.commands.sample.settled import all_settled
from consumer.commands.sample.summary import Patience, summary
from consumer.commands.sample.tallies import Tallies
from consumer.commands.sample.view import Glance
from consumer.commands.sample.watching import watched
from consumer.commands.serving import Service
from consumer.commands.signals import stopping
from consumer.kafka.publish import Publisher
from consumer.kafka.tap import Tap
from processors.registry import Registry

MIX = Mix(keys=2000, duplicates=0.05, transient=0.04, permanent=0.02, poison=0.01, tombstones=0.005)
PUBLISHING_SECONDS = 6.0
"""Long enough to be watched."""
SLOWEST_RATE = 400.0
_READY_SECONDS = 15.0
"""Most that the publishing waits for the consumer, which others of its group may replace."""
_LOOK_SECONDS = 0.1


@dataclass(slots=True)
class Course:
    """How the run goes."""

    planned: int
    published: list[Published] = field(default_factory=list)
    """Confirmed deliveries."""
    outage: Outage = field(default_factory=Outage)
    settled_seconds: float = 0.0
    """From the first record published to the last settled."""

    def share_published(self) -> float:
        """Return how much of it is published, from 0 to 1."""
        return len(self.published) / self.planned


@dataclass(frozen=True, slots=True)
class Sample:
    """Everything that has a part in it."""

    settings: Settings
    service: Service
    course: Course
    tallies: Tallies
    tap: Tap
    start: Begin


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
                    is_down=course.outage.is_on,
                )

            sample = Sample(settings, service, course, tallies, tap, start)
            with stopping(stop, service.signalled):
                async with watched(console, glance):
                    is_whole = await _settled(sample, stop)
            if not is_whole:
                console.print("Interrupted: the sample is not accounted for.")
                return ExitCode.INTERRUPTED
            found = await found_since(tap, settings.topics, start)
        result = account(
            course.published, found.evidence, by_event_id=settings.dedup.key == "{event_id}"
        )
        where = "the results, dead-letter and state topics"
        patience = Patience(tallies.parked, tallies.latest) if course.outage.is_over else None
        console.print(
            summary(
                result,
                found.letters,
                seconds=course.settled_seconds,
                where=where,
                patience=patience,
            )
        )
        if result.problems:
            return ExitCode.PROBLEM
        log.forget()
    return ExitCode.OK


async def _settled(sample: Sample, stop: asyncio.Event) -> bool:
    """Publish and serve until all is settled, then drain; return False where *stop* came first."""
    serving = asyncio.create_task(sample.service.run(stop), name="serving")
    working = asyncio.create_task(_published_and_settled(sample), name="sample")
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


async def _published_and_settled(sample: Sample) -> None:
    course = sample.course
    await _ready(sample.service)
    began = time.monotonic()
    outage = asyncio.create_task(course.outage.run(course.share_published), name="outage")
    try:
        await _publish(sample.settings, course)
        places = {record.place for record in course.published}
        await all_settled(sample.settings, sample.tap, places, sample.start.state, sample.tallies)
        course.settled_seconds = time.monotonic() - began
    finally:
        outage.cancel()
        await asyncio.wait([outage])


async def _ready(service: Service) -> None:
    """Return once each partition that we own is read, or is refused."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _READY_SECONDS
    while loop.time() < deadline:
        states = {each.state for each in service.status().partitions}
        if states and "starting" not in states:
            return
        await asyncio.sleep(_LOOK_SECONDS)


async def _publish(settings: Settings, course: Course) -> None:
    async with Publisher(settings.kafka, settings.topics.input) as publisher:
        rate = max(SLOWEST_RATE, course.planned / PUBLISHING_SECONDS)
        async for made in paced(each(generated(MIX, course.planned)), rate):

            def confirmed(partition: int, offset: int, made: Generated = made) -> None:
                place = Coordinates(partition, offset)
                course.published.append(Published(made.kind, made.event_id, place))

            await publisher.publish(made.record, confirmed)
        await publisher.flush()
