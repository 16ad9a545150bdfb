"""What do the brokers say of topics, and how are topics made and altered?"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Any, Self

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.structs import TopicPartition as ClientPartition

from config.settings import KafkaSettings
from consumer.core.record import TopicPartition
from consumer.kafka.connection import client_settings, started
from consumer.kafka.ending import end_client
from consumer.kafka.topic_plan import Topic, Unseen

_ASK_AGAIN_SECONDS = 0.2
_NO_ERROR, _UNKNOWN_TOPIC = 0, 3
_SET_ON_TOPIC = 1  # config_source of DescribeConfigs, version 1 and above


class Admin:
    """A connection for questions about topics; ``async with`` opens and closes it.

    Raises:
        ConnectionError: Kafka did not answer within kafka.connect_timeout, on entering, or within
            kafka.request_timeout.
        KafkaError: From any method, what the brokers say against it.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._client: Any = None

    async def __aenter__(self) -> Self:
        self._client = AIOKafkaAdminClient(**client_settings(self._kafka))
        try:
            await started(self._client.start, self._kafka)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    @property
    def connection(self) -> Any:
        """The client underneath, for requests that have no method here."""
        return self._client._client  # noqa: SLF001

    @property
    def brokers(self) -> int:
        """How many there are."""
        return len(self._client._client.cluster.brokers())  # noqa: SLF001

    async def describe(self, topics: Collection[str]) -> dict[str, Topic | Unseen]:
        """Return what is known of each of *topics*; none of them is created by asking."""
        request = MetadataRequest(sorted(topics), allow_auto_topic_creation=False)
        answer = await self._answer(lambda: self._client._send_request(request))  # noqa: SLF001
        partitions = {name: (code, parts) for code, name, _, parts in answer.topics}
        seen = [name for name, (code, _) in partitions.items() if code == _NO_ERROR]
        configs = await self._configs(seen)
        found: dict[str, Topic | Unseen] = {}
        for name in topics:
            code, parts = partitions.get(name, (_UNKNOWN_TOPIC, ()))
            if code == _NO_ERROR:
                found[name] = _topic(parts, configs.get(name))
            else:
                found[name] = "missing" if code == _UNKNOWN_TOPIC else "hidden"
        return found

    async def create(
        self, topic: str, partitions: int, replicas: int, configs: Mapping[str, str]
    ) -> bool:
        """Create *topic*; False where somebody else has just done so."""
        new = NewTopic(topic, partitions, replicas, topic_configs=dict(configs))
        answer = await self._answer(lambda: self._client.create_topics([new]))
        for _, code, *message in answer.topic_errors:
            with suppress(TopicAlreadyExistsError):
                _raise_for(code, message)
                continue
            return False
        return True

    async def group_offset(self, group_id: str, place: TopicPartition) -> int | None:
        """Return what a group has committed; None where it has nothing."""
        there = ClientPartition(*place)
        found = await self._answer(
            lambda: self._client.list_consumer_group_offsets(group_id, partitions=[there]),
        )
        committed = found.get(there)
        return None if committed is None or committed.offset < 0 else int(committed.offset)

    async def group_offsets(self, group_id: str, topic: str) -> dict[int, int]:
        """Return what a group has committed of *topic*, by partition; what it never did is missing.

        The coordinator of a group that has never been is made by asking.
        """
        found = await self._answer(lambda: self._client.list_consumer_group_offsets(group_id))
        return {
            place.partition: int(known.offset)
            for place, known in found.items()
            if place.topic == topic and known.offset >= 0
        }

    async def group_members(self, group_id: str) -> int:
        """Return how many members a group has; 0 of one that has never been."""
        answers = await self._answer(lambda: self._client.describe_consumer_groups([group_id]))
        groups = [group for answer in answers for group in answer.groups]
        for code, *_ in groups:
            _raise_for(code, ())
        return sum(len(group[5]) for group in groups)

    async def alter(self, topic: str, configs: Mapping[str, str]) -> None:
        """Set exactly *configs* on *topic*: this version of the request drops what is not named."""
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, dict(configs))
        for answer in await self._answer(lambda: self._client.alter_configs([resource])):
            for code, *message in answer.resources:
                _raise_for(code, message[:1])

    async def _configs(self, topics: Collection[str]) -> dict[str, Mapping[str, tuple[str, bool]]]:
        """Return value, and whether the topic itself sets it, of every setting we may read."""
        if not topics:
            return {}
        asked = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
        found: dict[str, Mapping[str, tuple[str, bool]]] = {}
        for answer in await self._answer(lambda: self._client.describe_configs(asked)):
            for code, _, _, name, entries in answer.resources:
                if code == _NO_ERROR:
                    found[name] = {
                        each[0]: (each[1] or "", _is_set_on_topic(each[3], answer.API_VERSION))
                        for each in entries
                    }
        return found

    async def _answer(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Ask until a broker answers.

        Raises:
            ConnectionError: None did within kafka.request_timeout.
        """
        seconds = self._kafka.request_timeout
        try:
            async with asyncio.timeout(seconds):
                while True:
                    try:
                        return await ask()
                    except KafkaError as error:
                        if not error.retriable:
                            raise
                    await asyncio.sleep(_ASK_AGAIN_SECONDS)
        except TimeoutError as error:
            servers = self._kafka.bootstrap_servers
            raise ConnectionError(
                f"Kafka at {servers} did not answer a question about topics within {seconds:g} s: "
                "look at the brokers, or raise kafka.request_timeout",
            ) from error

    async def _close(self) -> None:
        self._client._closed = True  # noqa: SLF001
        await end_client(self._client._client)  # noqa: SLF001


def _topic(parts: Any, configs: Mapping[str, tuple[str, bool]] | None) -> Topic:
    values = None if configs is None else {name: value for name, (value, _) in configs.items()}
    return Topic(
        partitions=len(parts),
        replicas=min((len(replicas) for _, _, _, replicas, *_ in parts), default=0),
        leaderless=tuple(sorted(number for _, number, leader, *_ in parts if leader < 0)),
        configs=values,
        overrides={name: value for name, (value, is_set) in (configs or {}).items() if is_set},
    )


def _is_set_on_topic(mark: int, version: int) -> bool:
    return mark == _SET_ON_TOPIC if version >= 1 else not mark


def _raise_for(code: int, message: Any) -> None:
    if code != _NO_ERROR:
        error: type[KafkaError] = for_code(code)
        raise error(" ".join(each for each in message if each))
