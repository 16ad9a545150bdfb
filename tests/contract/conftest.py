"""Which adapters run through the contract?"""

from collections.abc import AsyncIterator

import pytest

from tests.contract.adapters import Adapters
from tests.contract.kafka_adapters import KafkaAdapters, settings_for
from tests.contract.leftovers import nothing_is_left
from tests.fakes.adapters import MemoryAdapters

__all__ = ["adapters", "nothing_is_left"]


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.broker)])
async def adapters(request: pytest.FixtureRequest) -> AsyncIterator[Adapters]:
    """Adapters over empty topics of their own."""
    if request.param == "memory":
        async with MemoryAdapters.over(settings_for("memory:9092")) as fakes:
            yield fakes
        return
    servers: str = request.getfixturevalue("broker")
    async with KafkaAdapters.over(settings_for(servers)) as made:
        yield made
