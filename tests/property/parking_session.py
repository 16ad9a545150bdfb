"""How will the runtime put the pure parts of parking together?

One owner's life with one partition, without Kafka, tasks or sleeps: every method is one step, and
the session may be dropped between any two.
"""

from dataclasses import replace

from config.policies import RetryPolicy
from consumer.core import admission
from consumer.core.admission import Admission
from consumer.core.catch_up import CatchUp
from consumer.core.failure import Attempt, History
from consumer.core.giving_up import dead_lettered
from consumer.core.lanes import Lanes, lane_of
from consumer.core.ledger_entry import Entry, answering, encode
from consumer.core.parked_event import Crash, Hold
from consumer.core.parked_lanes import ParkedLane
from consumer.core.parked_restore import parked_lane
from consumer.core.parking import parked
from consumer.core.record import LogRecord
from consumer.core.retry import GiveUp
from consumer.core.settlement import completed, journalled
from tests.builders import a_failure, a_processor, an_event, rules
from tests.property.parking_commits import Commits
from tests.property.parking_world import Item, Settlement, World, Write

RULES = rules()
PROCESSOR = a_processor()
POLICY = RetryPolicy(max_attempts=4)
CATCH_UP_RATE = 2.0
FAILURE = a_failure("permanent")
FOR_GOOD = GiveUp("permanent", FAILURE, FAILURE)


