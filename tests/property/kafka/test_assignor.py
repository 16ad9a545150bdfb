"""Is every assignment complete, disjoint, even, co-partitioned, and does little move?"""

from collections.abc import Mapping

from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.protocol import (
    ConsumerProtocolMemberAssignment,
    ConsumerProtocolMemberMetadata,
)
from aiokafka.structs import PartitionMetadata
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.record import TopicPartition
from consumer.kafka.assignor import (
    NO_CLAIM,
    Claim,
    Member,
    assigned,
    decoded,
    encoded,
    next_generation,
)
from consumer.kafka.membership import GroupAssignor

INPUT, CONTROL, OLD = "input", "control", "later"
Assignment = dict[str, list[TopicPartition]]

names = st.text("abcdefgh-0123", min_size=1, max_size=8)
claims = st.builds(Claim, st.integers(0, 5), st.frozensets(st.integers(0, 30), max_size=20))
subscriptions = st.sampled_from(
    [frozenset({INPUT, CONTROL}), frozenset({INPUT}), frozenset({INPUT, CONTROL, OLD})]
)
mixed = st.dictionaries(names, st.builds(Member, subscriptions, claims), min_size=1, max_size=8)
counts = st.fixed_dictionaries(
    {INPUT: st.integers(0, 24), CONTROL: st.integers(0, 24), OLD: st.integers(0, 24)}
)


def inputs(places: list[TopicPartition]) -> frozenset[int]:
    return frozenset(partition for topic, partition in places if topic == INPUT)


def settled(partitions: int, members: Mapping[str, Claim]) -> dict[str, Claim]:
    """Return the members' claims after a rebalance among them."""
    both = frozenset({INPUT, CONTROL})
    group = {name: Member(both, claim) for name, claim in members.items()}
    given = assigned(INPUT, {INPUT: partitions, CONTROL: partitions}, group)
    generation = next_generation(group)
    return {name: Claim(generation, inputs(places)) for name, places in given.items()}


def moves(before: Mapping[str, Claim], after: Mapping[str, Claim]) -> int:
    """Return how many partitions have another owner; those of nobody do not count."""
    owners = {each: name for name, claim in after.items() for each in claim.partitions}
    return sum(owners[each] != name for name, claim in before.items() for each in claim.partitions)


@given(counts, mixed)
def test_every_partition_that_a_member_wants_has_exactly_one_owner(
    partitions: dict[str, int], members: dict[str, Member]
) -> None:
    given = assigned(INPUT, partitions, members)
    all_given = [place for places in given.values() for place in places]
    wanted = frozenset().union(*(member.topics for member in members.values()))
    assert sorted(all_given) == sorted(
        TopicPartition(topic, number)
        for topic, count in partitions.items()
        if topic in wanted
        for number in range(count)
    )


@given(counts, mixed)
def test_members_get_only_what_they_subscribed_to(
    partitions: dict[str, int], members: dict[str, Member]
) -> None:
    for name, places in assigned(INPUT, partitions, members).items():
        assert {topic for topic, _ in places} <= members[name].topics


@given(counts, mixed)
def test_input_partitions_are_shared_evenly(
    partitions: dict[str, int], members: dict[str, Member]
) -> None:
    sizes = [len(inputs(places)) for places in assigned(INPUT, partitions, members).values()]
    assert max(sizes) - min(sizes) <= 1


@given(counts, mixed)
def test_other_topics_follow_the_input_where_its_owner_wants_them(
    partitions: dict[str, int], members: dict[str, Member]
) -> None:
    given = assigned(INPUT, partitions, members)
    owners = {place: name for name, places in given.items() for place in places}
    for (topic, number), owner in owners.items():
        leader = owners.get(TopicPartition(INPUT, number))
        if leader is not None and topic in members[leader].topics:
            assert owner == leader


