"""May we do what a consumer has to do?

Found out by trying, since rights cannot be asked for: a fetch of what is read, a transaction that
is aborted for what is written, a heartbeat of a member that does not exist for the group.  Nothing
of it can be seen by a read_committed reader or moves a group.  What cannot be tried is unknown.
"""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer
from aiokafka.client import CoordinationType
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    ProducerFenced,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    for_code,
)
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.structs import TopicPartition as ClientPartition

from config.settings import Settings
from consumer.core.record import TopicPartition
from consumer.kafka.admin import Admin
from consumer.kafka.connection import reader_settings, started
from consumer.kafka.ending import end_consumer
from consumer.kafka.errors import CLIENT_ERRORS, described
from consumer.kafka.intake import Intake
from consumer.kafka.producer import SessionProducer
from consumer.kafka.topic_plan import Problem
from consumer.kafka.transactions import transactional_id
from consumer.ports import SessionLostError

_TRY_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.2
_END_SECONDS = 2.0
_PROBE_BYTES = 1024


async def check_rights(settings: Settings) -> list[Problem]:
    """Return the rights that are missing or could not be tried; topics that are missing are not.

    Raises:
        ConnectionError: Kafka did not answer within kafka.connect_timeout.
    """
    topics = settings.topics
    reads, writes = (
        (topics.input, topics.control, topics.state),
        (
            topics.results,
            topics.dlq,
            topics.state,
        ),
    )
    async with Admin(settings.kafka) as admin:
        found = await admin.describe({*reads, *writes})
        there = {name for name, topic in found.items() if not isinstance(topic, str)}
        problems = await _group_problems(admin, settings)
    problems += await _read_problems(settings, [topic for topic in reads if topic in there])
    if settings.processing.guarantee == "at_least_once":
        # Without transactions a trial would be a record that everybody sees.
        message = "writing was not tried: at_least_once has no transaction to take it back with"
        return [*problems, Problem(topics.results, "unknown", message, "look at the first commit")]
    return problems + await _write_problems(settings, [each for each in writes if each in there])


async def _group_problems(admin: Admin, settings: Settings) -> list[Problem]:
    group = settings.kafka.group_id
    try:
        async with asyncio.timeout(_TRY_SECONDS):
            may_read = await _may_read_group(admin, group)
    except GroupAuthorizationFailedError:
        may_read = False
    except CLIENT_ERRORS as error:
        return [_untried(group, f"group {group}", error)]
    if may_read:
        return []
    message = f"group {group} may not be read: partitions cannot be taken, nor offsets committed"
    return [Problem(group, "error", message, f"grant Read on group {group}")]


async def _may_read_group(admin: Admin, group: str) -> bool:
    """Heartbeat for a member that there is not: who may not read the group is told so instead."""
    client = admin.connection
    while True:
        try:
            node = await client.coordinator_lookup(CoordinationType.GROUP, group)
            answer = await client.send(node, HeartbeatRequest(group, 0, "everonce-check"))
        except KafkaError as error:
            # A new cluster makes its offsets topic only when it is first asked for.
            if not error.retriable:
                raise
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return for_code(answer.error_code) is not GroupAuthorizationFailedError


async def _read_problems(settings: Settings, topics: Sequence[str]) -> list[Problem]:
    consumer = AIOKafkaConsumer(**reader_settings(settings.kafka, "read_committed"))
    try:
        await started(consumer.start, settings.kafka)
        return [problem for topic in topics for problem in await _fetch_problems(consumer, topic)]
    finally:
        await end_consumer(consumer, _END_SECONDS)


async def _fetch_problems(consumer: AIOKafkaConsumer, topic: str) -> list[Problem]:
    place, intake = TopicPartition(topic, 0), Intake(consumer)
    consumer.assign([ClientPartition(*place)])
    consumer.seek(ClientPartition(*place), 0)
    try:
        async with asyncio.timeout(_TRY_SECONDS):
            while intake.high_watermark(place) is None:
                await intake.take((place,), 1)
                await intake.arrival(_LOOK_AGAIN_SECONDS)
            return []
    except TopicAuthorizationFailedError:
        message = f"{topic} may not be read"
        return [Problem(topic, "error", message, f"grant Read on topic {topic}")]
    except CLIENT_ERRORS as error:
        return [_untried(topic, f"reading {topic}", error)]


async def _write_problems(settings: Settings, topics: Sequence[str]) -> list[Problem]:
    """Try all of *topics* at once and, where that fails, one by one."""
    if not topics:
        return []
    problem = await _write_problem(settings, topics)
    if problem is None or len(topics) == 1:
        return [] if problem is None else [problem]
    each = [await _write_problem(settings, [topic]) for topic in topics]
    return [problem for problem in each if problem is not None]


async def _write_problem(settings: Settings, topics: Sequence[str]) -> Problem | None:
    name, topic = transactional_id(settings, "check"), topics[0]
    producer = SessionProducer(settings, _PROBE_BYTES, name)
    try:
        async with asyncio.timeout(_TRY_SECONDS):
            await producer.start(topics, 0)
            await _aborted(producer, topics)
    except (*CLIENT_ERRORS, SessionLostError) as error:
        causes = {type(error), type(error.__cause__)}
        if ProducerFenced in causes:
            return None  # Another member checks at the same time, and will find out in our place.
        if TransactionalIdAuthorizationFailed in causes:
            message = f"transactional id {name} may not be used"
            prefix = name.removesuffix("check")
            remedy = f"grant Write on transactional ids with the prefix {prefix}"
            return Problem(topic, "error", message, remedy)
        if TopicAuthorizationFailedError in causes:
            message = f"{topic} may not be written"
            return Problem(topic, "error", message, f"grant Write on topic {topic}")
        return _untried(topic, f"writing {topic}", error)
    finally:
        await producer.close()
    return None


async def _aborted(producer: SessionProducer, topics: Sequence[str]) -> None:
    """Write a record to each of *topics* and take them back."""
    client = producer.client
    await producer.begin()
    sent = []
    for topic in topics:
        batch = client.create_batch()
        batch.append(timestamp=None, key=b"everonce-check", value=b"")
        sent.append(await client.send_batch(batch, topic, partition=0))
    answers = await asyncio.gather(*sent, return_exceptions=True)
    await client.abort_transaction()
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer


def _untried(name: str, doing: str, error: BaseException) -> Problem:
    return Problem(name, "unknown", f"{doing}: {described(error)}", "try again when Kafka is well")
