"""Events of one lane run one at a time, in order; no other event ever waits."""

from collections import defaultdict

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consumer.core.lanes import WHOLE_PARTITION, LaneKey, Lanes, lane_of

keys = st.one_of(st.sampled_from([b"a", b"b", b""]), st.integers(0, 2))


class Queueing(RuleBasedStateMachine):
    """Items enter lanes and end their turns in any order of lanes."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes: Lanes[int] = Lanes()
        self.entered = 0
        self.turn: dict[LaneKey, int] = {}
        self.waiting: defaultdict[LaneKey, list[int]] = defaultdict(list)
        self.begun: defaultdict[LaneKey, list[int]] = defaultdict(list)

    @rule(lane=keys)
    def enter(self, lane: LaneKey) -> None:
        self.entered += 1
        if self.lanes.enter(lane, self.entered):
            assert lane not in self.turn
            self._begin(lane, self.entered)
        else:
            assert lane in self.turn
            self.waiting[lane].append(self.entered)

    @precondition(lambda self: self.turn)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        lane = data.draw(st.sampled_from(list(self.turn)))
        del self.turn[lane]
        following = self.lanes.leave(lane)
        if following is None:
            assert not self.waiting[lane]
        else:
            assert following == self.waiting[lane].pop(0)
            self._begin(lane, following)

    @precondition(lambda self: self.turn)
    @rule(data=st.data())
    def disband(self, data: st.DataObject) -> None:
        lane = data.draw(st.sampled_from(list(self.turn)))
        del self.turn[lane]
        waiting = self.lanes.disband(lane)
        assert waiting == self.waiting[lane]
        self.waiting[lane].clear()
        # They go elsewhere, and run there.
        self.begun[lane] += waiting

    @rule()
    def an_event_without_a_lane_never_waits(self) -> None:
        assert self.lanes.enter(None, -1)
        assert self.lanes.leave(None) is None
        assert self.lanes.disband(None) == []

    @rule(lane=keys)
    def nobody_leaves_an_empty_lane(self, lane: LaneKey) -> None:
        if lane not in self.turn:
            with pytest.raises(KeyError):
                self.lanes.leave(lane)
            with pytest.raises(KeyError):
                self.lanes.disband(lane)

    @invariant()
    def turns_come_in_the_order_of_entering(self) -> None:
        for begun in self.begun.values():
            assert begun == sorted(begun)

    @invariant()
    def nothing_is_forgotten(self) -> None:
        assert len(self.lanes) == len(self.turn)
        begun = sum(map(len, self.begun.values()))
        assert begun + sum(map(len, self.waiting.values())) == self.entered

    def teardown(self) -> None:
        while self.turn:
            lane = next(iter(self.turn))
            del self.turn[lane]
            following = self.lanes.leave(lane)
            if following is not None:
                self._begin(lane, following)
        assert sum(map(len, self.begun.values())) == self.entered
        self.turns_come_in_the_order_of_entering()

    def _begin(self, lane: LaneKey, item: int) -> None:
        self.turn[lane] = item
        self.begun[lane].append(item)


TestQueueing = Queueing.TestCase


def test_a_lane_is_made_by_the_key_the_partition_or_nobody() -> None:
    assert [lane_of("key", key) for key in (b"k", b"", None)] == [b"k", b"", None]
    assert [lane_of("partition", key) for key in (b"k", None)] == [WHOLE_PARTITION] * 2
    assert [lane_of("none", key) for key in (b"k", None)] == [None, None]