@given(counts, mixed, st.randoms())
def test_answer_does_not_depend_on_the_order_of_the_members(
    partitions: dict[str, int], members: dict[str, Member], random: object
) -> None:
    shuffled = list(members.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert assigned(INPUT, partitions, members) == assigned(INPUT, partitions, dict(shuffled))


@given(st.integers(0, 40), st.sets(names, min_size=1, max_size=8))
def test_nothing_moves_when_nothing_changes(partitions: int, members: set[str]) -> None:
    before = settled(partitions, dict.fromkeys(members, NO_CLAIM))
    assert moves(before, settled(partitions, before)) == 0


@given(st.integers(0, 40), st.sets(names, min_size=1, max_size=8), names)
def test_a_member_that_joins_takes_its_share_and_nothing_else_moves(
    partitions: int, members: set[str], newcomer: str
) -> None:
    before = settled(partitions, dict.fromkeys(members - {newcomer}, NO_CLAIM))
    after = settled(partitions, {**before, newcomer: NO_CLAIM})
    assert moves(before, after) == (len(after[newcomer].partitions) if before else 0)


@given(st.integers(0, 40), st.sets(names, min_size=2, max_size=8), st.integers(0))
def test_a_member_that_leaves_gives_its_share_and_nothing_else_moves(
    partitions: int, members: set[str], which: int
) -> None:
    before = settled(partitions, dict.fromkeys(members, NO_CLAIM))
    gone = sorted(members)[which % len(members)]
    left = {name: claim for name, claim in before.items() if name != gone}
    assert moves(left, settled(partitions, left)) == 0


@given(st.integers(1, 40), st.sets(names, min_size=2, max_size=8), st.integers(0))
def test_later_claim_wins_over_one_that_slept(
    partitions: int, members: set[str], which: int
) -> None:
    asleep = sorted(members)[which % len(members)]
    before = settled(partitions, dict.fromkeys(members, NO_CLAIM))
    without = {name: claim for name, claim in before.items() if name != asleep}
    meanwhile = settled(partitions, without)
    after = settled(partitions, {**meanwhile, asleep: before[asleep]})
    assert moves(meanwhile, after) == len(after[asleep].partitions)


@given(claims)
def test_claim_survives_the_wire(claim: Claim) -> None:
    assert decoded(encoded(claim)) == claim


@given(st.binary(max_size=40))
def test_garbage_claims_nothing_or_something_but_never_fails(data: bytes) -> None:
    claim = decoded(data)
    if not data or data[0] != 1:
        assert claim == NO_CLAIM


@given(st.integers(2, 255), claims)
def test_user_data_of_another_version_claims_nothing(version: int, claim: Claim) -> None:
    assert decoded(bytes([version]) + encoded(claim)[1:]) == NO_CLAIM


def test_user_data_of_version_1_is_final() -> None:
    """Members of other releases read these bytes: they never change."""
    assert encoded(Claim(7, frozenset({0, 2, 9}))) == b"\x01\x00\x00\x00\x07\x05\x02"
    assert GroupAssignor.name == "everonce-sticky"
    assert GroupAssignor(INPUT).metadata({INPUT}).version == 0, "Kafka's own tools read this one"
    assert decoded(None) == NO_CLAIM


def test_two_consumers_of_one_process_do_not_share_their_memory() -> None:
    cluster = ClusterMetadata()
    cluster._partitions = {
        topic: {n: PartitionMetadata(topic, n, 0, [0], [0], 0) for n in range(4)}
        for topic in (INPUT, CONTROL)
    }
    members = {name: GroupAssignor(INPUT) for name in ("a", "b")}

    def rebalance(*names: str) -> dict[str, frozenset[int]]:
        wires = {name: members[name].metadata({INPUT, CONTROL}).encode() for name in names}
        data = {name: ConsumerProtocolMemberMetadata.decode(wires[name]) for name in names}
        given = members[names[0]].assign(cluster, data)
        result = {}
        for name in names:
            wire = ConsumerProtocolMemberAssignment.decode(given[name].encode())
            members[name].on_assignment(wire)
            result[name] = inputs([TopicPartition(*place) for place in wire.partitions()])
        return result

    alone = rebalance("a")
    assert alone == {"a": frozenset({0, 1, 2, 3})}
    both = rebalance("a", "b")
    assert rebalance("b", "a") == both
    assert rebalance("a", "b") == both
