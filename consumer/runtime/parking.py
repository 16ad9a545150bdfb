"""How do events of one session come to wait in the ledger, and how do they run again?

Whoever is parked leaves memory with the commit that passes its offset, and comes back when it is
due.  While a lane is parked nobody enters it in memory: who comes is parked behind.
"""

from collections.abc import Iterable
from typing import Any

from consumer.core.admission import conflict
from consumer.core.answer import answer
from consumer.core.decode import decode
from consumer.core.dedup_key import coordinates_key, is_coordinates
from consumer.core.failure import Failure
from consumer.core.fingerprint import same_content
from consumer.core.in_flight import NO_EVENT, InFlight
from consumer.core.lanes import lane_of
from consumer.core.ledger_entry import Entry, answering, decode_entry, encode
from consumer.core.parked_event import Hold
from consumer.core.parked_lanes import ParkedLane
from consumer.core.parked_restore import parked_lane
from consumer.core.parking import may_park, parked
from consumer.core.precaution import Precaution
from consumer.core.record import Record, record_bytes
from consumer.core.retry import GiveUp, before_attempt
from consumer.core.settlement import Rules
from consumer.runtime.environment import Environment
from consumer.runtime.partition_state import PartitionState
from consumer.runtime.turns import Turns
from processors.contract import WorkflowEvent


