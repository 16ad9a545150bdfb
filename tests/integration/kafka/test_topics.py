"""Does ``topics create`` make the topics what the check wants them to be?"""

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from consumer.kafka.admin import Admin
from consumer.kafka.topics import check_topics, create_topics, partition_count, topic_limits
from tests.contract.kafka_adapters import settings_for

pytestmark = pytest.mark.broker


async def by_hand(servers: str, topic: str, partitions: int, **configs: str) -> None:
    named = {name.replace("_", "."): value for name, value in configs.items()}
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=named)])
    finally:
        await admin.close()


async def test_created_topics_are_well_and_creating_again_changes_nothing(broker: str) -> None:
    settings = settings_for(broker)
    missing = {problem.topic for problem in await check_topics(settings)}
    assert missing == {name for name in settings.topics.model_dump().values() if name}
    assert {change.what for change in await create_topics(settings, 3)} == {"created"}
    assert await check_topics(settings) == []
    assert await partition_count(settings) == 3
    assert {change.what for change in await create_topics(settings, 7)} == {"unchanged"}


async def test_created_topics_have_leaders_that_know_it(
    broker: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_for(broker)
    await create_topics(settings, 8)
    async with AIOKafkaProducer(bootstrap_servers=broker) as producer:
        for partition in range(8):
            await producer.send_and_wait(settings.topics.input, b"one", partition=partition)
    complaints = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert complaints == []


async def test_existing_input_decides_count_and_limits(broker: str) -> None:
    settings = settings_for(broker)
    await by_hand(broker, settings.topics.input, 5, max_message_bytes="100000")
    await create_topics(settings, 2)
    assert await check_topics(settings) == []
    assert await partition_count(settings) == 5
    limits = await topic_limits(settings)
    assert limits["state"] == 150_000 + 65536
    assert limits["dlq"] == 250_000 + 65536


async def test_wrong_state_topic_is_mended_and_keeps_its_other_settings(broker: str) -> None:
    settings = settings_for(broker)
    state = settings.topics.state
    await by_hand(broker, state, 2, cleanup_policy="delete", segment_ms="12345678")
    await create_topics(settings, 2)
    assert await check_topics(settings) == []
    async with Admin(settings.kafka) as admin:
        topic = (await admin.describe([state]))[state]
    assert not isinstance(topic, str)
    assert topic.overrides["segment.ms"] == "12345678"
    assert topic.overrides["cleanup.policy"] == "compact"


async def test_other_partition_count_stays_and_is_told(broker: str) -> None:
    settings = settings_for(broker)
    await by_hand(broker, settings.topics.state, 3, cleanup_policy="compact")
    await create_topics(settings, 2)
    (problem,) = await check_topics(settings)
    assert (problem.topic, problem.severity) == (settings.topics.state, "error")
    assert "3 partitions, the input has 2" in problem.message
