"""Who is a member of the group, and who owns what?

The eager protocol: every rebalance takes everything from everyone, waits until all have given it
back or are counted out, and gives it anew, to whom it belonged where that is fair.
"""

from collections.abc import Mapping
from typing import Protocol

from config.settings import Settings
from consumer.core.record import TopicPartition


class Member(Protocol):
    """A source, as the group sees it."""

    def give_back(self) -> None:
        """Begin to finish with everything; ``MemoryGroup.ready`` says that it is done."""
        ...

    def take(self, places: frozenset[TopicPartition], generation: int) -> None:
        """Own *places*, for as long as *generation* lasts."""
        ...


class MemoryGroup:
    """The coordinator of one group."""

    def __init__(self, settings: Settings, partitions: int) -> None:
        self._topics = settings.topics
        self._partitions = partitions
        self._members: list[Member] = []
        self._ready: set[Member] = set()
        self._given: dict[Member, frozenset[int]] = {}
        self.generation = 0
        self.stable = True
        """Whether no rebalance is under way."""

    def join(self, member: Member) -> None:
        """Take *member* in."""
        self._members.append(member)
        self._rebalance()

    def leave(self, member: Member) -> None:
        """Let *member* go, or count it out: its session has timed out."""
        if member in self._members:
            self._members.remove(member)
            self._rebalance()

    def counts(self, member: Member) -> bool:
        """Whether a heartbeat of *member* is acknowledged now."""
        return member in self._members and self.stable

    def knows(self, member: Member) -> bool:
        """Whether *member* is in the group at all."""
        return member in self._members

    def awaits(self, member: Member) -> bool:
        """Whether *member* has still to give everything back."""
        return member in self._members and not self.stable and member not in self._ready

    def ready(self, member: Member) -> None:
        """Take note that *member* has given everything back."""
        self._ready.add(member)
        self._assign_when_ready()

    def move_to(self, member: Member) -> None:
        """Rebalance so that *member* gets as much as is fair, before all others."""
        self._given = {member: frozenset(range(self._partitions))}
        self._members.sort(key=lambda each: each is not member)
        self._rebalance()

    def _rebalance(self) -> None:
        self.generation += 1
        self.stable = False
        self._ready.clear()
        for member in self._members:
            member.give_back()
        self._assign_when_ready()

    def _assign_when_ready(self) -> None:
        if self.stable or not self._ready.issuperset(self._members):
            return
        self.stable = True
        self._given = dict(self._shares())
        for member, numbers in self._given.items():
            member.take(
                frozenset(
                    TopicPartition(topic, number)
                    for topic in (self._topics.input, self._topics.control)
                    for number in numbers
                ),
                self.generation,
            )

    def _shares(self) -> Mapping[Member, frozenset[int]]:
        if not self._members:
            return {}
        fair = -(-self._partitions // len(self._members))
        shares = {each: sorted(self._given.get(each, ()))[:fair] for each in self._members}
        given = {number for numbers in shares.values() for number in numbers}
        for number in range(self._partitions):
            if number not in given:
                min(shares.values(), key=len).append(number)
        return {member: frozenset(numbers) for member, numbers in shares.items()}
