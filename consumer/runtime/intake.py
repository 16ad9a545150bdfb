"""What becomes of each record that was read?

Judged in log order, at reading, against what is in flight and the ledger; what runs gets its place
in its lane.  This is the hot path: everything here is counted in parts of a microsecond.
"""

from collections.abc import Sequence
from typing import Any, assert_never

from consumer.core.admission import Admission, against_entry, against_in_flight, conflict
from consumer.core.decode import decode
from consumer.core.dedup_key import CONTENT_PREFIX, content_key, coordinates_key
from consumer.core.failure import Failure
from consumer.core.fingerprint import TooDeepError
from consumer.core.in_flight import InFlight
from consumer.core.lanes import LaneKey
from consumer.core.ledger_entry import Entry, decode_entry
from consumer.core.parked_restore import parked_lane
from consumer.core.precaution import Precaution
from consumer.core.record import Record
from consumer.core.retry import GiveUp
from consumer.runtime.duplicates import Duplicates
from consumer.runtime.environment import Environment
from consumer.runtime.homeward import Homeward
from consumer.runtime.parking import Parking
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.settlements import Settlements
from processors.contract import WorkflowEvent


class Intake:
    """The way of records into one session."""

    def __init__(
        self,
        env: Environment,
        state: PartitionState,
        settlements: Settlements,
        parking: Parking,
        owner: Any,
    ) -> None:
        """Admit into *state*, for the session *owner*.

        What is decided at once is settled through *settlements*; who comes to a lane that is parked
        goes through *parking*.
        """
        self._env = env
        self._state = state
        self._settlements = settlements
        self._parking = parking
        self._duplicates = Duplicates(env, state, parking)
        self._routes = env.routes
        self._dedup = env.settings.dedup
        self._by_content = env.settings.dedup.conflicts == "process"
        self._ordering = env.settings.processing.ordering
        self._turns = settlements.turns
        self._owner = owner
        self._homes = env.homes
        self._homeward = Homeward(env, state)
        self._admitted = 0
        self._weight = 0
        """Of the records that are being accepted; counted once for all of them."""

    def accept(self, records: Sequence[Record]) -> None:
        """Judge *records*, in log order, and queue what is to run."""
        state = self._state
        offsets, in_flight = state.offsets, state.in_flight
        admit, known = offsets.admit, state.ledger.get
        fingerprint_of, key_of = self._env.fingerprint, self._env.dedup_key
        self._admitted = self._weight = 0
        homes, goes_home = self._homes, self._homeward.goes
        for record in records:
            offset = record.offset
            if offset < offsets.next:
                # The client was sought back, or delivered twice: judged already.
                continue
            admit(offset, record.timestamp)
            value = record.value
            if value is None:
                offsets.settle(offset)
                state.pending.count_ignored()
                continue
            if state.judged and offset in state.judged:
                self._duplicates.skip(offset)
                continue
            event = decode(value)
            if isinstance(event, Failure):
                self._settlements.poison(record, event)
                continue
            try:
                fingerprint = fingerprint_of(event, record)
            except TooDeepError as error:
                failure = Failure("INVALID_INPUT", str(error), "permanent", "decode")
                self._settlements.poison(record, failure)
                continue
            key = key_of(event, fingerprint)
            if homes and record.key is None and goes_home(record, key):
                continue
            if key not in in_flight and known(key) is None and not self._by_content:
                self._admit(record, event, key, fingerprint, None)
            else:
                self._judge(record, event, key, fingerprint)
        state.hold(self._admitted, self._weight)

    def _judge(
        self,
        record: Record,
        event: WorkflowEvent[Any],
        key: str,
        fingerprint: str,
    ) -> None:
        """Compare the event with what is known of its id."""
        state = self._state
        if self._by_content and not key.startswith(CONTENT_PREFIX):
            own = content_key(key, fingerprint)
            if self._is_known(own):
                # An event of its own since it was judged first: whatever has become of the id
                # meanwhile, it is no resend of it when it is read again.
                self._judge(record, event, own, fingerprint)
                return
        current = state.in_flight.get(key)
        if current is not None:
            admission = against_in_flight(
                record.offset, fingerprint, current.accepted, current.prior
            )
            self._known(record, event, key, fingerprint, admission, current, None)
            return
        encoded = state.newest(key)
        if encoded is None:
            self._admit(record, event, key, fingerprint, None)
            return
        entry = decode_entry(encoded)
        admission = against_entry(record.offset, fingerprint, entry)
        self._known(record, event, key, fingerprint, admission, None, entry)

    def _is_known(self, key: str) -> bool:
        return key in self._state.in_flight or self._state.ledger.get(key) is not None

    def _known(
        self,
        record: Record,
        event: WorkflowEvent[Any],
        key: str,
        fingerprint: str,
        admission: Admission,
        current: InFlight | None,
        entry: Entry | None,
    ) -> None:
        match admission:
            case Admission.NEW | Admission.UNFINISHED:
                self._admit(record, event, key, fingerprint, entry)
            case Admission.REREAD:
                self._duplicates.skip(record.offset)
            case Admission.RESEND if self._dedup.on_resend == "process":
                self._admit(record, event, key, fingerprint, entry)
            case Admission.RESEND:
                self._state.pending.count_duplicate("resend_dropped")
                self._state.offsets.settle(record.offset)
            case Admission.DUPLICATE:
                what = self._dedup.duplicates
                self._duplicates.meet(record, event, key, fingerprint, current, entry, what)
            case Admission.CONFLICT:
                self._conflict(record, event, key, fingerprint, current, entry)
            case _:
                assert_never(admission)

    def _conflict(
        self,
        record: Record,
        event: WorkflowEvent[Any],
        key: str,
        fingerprint: str,
        current: InFlight | None,
        entry: Entry | None,
    ) -> None:
        """Another event with a known id: as ``dedup.on_conflict`` says."""
        what = self._dedup.conflicts
        if what in {"drop", "answer"}:
            self._duplicates.meet(record, event, key, fingerprint, current, entry, what)
            return
        self._state.pending.count_conflict()
        if what == "process":
            # An event of its own from here on: same id, but known by its content too.
            self._judge(record, event, content_key(key, fingerprint), fingerprint)
        else:
            own = coordinates_key(record.topic, record.partition, record.offset)
            self._admit(record, event, own, fingerprint, None, conflict(event))

    def _admit(
        self,
        record: Record,
        event: WorkflowEvent[Any],
        key: str,
        fingerprint: str,
        entry: Entry | None,
        preset: GiveUp | None = None,
    ) -> None:
        """Give the event its place in its lane."""
        state = self._state
        processor, policy_name, policy = self._routes[event.event_type]
        key_bytes = record.key
        lane: LaneKey | None = key_bytes
        if self._ordering != "key":
            lane = 0 if self._ordering == "partition" else None
        weight = len(record.value or b"") + (len(key_bytes) if key_bytes is not None else 0)
        item = InFlight(
            record,
            event,
            key,
            fingerprint,
            lane,
            entry,
            weight,
            self._owner,
            processor,
            policy_name,
            policy,
        )
        item.preset = preset
        state.in_flight[key] = item
        self._admitted += 1
        self._weight += weight
        # What was decided already runs nobody's code.
        if state.is_watching and preset is None:
            precaution = state.quarantine.of_admitted(record.offset, entry)
            item.precaution = None if precaution is Precaution.NONE else precaution
        if state.parked.lanes and self._is_parked(item):
            return
        self._turns.enter(item)

    def _is_parked(self, item: InFlight) -> bool:
        """Whether *item* waits behind parked events of its lane; or leads it from now on."""
        lane = parked_lane(item.lane, item.key)
        if self._parking.lead(item):
            self._turns.begin(item)
        elif lane in self._state.parked.lanes:
            self._parking.follow(lane, item)
        else:
            return False
        return True
