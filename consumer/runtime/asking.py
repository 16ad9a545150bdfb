"""How does a duplicate of a parked event get its answer?

It is parked behind its original, under its own coordinates; when its turn comes the original is
done, and it is answered in the transaction that forgets its entry.
"""

from typing import Any, Protocol

from consumer.core.admission import conflict
from consumer.core.answer import answer
from consumer.core.arrival import arrived
from consumer.core.dedup_key import content_key, coordinates_key
from consumer.core.fingerprint import same_content
from consumer.core.in_flight import InFlight
from consumer.core.lanes import lane_of
from consumer.core.ledger_entry import Entry, decode_entry, encode
from consumer.core.parked_lanes import ParkedLane
from consumer.core.parked_restore import parked_lane
from consumer.core.record import LogRecord, Record, record_bytes
from consumer.runtime.environment import Environment
from consumer.runtime.partition_state import PartitionState
from processors.contract import WorkflowEvent


class Parks(Protocol):
    """Who parks events."""

    def follow(self, lane: ParkedLane, item: InFlight) -> None:
        """Park *item*, whose turn has not come, behind all others of *lane*."""
        ...

    def event_in_flight(
        self,
        key: str,
        record: Record,
        event: WorkflowEvent[Any],
        fingerprint: str,
        prior: Entry | None,
    ) -> InFlight:
        """Return *event* as it goes on, with the *prior* entry that it takes over."""
        ...


class Asking:
    """The duplicates of one session that wait for an answer in the ledger."""

    def __init__(self, env: Environment, state: PartitionState, parking: Parks) -> None:
        """Let them wait by *parking*."""
        self._env = env
        self._state = state
        self._parking = parking
        self._ordering = env.settings.processing.ordering
        self._lanes: dict[str, ParkedLane] = {}
        """Where they wait, where that is not the lane of their own key."""

    def lane_of(self, item: InFlight) -> ParkedLane:
        """Return the lane whose head *item* was, which is due."""
        return self._lanes.pop(item.key, parked_lane(item.lane, item.key))

    def lane_of_entry(self, key: str, entry: Entry) -> ParkedLane:
        """Return the lane in which the parked event *key* waits."""
        record_key = entry.parked.record.key if entry.parked is not None else None
        return self._lanes.get(key, parked_lane(lane_of(self._ordering, record_key), key))

    def ask(
        self, lane: ParkedLane, record: Record, event: WorkflowEvent[Any], fingerprint: str
    ) -> None:
        """Park a duplicate behind its original, to be answered when that is done."""
        key = coordinates_key(record.topic, record.partition, record.offset)
        prior = self._state.known(key)
        item = self._parking.event_in_flight(key, record, event, fingerprint, prior)
        self._state.in_flight[key] = item
        self._state.hold(1, item.weight)
        self._wait(lane, item)

    def _wait(self, lane: ParkedLane, item: InFlight) -> None:
        self._lanes[item.key] = lane
        self._parking.follow(lane, item)

    def answer_arrival(
        self, record: LogRecord, event: WorkflowEvent[Any], original: str, fingerprint: str
    ) -> None:
        """Answer a duplicate that came by the control topic, once *original* is done.

        Its control record is passed with the next commit: until it is answered, it stands in the
        ledger under its coordinates.
        """
        state, now = self._state, self._env.clocks.now()
        current = state.in_flight.get(original)
        known = state.known(original) if current is None else None
        if known is not None and known.is_settled:
            state.pending.said.append(answer(record, event, known, now=now))
            return
        key = coordinates_key(record.topic, record.partition, record.offset)
        seq = state.parked.take_seq()
        prior = arrived(
            None,
            record,
            fingerprint=fingerprint,
            own_offset=None,
            control_offset=None,
            seq=seq,
            now=now,
        )
        if current is not None:
            state.pending.journal[key] = encode(prior)
            state.defer(current, record, event, key)
        elif known is not None and known.parked is not None:
            item = self._parking.event_in_flight(key, record, event, fingerprint, prior)
            state.in_flight[key] = item
            state.hold(1, item.weight)
            self._wait(
                parked_lane(lane_of(self._ordering, known.parked.record.key), original), item
            )

    def was_answered(self, item: InFlight) -> bool:
        """Answer *item*, which was parked as a duplicate; where it is a conflict, preset that.

        Its original has settled by now, and may be on its way to be committed.
        """
        state, event, key = self._state, item.event, item.key
        original = self.original_of(item)
        current = state.in_flight.get(original)
        encoded = state.ledger.get(original) if current is None else None
        known = decode_entry(encoded) if encoded is not None else None
        accepted = known.fingerprints if known is not None else current.accepted if current else ()
        is_same = same_content(item.fingerprint, accepted)
        if not accepted or not (is_same or self._env.settings.dedup.conflicts == "answer"):
            item.preset = conflict(event) if accepted else None
            return False
        if current is not None:
            state.defer(current, item.record, event, key)
        elif known is not None and known.parked is not None:
            # Restored to the lane of its own key, it has come before its original.
            state.in_flight[key] = item
            state.hold(1, item.weight)
            self._wait(
                parked_lane(lane_of(self._ordering, known.parked.record.key), original), item
            )
        elif known is not None:
            now = self._env.clocks.now()
            state.pending.say(answer(item.record, event, known, now=now), key)
            state.signal()
        return True

    def original_of(self, item: InFlight) -> str:
        """Return the ledger key of what *item* was parked as a duplicate of."""
        key = self._env.dedup_key(item.event, item.fingerprint)
        if self._env.settings.dedup.conflicts == "process":
            key = self._state.known_as(key, item.fingerprint)
        return key

    def is_own(self, item: InFlight) -> bool:
        """Whether *item* goes on under the key of its own id."""
        key = self._env.dedup_key(item.event, item.fingerprint)
        return item.key in {key, content_key(key, item.fingerprint)}

    def stand_in(self, item: InFlight) -> str:
        """Let *item* run as the event that it was a duplicate of; return its ledger key.

        It came by the control topic while its original was in memory, and that was lost: read
        again, the original is the duplicate.
        """
        pending = self._state.pending
        pending.forgotten.append(item.key)
        item.key, item.place = self.original_of(item), None
        pending.arrived[item.key] = item
        return item.key

    def ask_deferred(self, lane: ParkedLane, item: InFlight) -> None:
        """Park the duplicates that waited in memory for the end of *item*."""
        deferred, item.deferred = item.deferred, None
        for record, event, _ in deferred or ():
            # Counted anew as an event in flight, until its parking is committed.
            self._state.release(1, record_bytes(record))
            self.ask(lane, record, event, item.fingerprint)
