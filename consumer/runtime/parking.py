"""How do events of one session come to wait in the ledger, and how do they run again?

Whoever is parked leaves memory with the commit that passes its offset, and comes back when it is
due.  While a lane is parked nobody enters it in memory: who comes is parked behind.
"""

from collections.abc import Iterable
from typing import Any

from consumer.core.admission import conflict
from consumer.core.decode import decode
from consumer.core.dedup_key import is_coordinates
from consumer.core.failure import Failure
from consumer.core.in_flight import NO_EVENT, InFlight
from consumer.core.lanes import lane_of
from consumer.core.ledger_entry import Entry, answering, decode_entry, encode
from consumer.core.parked_event import Hold
from consumer.core.parked_lanes import ParkedLane
from consumer.core.parked_restore import parked_lane
from consumer.core.parking import may_park, no_room, parked
from consumer.core.precaution import Precaution
from consumer.core.record import Record, record_bytes
from consumer.core.retry import GiveUp, before_attempt
from consumer.core.settlement import Rules
from consumer.runtime.asking import Asking
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
        self.asking = Asking(env, state, self)

    def fits(self, item: InFlight) -> bool:
        """Whether the state topic surely takes *item*, and has not refused it before."""
        refusals = self._state.refusals
        if refusals.any and refusals.verdict(item.position) is not None:
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
        """Park *item*, whose turn has not come, behind all others of *lane*.

        One that the state topic would not take cannot wait for hours: it becomes a letter.
        """
        if not self.fits(item):
            item.lane, item.preset = None, no_room(item)
            self._turns.give(item)
            return
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

    def start(self, key: str) -> None:
        """Give a parked event whose time has come its turn."""
        state, now = self._state, self._env.clocks.now()
        entry = decode_entry(state.newest(key) or b"")
        item = self.restored(key, entry)
        item.place = self.asking.lane_of(item)
        due_at = entry.parked.due_at if entry.parked is not None else None
        state.pending.tally.released.append(max(0.0, now - (due_at or now)))
        self._parked.load.by_policy[entry.policy or ""] -= 1
        if item.preset is None and entry.act is not None and not self.asking.is_own(item):
            # It was judged to be a conflict when it was asked for; what is known of its id may be
            # another by now.
            item.preset = conflict(item.event)
        elif item.preset is None and is_coordinates(key):
            is_answered = self.asking.was_answered(item)
            if is_answered or (item.preset is None and item.lane is None):
                self._parked.settle(item.place, now)
                state.due_changed()
            if is_answered:
                return
            if item.preset is None and item.lane is None:
                key = self.asking.stand_in(item)
        state.in_flight[key] = item
        state.hold(1, item.weight)
        history = item.history
        if item.preset is None and history is not None and history.last_failure is not None:
            item.preset = before_attempt(
                item.policy,
                attempts=history.count,
                failure=history.last_failure,
                age_seconds=now - (history.first_failed_at or now),
                held_seconds=history.held_seconds,
            )
        if item.preset is None:
            precaution = state.quarantine.of_parked(entry)
            item.precaution = None if precaution is Precaution.NONE else precaution
        if history is not None and item.preset is None:
            self._turns.begin_retry(item)
        else:
            self._turns.begin(item)

    def restored(self, key: str, entry: Entry) -> InFlight:
        """Return the event that *entry* holds, as it goes on.

        Raises:
            RuntimeError: It holds no record.
        """
        kept = entry.parked
        if kept is None:
            raise RuntimeError(f"{key!r} is parked and its entry holds no record: {entry}")
        event = decode(kept.record.value or b"")
        preset: GiveUp | None = None
        if isinstance(event, Failure):
            # It was an event when it was parked: another version of ours has taken over.
            preset, event = GiveUp("poison", event, event), NO_EVENT
        fingerprint = entry.fingerprints[-1] if entry.fingerprints else ""
        item = self.event_in_flight(key, kept.record, event, fingerprint, entry)
        item.preset = preset
        return item

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
        self.asking.ask_deferred(lane, item)

    def _pend(self, lane: ParkedLane, item: InFlight, entry: bytes) -> None:
        self._state.pending.park(item, entry)
        self._parked.load.by_policy[item.policy_name] += 1
        self._state.signal()
        self.asking.ask_deferred(lane, item)

    def event_in_flight(
        self,
        key: str,
        record: Record,
        event: WorkflowEvent[Any],
        fingerprint: str,
        prior: Entry | None,
    ) -> InFlight:
        """Return *event* as it goes on, with the *prior* entry that it takes over."""
        item = InFlight(
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
        if (record.topic, record.partition) != self._env.input(self._state.partition):
            item.make_foreign()
        return item

    def _seq_of(self, item: InFlight) -> int:
        """Return the place of *item* in its lane: the one it has, or a new one."""
        prior = item.prior
        if prior is not None and prior.parked is not None:
            return prior.parked.seq
        if item.place is not None and prior is not None and prior.holds is not None:
            return prior.holds.seq
        return self._parked.take_seq()
