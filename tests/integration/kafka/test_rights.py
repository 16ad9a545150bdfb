"""Is a right that is missing found before the first event is lost to it?"""

import pytest
from aiokafka.protocol.admin import CreateAclsRequest

from config.settings import Settings
from consumer.embedded import EmbeddedKafka
from consumer.kafka.admin import Admin
from consumer.kafka.rights import check_rights
from consumer.kafka.topics import check_topics, create_topics
from tests.contract.kafka_adapters import KafkaAdapters, settings_for

pytestmark = pytest.mark.broker

TOPIC, GROUP, TRANSACTIONAL_ID = 2, 3, 5
ALL, READ, WRITE, DESCRIBE = 2, 3, 4, 8
LITERAL, PREFIXED = 3, 4
DENY, ALLOW = 2, 3


async def denied(settings: Settings, sort: int, name: str, operation: int) -> None:
    """Allow everything on *name* but *operation*: what has no rule at all is open to everyone."""
    pattern = PREFIXED if sort == TRANSACTIONAL_ID else LITERAL
    async with Admin(settings.kafka) as admin:
        for rule in ((ALL, ALLOW), (operation, DENY)):
            request = CreateAclsRequest(sort, name, pattern, "User:ANONYMOUS", "*", *rule)
            answer = await admin.connection.send(admin.connection.get_random_node(), request)
            assert [code for code, *_ in answer.creation_responses] == [0]


async def test_rights_are_all_there_and_nothing_is_left_of_the_trial(
    adapters: KafkaAdapters,
) -> None:
    assert await check_rights(adapters.settings) == []
    for role in ("results", "dlq", "state"):
        assert await adapters.visible(role, 0) == []


async def test_missing_topics_are_for_the_topic_check_to_tell(broker: str) -> None:
    assert await check_rights(settings_for(broker)) == []


async def test_writing_is_not_tried_where_it_could_not_be_taken_back(
    adapters: KafkaAdapters,
) -> None:
    settings = adapters.settings.model_copy(
        update={
            "processing": adapters.settings.processing.model_copy(
                update={"guarantee": "at_least_once"}
            )
        }
    )
    (problem,) = await check_rights(settings)
    assert problem.severity == "unknown"


async def test_topics_that_may_not_be_read_are_named(guarded: EmbeddedKafka) -> None:
    settings = settings_for(guarded.bootstrap_servers)
    await create_topics(settings, 1)
    topics = {settings.topics.input, settings.topics.control, settings.topics.state}
    for topic in topics:
        await denied(settings, TOPIC, topic, READ)
    problems = await check_rights(settings)
    assert {problem.severity for problem in problems} == {"error"}
    assert {problem.remedy for problem in problems} == {f"grant Read on topic {t}" for t in topics}


async def test_topics_that_may_not_be_written_are_named(guarded: EmbeddedKafka) -> None:
    settings = settings_for(guarded.bootstrap_servers)
    await create_topics(settings, 1)
    topics = {settings.topics.results, settings.topics.dlq, settings.topics.state}
    for topic in topics:
        await denied(settings, TOPIC, topic, WRITE)
    problems = await check_rights(settings)
    assert {problem.severity for problem in problems} == {"error"}
    assert {problem.remedy for problem in problems} == {f"grant Write on topic {t}" for t in topics}


async def test_group_that_may_not_be_read_is_named(guarded: EmbeddedKafka) -> None:
    settings = settings_for(guarded.bootstrap_servers)
    await create_topics(settings, 1)
    await denied(settings, GROUP, settings.kafka.group_id, READ)
    (problem,) = await check_rights(settings)
    assert (problem.topic, problem.severity) == (settings.kafka.group_id, "error")


async def test_transactional_id_that_may_not_be_used_is_named_with_its_prefix(
    guarded: EmbeddedKafka,
) -> None:
    settings = settings_for(guarded.bootstrap_servers)
    await create_topics(settings, 1)
    prefix = f"everonce:{settings.kafka.group_id}:"
    await denied(settings, TRANSACTIONAL_ID, prefix, WRITE)
    problems = await check_rights(settings)
    assert {problem.severity for problem in problems} == {"error"}
    assert all(prefix in problem.remedy for problem in problems)


async def test_topic_that_may_not_be_described_is_unknown(guarded: EmbeddedKafka) -> None:
    settings = settings_for(guarded.bootstrap_servers)
    await create_topics(settings, 1)
    await denied(settings, TOPIC, settings.topics.dlq, DESCRIBE)
    (problem,) = await check_topics(settings)
    assert (problem.topic, problem.severity) == (settings.topics.dlq, "unknown")
