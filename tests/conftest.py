"""What do all tests share: how hard hypothesis searches, and the broker?"""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from consumer.embedded import EmbeddedKafka

settings.register_profile("dev", deadline=None)
# Derandomized: what is red in CI is red again on the next run, and on the desk of whoever looks.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=300,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """Bootstrap servers of a real Kafka: the one that is named, else one of our own.

    Without either the test fails, it is not skipped: a green run has met a broker.
    """
    if servers := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        yield servers
        return
    with EmbeddedKafka(nodes=1) as kafka:
        yield kafka.bootstrap_servers
