"""An unread duplicate is never let through, however long the lag or the downtime."""

from typing import ClassVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from consumer.core.admission import Admission, against_entry
from consumer.core.expiry import Horizon, may_expire
from consumer.core.ledger_entry import Entry
from consumer.core.offsets import PartitionOffsets

WINDOW = 3.0
IDS = st.sampled_from(["e:a", "e:b"])


class HastyHorizon(Horizon):
    """A planted mistake: a moment counts as soon as a watermark was seen at it."""

    __slots__ = ()

    def committed(self, committable: int, control: int = 0) -> None:
        """Take the last watermark as passed."""
        super().committed(max(committable, self._watermark), control)


class Forgetting(RuleBasedStateMachine):
    """A log with duplicates, a consumer that lags, crashes and forgets."""

    horizon_kind: ClassVar[type[Horizon]] = Horizon

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.log: list[tuple[str, float]] = []
        self.ledger: dict[str, Entry] = {}
        self.ran: dict[str, float] = {}
        self.ran_offsets: set[int] = set()
        self.committed = 0
        self.crash()

    @rule()
    def crash(self) -> None:
        self.offsets = PartitionOffsets(self.committed)
        self.running: dict[str, int] = {}
        self.settled: dict[str, Entry] = {}
        self.horizon = self.horizon_kind()

    @rule(seconds=st.sampled_from([0.5, 1.0, 4.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(key=IDS)
    def append(self, key: str) -> None:
        self.log.append((key, self.now))

    @precondition(lambda self: self.offsets.next < len(self.log))
    @rule()
    def read(self) -> None:
        offset = self.offsets.next
        key, appended_at = self.log[offset]
        self.offsets.admit(offset, 0)
        if self._verdict(key, offset) is not Admission.NEW:
            self.offsets.settle(offset)
            return
        assert offset not in self.ran_offsets
        assert appended_at >= self.ran.get(key, 0.0) + WINDOW
        self.running[key] = offset

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.running)))
        offset = self.running.pop(key)
        self.settled[key] = Entry("completed", ("b1:one",), offset, settled_at=self.now)

    @rule()
    def commit(self) -> None:
        for key, entry in self.settled.items():
            assert entry.input_offset is not None
            assert entry.settled_at is not None
            self.offsets.settle(entry.input_offset)
            self.ran_offsets.add(entry.input_offset)
            self.ran[key] = entry.settled_at
        self.ledger |= self.settled
        self.settled = {}
        self.committed = self.offsets.committable
        self.horizon.committed(self.committed)

    @precondition(lambda self: self.horizon.wants_watermark)
    @rule(meanwhile=st.lists(IDS, max_size=2))
    def look_at_the_watermark(self, meanwhile: list[str]) -> None:
        asked_at = self.now
        for key in meanwhile:
            self.append(key)
        self.horizon.saw(len(self.log), asked_at)
        self.horizon.committed(self.committed)

    @rule()
    def forget(self) -> None:
        for key in [key for key, entry in self.ledger.items() if self._may_go(entry)]:
            del self.ledger[key]

    def _may_go(self, entry: Entry) -> bool:
        horizon = self.horizon.reached
        return horizon is not None and may_expire(
            entry,
            horizon=horizon,
            window=WINDOW,
            letter_retention=0.0,
            committed_input=self.committed,
        )

    def _verdict(self, key: str, offset: int) -> Admission:
        if key in self.running or key in self.settled:
            return Admission.DUPLICATE
        entry = self.ledger.get(key)
        return Admission.NEW if entry is None else against_entry(offset, "b1:one", entry)


TestForgetting = Forgetting.TestCase
# Two records of one id, a commit, a look and a wait in one order: rarer than 100 examples show.
TestForgetting.settings = settings(max_examples=500)


class ForgettingByTheClock(Forgetting):
    """A planted mistake: entries go by their age alone, unread duplicates or not."""

    def _may_go(self, entry: Entry) -> bool:
        return entry.settled_at is not None and entry.settled_at + WINDOW <= self.now


class ForgettingHastily(Forgetting):
    horizon_kind = HastyHorizon


@pytest.mark.parametrize("planted", [ForgettingByTheClock, ForgettingHastily])
def test_a_planted_mistake_is_caught(planted: type[Forgetting]) -> None:
    thorough = settings(max_examples=2000, phases=[Phase.generate], derandomize=True, database=None)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(planted, settings=thorough)
