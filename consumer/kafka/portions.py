"""What stands between two offsets of a log?

Read by a client of its own without a group, in portions, until the client's position has reached
the end: markers, aborted records and compacted gaps move the position and yield nothing, so
neither the last record nor an empty answer says that the end is reached.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition as ClientPartition

from config.settings import KafkaSettings
from consumer.core.record import Record, TopicPartition
from consumer.kafka.connection import RESTORE_BYTES, reader_settings, started
from consumer.kafka.ending import end_consumer
from consumer.kafka.errors import CLIENT_ERRORS, session_lost
from consumer.kafka.intake import Intake
from consumer.ports import SessionLostError

_PORTION = 2000  # records; decoding them keeps the loop busy for about 10 ms
_LOOK_AGAIN_SECONDS = 0.5
_END_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a log: the offsets from *start* up to, not including, *end*."""

    place: TopicPartition
    start: int
    end: int
    fetch_bytes: int = RESTORE_BYTES

    def __str__(self) -> str:
        return f"{self.place} from {self.start} to {self.end}"


async def portions(
    kafka: KafkaSettings, stretch: Stretch, *, isolation_level: str, stuck_seconds: float
) -> AsyncGenerator[Sequence[Record], None]:
    """Yield the records of *stretch* in log order.

    Raises:
        SessionLostError: Kafka is not there, or the position stood still for *stuck_seconds*.
    """
    if stretch.start >= stretch.end:
        return
    consumer = AIOKafkaConsumer(**reader_settings(kafka, isolation_level, stretch.fetch_bytes))
    intake = Intake(consumer)
    try:
        await _opened(consumer, kafka, stretch)
        position = stretch.start
        while position < stretch.end:
            records = await _next(intake, stretch, position, stuck_seconds)
            if records and records[-1].offset >= stretch.end:
                records = [record for record in records if record.offset < stretch.end]
            if records:
                yield records
            position = intake.position(stretch.place) or position
    finally:
        await end_consumer(consumer, _END_SECONDS)


async def _opened(consumer: AIOKafkaConsumer, kafka: KafkaSettings, stretch: Stretch) -> None:
    try:
        await started(consumer.start, kafka)
        place = ClientPartition(*stretch.place)
        consumer.assign([place])
        consumer.seek(place, stretch.start)
    except CLIENT_ERRORS as error:
        raise session_lost(error, "setup_failed", f"reading {stretch}") from error


async def _next(
    intake: Intake, stretch: Stretch, position: int, stuck_seconds: float
) -> Sequence[Record]:
    """Return the next records; empty where only the position has moved."""
    place = stretch.place
    loop = asyncio.get_running_loop()
    patience_ends = loop.time() + stuck_seconds
    try:
        while loop.time() < patience_ends:
            records = (await intake.take((place,), _PORTION)).get(place, ())
            if records or (intake.position(place) or position) != position:
                return records
            await intake.arrival(_LOOK_AGAIN_SECONDS)
    except CLIENT_ERRORS as error:
        raise session_lost(error, "setup_failed", f"reading {stretch}") from error
    raise SessionLostError(
        "setup_failed",
        f"reading {stretch}: no progress at {position} for {stuck_seconds:g} s; an open "
        "transaction of another producer, a missing leader or a missing right stops it",
    )