class Parking:
    """The way of a session's events between memory and the ledger."""

    def __init__(
        self, env: Environment, state: PartitionState, rules: Rules, turns: Turns, owner: Any
    ) -> None:
        """Park into *state*; what becomes due gets its turn, for the session *owner*."""
        self._env = env
        self._state = state
        self._parked = state.parked
        self._rules = rules
        self._turns = turns
        self._owner = owner
        self._ordering = env.settings.processing.ordering
        self._asked: dict[str, ParkedLane] = {}
        """Lanes of duplicates that wait behind their originals, where that is not their own."""

    def fits(self, item: InFlight) -> bool:
        """Whether the state topic surely takes *item*, and has not refused it before."""
        refusals = self._state.refusals
        if refusals.any and refusals.verdict(item.record.offset) is not None:
            return False
        return may_park(self._rules, item.key, item.record, item.prior)

    def park(self, item: InFlight, due_at: float, followers: Iterable[InFlight]) -> None:
        """Park the head of a lane until *due_at*, and who waited behind it in memory.

        Args:
            item: Its turn has ended; it ``fits``.
            due_at: Seconds since the epoch.
            followers: In order.
        """
        now = self._env.clocks.now()
        lane = item.place if item.place is not None else parked_lane(item.lane, item.key)
        entry = parked(item, seq=self._seq_of(item), now=now, due_at=due_at)
        self._parked.park(lane, item.key, due_at=due_at, now=now, size=len(item.key) + len(entry))
        self._pend(lane, item, entry)
        self.follow_all(lane, followers)

    def follow_all(self, lane: ParkedLane, followers: Iterable[InFlight]) -> None:
        """Park *followers* behind all others of *lane*, in their order."""
        for follower in followers:
            self.follow(lane, follower)

    def follow(self, lane: ParkedLane, item: InFlight) -> None:
        """Park *item*, whose turn has not come, behind all others of *lane*."""
        now = self._env.clocks.now()
        suspicion = None
        if item.precaution is not None:
            suspicion = self._state.quarantine.unrun(item.precaution, item.prior, now)
        entry = parked(
            item,
            seq=self._parked.take_seq(),
            now=now,
            held_by=self._parked.held_by(lane),
            suspicion=suspicion,
        )
        self._parked.follow(lane, item.key, now=now, size=len(item.key) + len(entry))
        self._pend(lane, item, entry)

    def hold(self, item: InFlight) -> Hold | None:
        """Return which lane waits for what becomes of the letter of *item*; None where none does.

        An event with a lane of its own holds nobody.
        """
        lane = item.lane
        if lane is None or self._env.settings.retry.on_dead_letter != "hold_key":
            return None
        return Hold(lane, self._seq_of(item))

    def lead(self, item: InFlight) -> bool:
        """Let *item*, a resend, go to the head of the lane that its letter holds.

        False where it holds none, or another than the resend's own, which goes on then.
        """
        prior = item.prior
        if prior is None or prior.holds is None or prior.letter is None:
            return False
        lane, dlq_id = parked_lane(item.lane, item.key), prior.letter.dlq_ids[-1]
        if lane != prior.holds.lane:
            self.release(prior.holds.lane, dlq_id)
            return False
        if not self._parked.lead(lane, dlq_id, item.key):
            return False
        item.place = lane
        return True

    def release(self, lane: ParkedLane, dlq_id: str) -> bool:
        """Let a lane go on that the letter *dlq_id* has held; False where it holds none."""
        released = self._parked.release(lane, dlq_id, self._env.clocks.now())
        self._state.due_changed()
        return released

    def answered(self, key: str, entry: Entry, offset: int) -> None:
        """Pass a duplicate of the parked event *key*, in the commit that says so."""
        self._state.pending.journal[key] = encode(answering(entry, offset))
        self._state.offsets.settle(offset)
        self._state.signal()

    def ask(
        self, lane: ParkedLane, record: Record, event: WorkflowEvent[Any], fingerprint: str
    ) -> None:
        """Park a duplicate behind its original, to be answered when that is done."""
        key = coordinates_key(record.topic, record.partition, record.offset)
        encoded = self._state.newest(key)
        prior = decode_entry(encoded) if encoded is not None else None
        item = self._item(key, record, event, fingerprint, prior)
        self._state.in_flight[key] = item
        self._state.hold(1, item.weight)
        self._ask(lane, item)

    def _ask(self, lane: ParkedLane, item: InFlight) -> None:
        self._asked[item.key] = lane
        self.follow(lane, item)

    def start(self, key: str) -> None:
        """Give a parked event whose time has come its turn."""
        state, now = self._state, self._env.clocks.now()
        entry = decode_entry(state.newest(key) or b"")
        kept = entry.parked
        if kept is None:
            raise RuntimeError(f"{key!r} is due and its entry holds no record: {entry}")
        event = decode(kept.record.value or b"")
        preset: GiveUp | None = None
        if isinstance(event, Failure):
            # It was an event when it was parked: another version of ours has taken over.
            preset, event = GiveUp("poison", event, event), NO_EVENT
        fingerprint = entry.fingerprints[-1] if entry.fingerprints else ""
        item = self._item(key, kept.record, event, fingerprint, entry)
        item.place = self._asked.pop(key, parked_lane(item.lane, key))
        item.preset = preset
        state.pending.tally.released.append(max(0.0, now - (kept.due_at or now)))
        self._parked.load.by_policy[entry.policy or ""] -= 1
        if preset is None and is_coordinates(key) and self._was_answered(item):
            self._parked.settle(item.place, now)
            state.due_changed()
            return
        state.in_flight[key] = item
        state.hold(1, item.weight)
        history = item.history
        if item.preset is None and history is not None and history.last_failure is not None:
            item.preset = before_attempt(
                item.policy,
                attempts=history.count,
                failure=history.last_failure,
                age_seconds=now - (history.first_failed_at or now),
            )
        if item.preset is None:
            precaution = state.quarantine.of_parked(entry)
            item.precaution = None if precaution is Precaution.NONE else precaution
        if history is not None and item.preset is None:
            self._turns.begin_retry(item)
        else:
            self._turns.begin(item)

    def _was_answered(self, item: InFlight) -> bool:
        """Answer *item*, which was parked as a duplicate; where it is a conflict, preset that.

        Its original has settled by now, and may be on its way to be committed.
        """
        state, event, key = self._state, item.event, item.key
        original = self._env.dedup_key(event, item.fingerprint)
        current = state.in_flight.get(original)
        encoded = state.ledger.get(original) if current is None else None
        known = decode_entry(encoded) if encoded is not None else None
        accepted = known.fingerprints if known is not None else current.accepted if current else ()
        if not same_content(item.fingerprint, accepted):
            item.preset = conflict(event) if accepted else None
            return False
        if current is not None:
            state.defer(current, item.record, event, key)
        elif known is not None and known.parked is not None:
            # Restored to the lane of its own key, it has come before its original.
            state.in_flight[key] = item
            state.hold(1, item.weight)
            self._ask(parked_lane(lane_of(self._ordering, known.parked.record.key), original), item)
        elif known is not None:
            now = self._env.clocks.now()
            state.pending.say(answer(item.record, event, known, now=now), key)
            state.signal()
        return True

    def committed(self, item: InFlight, entry: bytes) -> None:
        """Let memory follow the parking of *item*, which is visible now."""
        state = self._state
        state.ledger.apply(item.key, entry, None)
        if state.in_flight.get(item.key) is item:
            del state.in_flight[item.key]
        if item.dropped is not None:
            # Duplicates that came while the parking was on its way.
            newest = decode_entry(state.newest(item.key) or entry)
            state.pending.journal[item.key] = encode(answering(newest, max(item.dropped)))
            state.offsets.settle_all(item.dropped)
            state.signal()
        lane = item.place if item.place is not None else parked_lane(item.lane, item.key)
        self._ask_deferred(lane, item)

    def _pend(self, lane: ParkedLane, item: InFlight, entry: bytes) -> None:
        self._state.pending.park(item, entry)
        self._parked.load.by_policy[item.policy_name] += 1
        self._state.signal()
        self._ask_deferred(lane, item)

    def _ask_deferred(self, lane: ParkedLane, item: InFlight) -> None:
        """Park the duplicates that waited in memory for the end of *item*."""
        deferred, item.deferred = item.deferred, None
        for record, event, _ in deferred or ():
            # Counted anew as an event in flight, until its parking is committed.
            self._state.release(1, record_bytes(record))
            self.ask(lane, record, event, item.fingerprint)

    def _item(
        self,
        key: str,
        record: Record,
        event: WorkflowEvent[Any],
        fingerprint: str,
        prior: Entry | None,
    ) -> InFlight:
        return InFlight(
            record,
            event,
            key,
            fingerprint,
            lane_of(self._ordering, record.key),
            prior,
            record_bytes(record),
            self._owner,
            *self._env.routes[event.event_type],
        )

    def _seq_of(self, item: InFlight) -> int:
        """Return the place of *item* in its lane: the one it has, or a new one."""
        prior = item.prior
        if prior is not None and prior.parked is not None:
            return prior.parked.seq
        if item.place is not None and prior is not None and prior.holds is not None:
            return prior.holds.seq
        return self._parked.take_seq()
