"""STARTS: a real Kafka of our own, for the first minutes and for every test that needs one."""

from consumer.embedded.cluster import EmbeddedKafka
from consumer.embedded.errors import EmbeddedKafkaError

__all__ = ["EmbeddedKafka", "EmbeddedKafkaError"]
