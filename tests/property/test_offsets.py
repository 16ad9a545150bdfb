"""Nothing unsettled is ever committed, whatever the order of settling."""

from typing import ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from consumer.core.offsets import LastRead, PartitionOffsets


class NaiveOffsets(PartitionOffsets):
    """The classic mistake, planted: commits the highest offset seen plus one."""

    __slots__ = ()

    @property
    def committable(self) -> int:
        return self.next


class UnpassableOffsets(PartitionOffsets):
    """Another planted mistake: forgets what the client has gone by."""

    __slots__ = ()

    def passed(self, position: int) -> None:
        """Take no note of *position*."""


class Settling(RuleBasedStateMachine):
    """A log with gaps, read in order and settled in any; checked against plain sets."""

    kind: ClassVar[type[PartitionOffsets]] = PartitionOffsets

    def __init__(self) -> None:
        super().__init__()
        self.assign(0, remembered=False)

    @rule(position=st.integers(0, 1000), remembered=st.booleans())
    def assign(self, position: int, *, remembered: bool) -> None:
        last = LastRead(position - 1, 77) if remembered and position else None
        self.offsets = self.kind(position, last)
        self.position = position
        self.read: dict[int, LastRead] = {last.offset: last} if last else {}
        self.unsettled: set[int] = set()
        self.committed = position

    @rule(gap=st.integers(0, 3), timestamp=st.integers(0, 9))
    def admit(self, gap: int, timestamp: int) -> None:
        offset = self.position + gap
        self.offsets.admit(offset, timestamp)
        self.read[offset] = LastRead(offset, timestamp)
        self.unsettled.add(offset)
        self.position = offset + 1

    @precondition(lambda self: self.unsettled)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        offset = data.draw(st.sampled_from(sorted(self.unsettled)))
        self.offsets.settle(offset)
        self.unsettled.discard(offset)

    @precondition(lambda self: self.unsettled)
    @rule(data=st.data())
    def settle_a_group(self, data: st.DataObject) -> None:
        group = data.draw(st.sets(st.sampled_from(sorted(self.unsettled))))
        self.offsets.settle_all(group)
        self.unsettled -= group

    @rule(distance=st.integers(-5, 5))
    def passed(self, distance: int) -> None:
        position = max(0, self.position + distance)
        self.offsets.passed(position)
        self.position = max(self.position, position)

    @invariant()
    def nothing_unsettled_is_committed(self) -> None:
        assert not {offset for offset in self.unsettled if offset < self.offsets.committable}

    @invariant()
    def the_committable_never_moves_back(self) -> None:
        assert self.offsets.committable >= self.committed
        self.committed = self.offsets.committable

    @invariant()
    def the_whole_settled_prefix_is_committable(self) -> None:
        first_unsettled = min(self.unsettled, default=self.position)
        assert self.offsets.committable == first_unsettled
        assert self.offsets.window == self.position - first_unsettled
        assert len(self.offsets) == len(self.unsettled)

    @invariant()
    def the_last_below_is_the_newest_record_below_the_committable(self) -> None:
        below = [offset for offset in self.read if offset < self.offsets.committable]
        assert self.offsets.last_below == (self.read[max(below)] if below else None)


TestSettling = Settling.TestCase
QUICK = settings(phases=[Phase.generate], report_multiple_bugs=False)


@pytest.mark.parametrize("planted", [NaiveOffsets, UnpassableOffsets])
def test_a_planted_mistake_is_caught(planted: type[PartitionOffsets]) -> None:
    class Planted(Settling):
        kind = planted

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Planted, settings=QUICK)
