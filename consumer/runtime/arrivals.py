"""How does an event that came by the control topic get its place among the others?

It is accepted once its control record is passed, and then stands in the ledger: in memory only
those wait that have their turn at once, or wait behind others that are in memory.
"""

from typing import Any

from consumer.core.arrival import arrived
from consumer.core.in_flight import InFlight
from consumer.core.ledger_entry import Entry
from consumer.core.parked_restore import parked_lane
from consumer.core.precaution import Precaution
from consumer.core.record import LogRecord
from consumer.core.retry import GiveUp
from consumer.runtime.environment import Environment
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.turns import Turns
from processors.contract import WorkflowEvent


class Arrivals:
    """The events of one session that came by the control topic."""

    def __init__(
        self, env: Environment, state: PartitionState, turns: Turns, parking: Parking
    ) -> None:
        """Give them their places in *state*."""
        self._env = env
        self._state = state
        self._turns = turns
        self._parking = parking

    def made(
        self,
        key: str,
        record: LogRecord,
        event: WorkflowEvent[Any],
        fingerprint: str,
        known: Entry | None,
        control_offset: int,
    ) -> InFlight:
        """Return *event* as it will go on under the ledger key *key*; ``prior`` is its entry.

        Args:
            key: Its ledger key.
            record: With the coordinates that it was first read at.
            event: What it says.
            fingerprint: Its content.
            known: The entry that it takes over, if there is one.
            control_offset: Of its control record.
        """
        state = self._state
        is_own = (record.topic, record.partition) == self._env.input(state.partition)
        # What lies before a record that is not passed yet may still have to be read (again): an
        # entry that has answered this one would hide it.
        is_passed = is_own and record.offset < state.progress.next_input
        holds = known.holds if known is not None else None
        prior = arrived(
            known,
            record,
            fingerprint=fingerprint,
            own_offset=record.offset if is_passed else None,
            control_offset=control_offset,
            seq=holds.seq if holds is not None else state.parked.take_seq(),
            now=self._env.clocks.now(),
        )
        return self._parking.event_in_flight(key, record, event, fingerprint, prior)

    def accept(
        self, item: InFlight, *, at_once: bool = False, preset: GiveUp | None = None
    ) -> None:
        """Give *item*, which was ``made`` and ``fits``, its place in its lane.

        Args:
            item: Nothing of its key is in flight.
            at_once: Whether it may run before its entry is committed; not where a death of the
                process could be repeated for ever.
            preset: What was decided about it.
        """
        state = self._state
        item.preset = preset
        state.in_flight[item.key] = item
        state.hold(1, item.weight)
        lane = parked_lane(item.lane, item.key)
        leads = self._parking.lead(item)
        if preset is None and not at_once and state.lanes.has_turn(item.lane):
            # Its turn may come before its entry is committed: it is announced then.
            item.precaution = Precaution.GROUP
        if lane in state.parked.lanes and not leads:
            self._parking.follow(lane, item)
        elif preset is None and not at_once and item.precaution is None:
            kept = item.prior.parked if item.prior is not None else None
            now = self._env.clocks.now()
            self._parking.park(item, now if kept is None else kept.parked_at, ())
        else:
            state.pending.arrived[item.key] = item
            if leads:
                self._turns.begin(item)
            else:
                self._turns.enter(item)
        state.signal()
        self._env.pool.wake()
