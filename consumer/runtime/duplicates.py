"""What becomes of a record that says what is known already?

Dropped, or answered with what its original settled as; counted in any case, and never passed in a
way that would let it be taken for something new when it is read again.
"""

from typing import Any

from consumer.core.answer import answer
from consumer.core.in_flight import InFlight
from consumer.core.lanes import lane_of
from consumer.core.ledger_entry import Entry
from consumer.core.parked_restore import parked_lane
from consumer.core.record import Record
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from processors.contract import WorkflowEvent


class Duplicates:
    """The duplicates of one session."""

    def __init__(self, env: Environment, state: PartitionState, parking: Parking) -> None:
        """Pass duplicates of *state*; of parked events by *parking*."""
        self._env = env
        self._state = state
        self._parking = parking

    def skip(self, offset: int) -> None:
        """Pass a record that was judged before."""
        self._state.pending.count_duplicate("reread")
        self._state.offsets.settle(offset)

    def meet(
        self,
        record: Record,
        event: WorkflowEvent[Any],
        key: str,
        fingerprint: str,
        current: InFlight | None,
        entry: Entry | None,
        what: str,
    ) -> None:
        """Drop a duplicate, or answer it.

        Args:
            record: The duplicate.
            event: What it says.
            key: The ledger key that it shares with its original.
            fingerprint: Its content.
            current: The original, where it is in flight.
            entry: What the ledger knows of the original, where it is not.
            what: drop or answer.
        """
        self._state.pending.count_duplicate("dropped" if what == "drop" else "answered")
        if current is not None:
            if what == "drop":
                # Passed only with what it is a duplicate of: read again after a crash, it must
                # not be taken for a resend of what became a dead letter meanwhile.
                current.drop(record.offset)
            else:
                self._state.defer(current, record, event)
        elif entry is not None and entry.parked is not None:
            if what == "drop":
                self._parking.answered(key, entry, record.offset)
            else:
                ordering = self._env.settings.processing.ordering
                lane = parked_lane(lane_of(ordering, entry.parked.record.key), key)
                self._parking.asking.ask(lane, record, event, fingerprint)
        else:
            self._state.offsets.settle(record.offset)
            if what != "drop" and entry is not None:
                self._answer(record, event, entry)

    def _answer(self, record: Record, event: WorkflowEvent[Any], entry: Entry) -> None:
        """Answer a duplicate of a settled event, in the transaction that passes it."""
        output = answer(record, event, entry, now=self._env.clocks.now())
        self._state.pending.answer(record.offset, output)
        self._state.signal()
