"""How are a group's offsets moved while nobody is in it?"""

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition as ClientPartition

from config.settings import KafkaSettings
from consumer.core.record import TopicPartition
from consumer.kafka.connection import consumer_settings, started
from consumer.kafka.ending import end_consumer

_END_SECONDS = 5.0


async def commit_group_offsets(kafka: KafkaSettings, offsets: Mapping[TopicPartition, int]) -> None:
    """Commit *offsets* for the group, without joining it.

    Raises:
        ConnectionError: Kafka did not answer within kafka.connect_timeout.
        KafkaError: The group has members: only they may commit.
    """
    theirs = {ClientPartition(*place): offset for place, offset in offsets.items()}
    consumer = AIOKafkaConsumer(**consumer_settings(kafka) | {"group_instance_id": None})
    try:
        await started(consumer.start, kafka)
        consumer.assign(list(theirs))
        await consumer.commit(theirs)
    finally:
        await end_consumer(consumer, _END_SECONDS)
