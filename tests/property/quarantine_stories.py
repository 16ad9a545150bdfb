"""Which stories of processes that are killed by events are told?

Sessions are lost and handed over besides; nothing but an event kills a process here, so whoever is
charged must be a killer, and every killer must be.
"""

from collections import Counter
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from consumer.core.progress import decode_progress, encode_progress
from tests.property.parking_world import Item, World
from tests.property.quarantine_session import WatchedSession

KEYS = st.sampled_from([b"k", b"l", None])
KILLS = st.sampled_from([False, False, True])
INDEX = st.integers(0, 3)
ROUNDS = 400
DEATHS = 3


class Quarantined(RuleBasedStateMachine):
    """Some events kill whatever process runs them; sessions are lost and handed over besides."""

    world: World
    session: WatchedSession

    @initialize(events=st.lists(st.tuples(KEYS, KILLS), min_size=1, max_size=4))
    def begin(self, events: list[tuple[bytes | None, bool]]) -> None:
        self.world = World("key", hold_key=False)
        self.instances = 0
        self.killers: set[str] = set()
        self.kills: Counter[str] = Counter()
        for key, kills in events:
            self.publish(key, kills=kills)
        self.new_process()

    def new_process(self) -> None:
        self.instances += 1
        self.lose()

    @rule(key=KEYS, kills=KILLS)
    def publish(self, key: bytes | None, *, kills: bool) -> None:
        event_id = str(len(self.world.log))
        if kills and len(self.killers) < 3:
            self.killers.add(event_id)
        self.world.publish(event_id, key)

    @precondition(lambda self: self.session.has_room)
    @rule()
    def read(self) -> None:
        while self.session.has_room:
            self.session.read()

    @precondition(lambda self: self.session.may_run)
    @rule(index=INDEX, visible=st.booleans())
    def run(self, index: int, *, visible: bool) -> None:
        running = self.session.may_run
        item = running[index % len(running)]
        if item.key[2:] in self.killers:
            self.kill(item, visible=visible)
        else:
            self.session.succeed(item)

    def kill(self, item: Item, *, visible: bool) -> None:
        """Die; what had been sent may have become visible all the same."""
        self.kills[item.key[2:]] += 1
        if self.session.committing is not None and visible:
            self.world.apply(*self.session.committing)
        self.new_process()

    @precondition(lambda self: self.session.may_run)
    @rule(index=INDEX, delay=st.sampled_from([None, 1.0, 60.0]))
    def fail(self, index: int, delay: float | None) -> None:
        running = self.session.may_run
        item = running[index % len(running)]
        is_alone = item is self.session.alone
        if item.attempts >= 2 or (item.key[2:] in self.killers and (is_alone or delay is not None)):
            # What it promises is promised of an event that kills whenever it can.
            return
        # Alone nothing is tried again at once: it has survived, and is cleared.
        self.session.fail(item, 0.0 if is_alone else delay)

    @rule()
    def commit(self) -> None:
        if self.session.committing is None:
            self.session.take()
        self.session.answer()

    @precondition(lambda self: self.session.committing is None)
    @rule()
    def send(self) -> None:
        self.session.take()

    @rule(seconds=st.sampled_from([0.0, 1.0, 60.0]))
    def let_time_pass(self, seconds: float) -> None:
        self.world.now += seconds
        self.session.start()

    @precondition(lambda self: self.session.waiting_alone)
    @rule(committed=st.booleans())
    def run_alone(self, *, committed: bool) -> None:
        self.session.run_alone()
        if committed:
            self.commit()

    @rule(in_order=st.booleans())
    def end_session(self, *, in_order: bool) -> None:
        """Lose the session, or hand over whatever is not done to another process."""
        if not in_order:
            self.lose()
            return
        if self.session.committing is not None:
            self.session.answer()
        progress = decode_progress(self.world.progress)
        self.world.progress = encode_progress(replace(progress, clean=True))
        self.new_process()

    def lose(self) -> None:
        self.session = WatchedSession(self.world, f"process {self.instances}")

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "world"):
            self.world.check()
            worst = max(self.kills.values(), default=0)
            assert worst <= DEATHS, f"deaths: {self.kills}"
            for settlement in self.world.settlements:
                crashed = settlement.outcome != "completed"
                assert crashed == (settlement.event_id in self.killers), f"innocent: {settlement}"

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        for _ in range(ROUNDS):
            if self.session.is_at_rest:
                break
            self.come_closer_to_rest()
            self.holds()
        assert self.session.is_at_rest, "rest: it never comes"
        self.world.check_rest()

    def come_closer_to_rest(self) -> None:
        if self.session.has_room:
            self.read()
        self.let_time_pass(1.0)
        self.session.run_alone()
        while self.session.may_run:
            self.run(0, visible=False)
        self.commit()
