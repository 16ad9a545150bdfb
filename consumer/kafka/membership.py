"""What does the group give and take, and does it still count us as a member?

The protocol is the eager one: a rebalance takes everything from everyone and gives it anew.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)
from aiokafka.errors import KafkaError

from consumer.core.record import TopicPartition
from consumer.kafka.assignor import (
    NAME,
    NO_CLAIM,
    Claim,
    Member,
    assigned,
    decoded,
    encoded,
    next_generation,
)
from consumer.kafka.errors import described
from consumer.ports import AssignmentListener

_ASK_AGAIN_SECONDS = 0.25
_PROTOCOL = 0  # of the group protocol's own envelope: brokers and Kafka's tools read it too


class GroupAssignor:
    """``everonce-sticky`` as the client calls it: one object per consumer, as it remembers.

    The client asks for a class and is content with an object; its own sticky assignor keeps what
    it remembers on the class, where two consumers of one process destroy it for each other.
    """

    name = NAME

    def __init__(self, leading: str) -> None:
        self._leading = leading
        self._claim = NO_CLAIM

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """Return what we tell the leader when we join."""
        return ConsumerProtocolMemberMetadata(_PROTOCOL, sorted(topics), encoded(self._claim))

    def assign(
        self, cluster: Any, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """Return everyone's partitions; only the leader is asked."""
        known = {
            member: Member(frozenset(data.subscription), decoded(data.user_data))
            for member, data in members.items()
        }
        topics = sorted(frozenset().union(*(member.topics for member in known.values())))
        counts = {topic: len(cluster.partitions_for_topic(topic) or ()) for topic in topics}
        generation = next_generation(known)
        return {
            member: self._assignment(places, generation)
            for member, places in assigned(self._leading, counts, known).items()
        }

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Remember what we were given."""
        self._claim = Claim(
            decoded(assignment.user_data).generation, self._numbers(assignment.partitions())
        )

    def _assignment(
        self, places: Iterable[TopicPartition], generation: int
    ) -> ConsumerProtocolMemberAssignment:
        by_topic: dict[str, list[int]] = {}
        for topic, partition in places:
            by_topic.setdefault(topic, []).append(partition)
        claim = encoded(Claim(generation, frozenset()))
        return ConsumerProtocolMemberAssignment(_PROTOCOL, list(by_topic.items()), claim)

    def _numbers(self, places: Iterable[TopicPartition]) -> frozenset[int]:
        return frozenset(partition for topic, partition in places if topic == self._leading)


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]
    """What we own, told to the runtime as it changes.

    Args:
        consumer: The client's consumer.
        listener: Who is told of input partitions.
        topic: The input.
        revoke_seconds: How long the listener may take to finish with what is taken.
    """

    def __init__(
        self, consumer: Any, listener: AssignmentListener, topic: str, revoke_seconds: float
    ) -> None:
        self._consumer = consumer
        self._listener = listener
        self._topic = topic
        self._revoke_seconds = revoke_seconds
        self.owned: frozenset[TopicPartition] = frozenset()
        self.sought: set[TopicPartition] = set()
        """Those whose position is the runtime's and not the one they were assigned with."""
        self.failure: str | None = None
        """What went wrong in telling the listener; the client only logs it."""

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Pause everything and tell the listener.  Nothing here waits: no heartbeat is sent."""
        for place in assigned:
            self._consumer.pause(place)
            # With a position the client looks up no committed offset and resets nothing, and
            # what it may have fetched since the assignment is dropped.
            self._consumer.seek(place, 0)
        self.sought.clear()
        self.owned = frozenset(TopicPartition(*place) for place in assigned)
        try:
            self._listener.assigned(self._inputs())
            self.failure = None
        except Exception as error:
            self.failure = f"assigned partitions were not taken up: {described(error)}"
            raise

    async def on_partitions_revoked(self, _revoked: Iterable[TopicPartition]) -> None:
        """Let the listener finish with everything; heartbeats go on meanwhile."""
        inputs = self._inputs()
        try:
            if inputs:
                async with asyncio.timeout(self._revoke_seconds):
                    await self._listener.revoked(inputs)
        except TimeoutError:
            pass  # The sessions are fenced by the next owners; the group must not wait longer.
        except Exception as error:
            self.failure = f"revoked partitions were not let go: {described(error)}"
            raise
        finally:
            self.owned = frozenset()

    async def confirm(self, partition: int, timeout_seconds: float) -> bool:
        """Return whether a heartbeat sent from now on is acknowledged, *partition* still ours."""
        coordinator, assignment = self._consumer._coordinator, self._assignment()  # noqa: SLF001
        generation = coordinator.generation

        def is_ours() -> bool:
            return (
                TopicPartition(self._topic, partition) in self.owned
                and self._assignment() is assignment
                and coordinator.generation == generation
                # A member that is told to rejoin is told so by a successful heartbeat.
                and not coordinator._rejoin_needed_fut.done()  # noqa: SLF001
            )

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                while is_ours():
                    if await _heartbeat(coordinator):
                        return is_ours()
                    await asyncio.sleep(_ASK_AGAIN_SECONDS)
        return False

    def _inputs(self) -> frozenset[int]:
        return frozenset(place.partition for place in self.owned if place.topic == self._topic)

    def _assignment(self) -> object:
        subscription = self._consumer._subscription.subscription  # noqa: SLF001
        return subscription and subscription.assignment


async def _heartbeat(coordinator: Any) -> bool:
    try:
        return bool(await coordinator._do_heartbeat())  # noqa: SLF001
    except KafkaError:
        return False
