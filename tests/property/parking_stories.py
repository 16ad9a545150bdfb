"""Which stories of one partition with parked events are told?

At any step anything may happen, the death of the owner included; after each step the checks are
made, and every story ends with a way back to rest.
"""

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from consumer.core.parked_restore import Ordering
from tests.property.parking_session import Session
from tests.property.parking_world import World

EVENT_IDS = st.sampled_from("aabcdef")
KEYS = st.sampled_from([b"k", b"k", b"l", None])
ORDERINGS: st.SearchStrategy[Ordering] = st.sampled_from(
    ["key", "key", "key", "partition", "none"],
)
INDEX = st.integers(0, 3)
DELAYS = st.sampled_from([None, 1.0, 5.0, 60.0])
ROUNDS = 400


class Parking(RuleBasedStateMachine):
    """One partition, and one owner after the other."""

    world: World
    session: Session

    @initialize(
        ordering=ORDERINGS,
        hold_key=st.booleans(),
        events=st.lists(st.tuples(EVENT_IDS, KEYS), max_size=4),
    )
    def begin(
        self, ordering: Ordering, events: list[tuple[str, bytes | None]], *, hold_key: bool
    ) -> None:
        self.world = World(ordering, hold_key)
        self.session = Session(self.world)
        for event_id, key in events:
            self.publish(event_id, key, read=True)

    @rule(event_id=EVENT_IDS, key=KEYS, read=st.booleans())
    def publish(self, event_id: str, key: bytes | None, *, read: bool) -> None:
        self.world.publish(event_id, key)
        if read:
            self.read_all()

    @precondition(lambda self: self.session.has_unread)
    @rule()
    def read_all(self) -> None:
        while self.session.has_unread:
            self.session.read()

    @precondition(lambda self: self.session.running)
    @rule(index=INDEX)
    def succeed(self, index: int) -> None:
        running = self.session.running
        self.session.succeed(running[index % len(running)])

    @precondition(lambda self: self.session.running)
    @rule(index=INDEX, delay=DELAYS)
    def fail_for_now(self, index: int, delay: float | None) -> None:
        running = self.session.running
        self.session.fail(running[index % len(running)], delay)

    @precondition(lambda self: self.session.running)
    @rule(index=INDEX)
    def fail_for_good(self, index: int) -> None:
        running = self.session.running
        self.session.give_up(running[index % len(running)])

    @rule()
    def commit(self) -> None:
        if self.session.committing is None:
            self.session.take()
        self.session.answer()

    @precondition(lambda self: self.session.committing is None)
    @rule()
    def send(self) -> None:
        self.session.take()

    @rule(seconds=st.sampled_from([0.0, 1.0, 5.0, 60.0]), limit=st.sampled_from([1, 10]))
    def let_time_pass(self, seconds: float, limit: int) -> None:
        self.world.now += seconds
        self.session.start(limit=limit)

    @precondition(lambda self: self.session.holders())
    @rule(index=INDEX)
    def release(self, index: int) -> None:
        holders = self.session.holders()
        self.session.release(holders[index % len(holders)])

    @rule(visible=st.booleans(), seconds=st.sampled_from([0.0, 3.0]))
    def die(self, seconds: float, *, visible: bool) -> None:
        """Drop the session; what it had sent may have become visible all the same."""
        if self.session.committing is not None and visible:
            self.world.apply(*self.session.committing)
        self.world.now += seconds
        self.session = Session(self.world)

    @precondition(lambda self: self.session.is_committed)
    @rule()
    def a_restart_changes_nothing(self) -> None:
        again = Session(self.world)
        assert again.places() == self.session.places(), "lost: not as it was"
        assert again.parked.load.entries == self.session.parked.load.entries
        assert again.parked.load.bytes == self.session.parked.load.bytes
        assert again.parked.load.oldest() == self.session.parked.load.oldest()

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "world"):
            self.world.check()

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        for _ in range(ROUNDS):
            if self.session.is_at_rest:
                break
            self.come_closer_to_rest()
        assert self.session.is_at_rest, "rest: it never comes"
        self.world.check_rest()

    def come_closer_to_rest(self) -> None:
        """Do whatever there is to do; nothing fails any more."""
        if self.session.has_unread:
            self.read_all()
        self.let_time_pass(1.0, 10)
        for item in list(self.session.running):
            self.session.succeed(item)
        self.commit()
        for key in self.session.holders():
            self.session.release(key)
