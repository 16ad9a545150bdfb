"""Which member of the group reads which partition?

``everonce-sticky``, version 1.  Members subscribed to the input share its partitions evenly and
keep what they had; every other topic follows the input: partition n goes to the owner of input
partition n where that member wants the topic, else to a member that does.

Name and user data are on the wire between versions of Everonce: both are final.  A member of
another version takes part with what it subscribes to, its user data is ignored where it is not
understood, and a later version adds a version of the user data, never a second name.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from consumer.core.record import TopicPartition

NAME = "everonce-sticky"
VERSION = 1

_HEAD = struct.Struct(">BI")
"""Version and generation; behind it one bit per partition, partition 0 the lowest of the first."""


class Claim(NamedTuple):
    """What a member owned of the input, and since which assignment of ours.

    The generation is not the group's, which a member that has to rejoin forgets: the leader
    counts it on from the highest it was told, and tells it with the assignment.
    """

    generation: int
    partitions: frozenset[int]


NO_CLAIM = Claim(0, frozenset())


class Member(NamedTuple):
    """What the leader knows of a member."""

    topics: frozenset[str]
    claim: Claim


def encoded(claim: Claim) -> bytes:
    """Return *claim* as user data."""
    bits = sum(1 << partition for partition in claim.partitions)
    length = (bits.bit_length() + 7) // 8
    return _HEAD.pack(VERSION, claim.generation) + bits.to_bytes(length, "little")


def decoded(user_data: bytes | None) -> Claim:
    """Return the claim in *user_data*; what is not understood claims nothing."""
    if not user_data or len(user_data) < _HEAD.size or user_data[0] != VERSION:
        return NO_CLAIM
    _, generation = _HEAD.unpack_from(user_data)
    bits = int.from_bytes(user_data[_HEAD.size :], "little")
    return Claim(generation, frozenset(_ones(bits)))


def assigned(
    leading: str, partitions: Mapping[str, int], members: Mapping[str, Member]
) -> dict[str, list[TopicPartition]]:
    """Return the partitions of every member; the same arguments give the same answer.

    Args:
        leading: The topic that is shared out; the others follow it.
        partitions: How many each topic has.
        members: By member id.
    """
    result: dict[str, list[TopicPartition]] = {member: [] for member in sorted(members)}
    owners = _shared(range(partitions.get(leading, 0)), _claims(leading, members))
    for topic in sorted(partitions, key=lambda each: (each != leading, each)):
        wanting = [member for member in result if topic in members[member].topics]
        if not wanting:
            continue
        load = dict.fromkeys(wanting, 0)
        homeless: list[int] = []
        for partition in range(partitions[topic]):
            owner = owners.get(partition)
            if owner is None or owner not in load:
                homeless.append(partition)
                continue
            load[owner] += 1
            result[owner].append(TopicPartition(topic, partition))
        for partition in homeless:
            owner = min(wanting, key=lambda member: (load[member], member))
            load[owner] += 1
            result[owner].append(TopicPartition(topic, partition))
    return result


def next_generation(members: Mapping[str, Member]) -> int:
    """Return a generation above every claim's."""
    highest = max((member.claim.generation for member in members.values()), default=0)
    return (highest + 1) % 2**32


def _claims(leading: str, members: Mapping[str, Member]) -> dict[str, Claim]:
    """Return the claims of those who take part in the sharing."""
    return {
        name: member.claim for name, member in sorted(members.items()) if leading in member.topics
    }


def _shared(partitions: Sequence[int], claims: Mapping[str, Claim]) -> dict[int, str]:
    """Return the owner of every partition: even, and with as few moves as that allows."""
    if not claims:
        return {}
    kept = _kept(partitions, claims)
    least, more = divmod(len(partitions), len(claims))
    # Whoever has most keeps most: each of the larger shares saves a move there.
    by_need = sorted(claims, key=lambda member: (-len(kept[member]), member))
    owners: dict[int, str] = {}
    room: list[str] = []
    for place, member in enumerate(by_need):
        quota = least + (place < more)
        keeps = sorted(kept[member])[:quota]
        owners.update(dict.fromkeys(keeps, member))
        room += [member] * (quota - len(keeps))
    homeless = (partition for partition in partitions if partition not in owners)
    owners.update(zip(homeless, room, strict=True))
    return owners


def _kept(partitions: Iterable[int], claims: Mapping[str, Claim]) -> dict[str, list[int]]:
    """Return each member's claims that nobody contests with a later generation."""
    kept: dict[str, list[int]] = {member: [] for member in claims}
    for partition in partitions:
        claiming = [member for member, claim in claims.items() if partition in claim.partitions]
        if claiming:
            kept[max(claiming, key=lambda member: claims[member].generation)].append(partition)
    return kept


def _ones(bits: int) -> Iterable[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
