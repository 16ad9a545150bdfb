"""What does each of these tests get?"""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer

from tests.integration.app.stage import Stage
from tests.integration.app.work import Work


@pytest.fixture
async def stage(broker: str) -> AsyncIterator[Stage]:
    """Topics of one partition, with the names in ``stage.topics``."""
    async with AIOKafkaProducer(bootstrap_servers=broker, linger_ms=0) as producer:
        made = Stage(broker, producer)
        await made.create()
        yield made


@pytest.fixture
def work() -> Work:
    return Work()
