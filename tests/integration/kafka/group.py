"""How does the group forget a member that is still there?"""

from aiokafka.protocol.group import LeaveGroupRequest

from consumer.kafka.admin import Admin
from consumer.kafka.source import KafkaSource
from tests.contract.kafka_adapters import KafkaAdapters


async def forgotten(source: KafkaSource, adapters: KafkaAdapters) -> None:
    """Leave the group in the name of *source*, as if its session had timed out."""
    assert source._member is not None
    coordinator = source._member.consumer._coordinator
    async with Admin(adapters.settings.kafka) as admin:
        leave = LeaveGroupRequest(adapters.settings.kafka.group_id, coordinator.member_id)
        answer = await admin.connection.send(coordinator.coordinator_id, leave)
        assert answer.error_code == 0
