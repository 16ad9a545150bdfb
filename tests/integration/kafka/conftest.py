"""What do the tests of the Kafka adapters share?"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from consumer.embedded import EmbeddedKafka
from tests.contract.kafka_adapters import KafkaAdapters, settings_for
from tests.contract.leftovers import nothing_is_left

__all__ = ["adapters", "guarded", "nothing_is_left"]

AUTHORIZER = """
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
"""


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """A broker of these tests alone: it asks for rights, and it may be stopped and killed."""
    data: Path = tmp_path_factory.mktemp("guarded")
    with EmbeddedKafka(data_dir=data) as kafka:
        kafka.kill_node(0)
        settings = kafka.node_log(0).with_name("server.properties")
        settings.write_text(settings.read_text() + AUTHORIZER)
        kafka.start_node(0)
        yield kafka


@pytest.fixture
async def adapters(broker: str) -> AsyncIterator[KafkaAdapters]:
    """Adapters over empty topics of their own."""
    async with KafkaAdapters.over(settings_for(broker)) as made:
        yield made