class Session(Commits):
    """One owner's life, as the runtime will have it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.lanes: Lanes[Item] = Lanes()
        self.catch_up = CatchUp(CATCH_UP_RATE, world.now)
        self.running: list[Item] = []

    def read(self) -> None:
        """Judge the next record."""
        record = self.world.log[self.offsets.next]
        self.offsets.admit(record.offset, record.timestamp)
        key = f"e:{(record.value or b'').decode()}"
        current, entry = self.in_flight.get(key), self.world.entry(key)
        if current is not None:
            verdict = admission.against_in_flight(
                record.offset, "b1:one", current.accepted, current.prior
            )
            if verdict is Admission.REREAD:
                self.offsets.settle(record.offset)
            else:
                current.drop(record.offset)
            return
        if entry is None:
            self.world.events[record.offset] = lane_of(self.world.ordering, record.key)
            self.admit(self.item(record, key, None))
            return
        match admission.against_entry(record.offset, "b1:one", entry):
            case Admission.NEW | Admission.UNFINISHED | Admission.RESEND as verdict:
                item = self.item(record, key, entry)
                item.resend = verdict is Admission.RESEND or entry.letter is not None
                self.admit(item)
            case Admission.DUPLICATE if entry.parked is not None:
                self.answered[key] = record.offset
                raised = encode(answering(entry, record.offset))
                self.pending.append(Write(key, raised, passes=(record.offset,)))
            case _:
                self.offsets.settle(record.offset)

    def item(self, record: LogRecord, key: str, prior: Entry | None) -> Item:
        lane = lane_of(self.world.ordering, record.key)
        event = an_event(key[2:])
        item = Item(
            record, event, key, "b1:one", lane, prior, 1, None, PROCESSOR, "default", POLICY
        )
        item.place, item.is_open, item.resend = None, True, False
        return item

    def admit(self, item: Item) -> None:
        self.in_flight[item.key] = item
        lane = parked_lane(item.lane, item.key)
        prior = item.prior
        if prior is not None and prior.holds is not None and prior.letter is not None:
            held, dlq_id = prior.holds.lane, prior.letter.dlq_ids[-1]
            if held != lane:
                # Published under another key: the old one need not wait for it.
                self.parked.release(held, dlq_id, self.world.now)
            elif self.parked.lead(lane, dlq_id, item.key):
                item.place = lane
                self.begin(item)
                return
        if lane in self.parked.lanes:
            self.park_behind(lane, item)
        elif self.lanes.enter(item.lane, item):
            self.begin(item)

    def start(self, *, limit: int = 10) -> None:
        """Let parked events run whose time has come."""
        due, now = self.parked.due, self.world.now
        keys = due.take_due(now, limit)
        allowed = min(limit - len(keys), self.catch_up.allowance(now))
        missed = due.take_missed(allowed)
        self.catch_up.start(len(missed))
        for key in (*keys, *missed):
            entry = self.world.entry(key)
            assert entry is not None, "lost: a parked event without an entry"
            kept = entry.parked
            assert kept is not None, "lost: a parked event without its record"
            if key in self.answered:
                entry = answering(entry, self.answered.pop(key))
            item = self.item(kept.record, key, entry)
            item.place, item.is_open = parked_lane(item.lane, key), False
            item.resend = entry.letter is not None
            self.in_flight[key] = item
            self.begin(item)

    def begin(self, item: Item) -> None:
        """Begin an attempt."""
        busy = {other.lane for other in self.running}
        self.world.check_attempt(item, busy, [*self.sent(), *self.pending])
        self.running.append(item)

    def succeed(self, item: Item) -> None:
        now = self.world.now
        done = completed(RULES, item, None, started_at=now, finished_at=now)
        self.settle(item, done.entry, "completed", done.attempts)
        self.leave(item)

    def fail(self, item: Item, delay: float | None) -> None:
        """Fail an attempt: for now, to be tried after *delay* or at once, or for good."""
        failure = a_failure()
        history = item.history = item.history or History()
        history.add(
            Attempt(history.count + 1, "transient", self.world.now, 0.0, delay_seconds=delay),
            failure,
        )
        if history.count >= POLICY.max_attempts:
            self.give_up(item)
        elif delay is None:
            self.pending.append(Write(item.key, journalled(item)))
        else:
            self.running.remove(item)
            self.park(item, self.world.now + delay)

    def give_up(self, item: Item, give_up: GiveUp = FOR_GOOD) -> None:
        lane = parked_lane(item.lane, item.key)
        holds = None
        if self.world.hold_key and not isinstance(lane, str):
            holds = Hold(lane, self.seq_of(item))
        now = self.world.now
        done = dead_lettered(RULES, item, give_up, now=now, holds=holds)
        self.settle(item, done.entry, "dead_lettered", done.attempts)
        if holds is None:
            self.leave(item)
            return
        self.running.remove(item)
        dlq_id = done.dlq_id or ""
        waiting = self.lanes.disband(item.lane) if item.place is None else []
        self.parked.hold(lane, dlq_id)
        for follower in waiting:
            self.park_behind(lane, follower)

    def settle(self, item: Item, entry: bytes, outcome: str, attempts: int) -> None:
        settlement = Settlement(
            item.record.offset, item.key[2:], outcome, attempts, resend=item.resend
        )
        self.pending.append(Write(item.key, entry, item, settlement))

    def leave(self, item: Item) -> None:
        self.running.remove(item)
        if item.place is not None:
            self.parked.settle(item.place, self.world.now)
            return
        following = self.lanes.leave(item.lane)
        if following is not None:
            self.begin(following)

    def seq_of(self, item: Item) -> int:
        prior = item.prior
        if prior is not None and prior.parked is not None:
            return prior.parked.seq
        if item.place is not None and prior is not None and prior.holds is not None:
            return prior.holds.seq
        return self.parked.take_seq()

    def park(self, item: Item, due_at: float) -> None:
        lane = item.place if item.place is not None else parked_lane(item.lane, item.key)
        waiting = self.lanes.disband(item.lane) if item.place is None else []
        entry = parked(item, seq=self.seq_of(item), now=self.world.now, due_at=due_at)
        size = len(item.key) + len(entry)
        self.parked.park(lane, item.key, due_at=due_at, now=self.world.now, size=size)
        self.pending.append(Write(item.key, entry, item))
        for follower in waiting:
            self.park_behind(lane, follower)

    def park_behind(self, lane: ParkedLane, item: Item) -> None:
        held_by = self.parked.held_by(lane)
        entry = parked(
            item,
            seq=self.parked.take_seq(),
            now=self.world.now,
            held_by=held_by,
            suspicion=self.suspicion_of(item),
        )
        size = len(item.key) + len(entry)
        self.parked.follow(lane, item.key, now=self.world.now, size=size)
        self.pending.append(Write(item.key, entry, item))

    def suspicion_of(self, item: Item) -> Crash | None:
        """Return how far *item*, which has not run, is suspected of killing the process."""
        return None

    def release(self, key: str) -> None:
        """Let the lane that the letter of *key* holds go on, as an operator would."""
        entry = self.world.entry(key)
        assert entry is not None
        assert entry.holds is not None
        self.pending.append(Write(key, encode(replace(entry, holds=None))))
        assert entry.letter is not None
        assert self.parked.release(entry.holds.lane, entry.letter.dlq_ids[-1], self.world.now)
