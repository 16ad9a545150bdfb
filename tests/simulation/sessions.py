"""Which stories of two owners are told?

A state machine for hypothesis: at any step anything may happen; after each step the invariants
are checked, and every story ends with a way back to rest.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.fakes.requests import Fate
from tests.simulation.invariants import check, check_rest
from tests.simulation.world import World

VARIANTS: list[dict[str, Any]] = [
    {},
    {"on_duplicate": "answer"},
    {"on_conflict": "process"},
    {"max_in_flight_records": 2},
    {"refused": "a"},
    {"guarantee": "at_least_once"},
    {"on_dead_letter": "hold_key"},
]
EVENT_IDS = st.sampled_from([*"aaabbc", "poison", "tombstone"])
KEYS = st.sampled_from([b"k", b"l", None])
INDEX = st.integers(0, 3)
FAULTS = [Fate.ANSWER_LOST, Fate.ANSWER_LATE, Fate.NEVER_SENT, Fate.PRODUCE_FAILED, Fate.LEFT_OPEN]


class Sessions(RuleBasedStateMachine):
    """Two owners of one partition, their ledger, and a world that is not kind."""

    def __init__(self) -> None:
        super().__init__()
        self.world: World

    @initialize(variant=st.sampled_from(VARIANTS))
    def begin(self, variant: dict[str, Any]) -> None:
        self.world = World(variant)
        self.world.start_owner()
        self.world.let_all_through()

    @rule(event_id=EVENT_IDS, key=KEYS, content=st.sampled_from([0, 0, 0, 1]))
    def publish(self, event_id: str, key: bytes | None, content: int) -> None:
        match event_id:
            case "poison":
                self.world.publish(None, key)
            case "tombstone":
                self.world.publish_tombstone(key)
            case _:
                self.world.publish(event_id, key, content)

    @precondition(lambda self: self.world.published)
    @rule(index=INDEX)
    def publish_again(self, index: int) -> None:
        """Publish one of the newest once more."""
        record = self.world.published[-1 - index % len(self.world.published)]
        if record.event_id is not None:
            self.world.publish(record.event_id, record.key, record.content, record.partition)

    @precondition(lambda self: self.world.attempts)
    @rule(
        index=INDEX,
        how=st.sampled_from(["succeed", "succeed", "fail", "fail for now"]),
        again=st.booleans(),
    )
    def finish(self, index: int, how: str, *, again: bool) -> None:
        """End an attempt; perhaps the producer repeats its event while the commit is under way."""
        attempts = self.world.attempts
        attempt = attempts[index % len(attempts)]
        self.world.finish(attempt, how)
        if again:
            record = self.world.newest(attempt.event_id)
            self.world.publish(record.event_id, record.key, record.content, record.partition)

    @precondition(lambda self: self.world.held)
    @rule(index=INDEX)
    def let_through(self, index: int) -> None:
        held = self.world.held
        self.world.decide(held[index % len(held)], Fate.DONE)

    @precondition(lambda self: self.world.held)
    @rule(index=INDEX, fate=st.sampled_from(FAULTS))
    def let_fail(self, index: int, fate: Fate) -> None:
        held = self.world.held
        self.world.decide(held[index % len(held)], fate)

    @precondition(lambda self: self.world.held or self.world.attempts)
    @rule()
    def be_calm(self) -> None:
        for _ in range(4):
            self.world.let_all_through()
            for attempt in self.world.attempts:
                self.world.finish(attempt, "succeed")
        self.world.let_all_through()

    @precondition(lambda self: self.world.kafka.requests.late)
    @rule()
    def deliver_late_answers(self) -> None:
        self.world.deliver_late()

    @precondition(lambda self: self.world.living)
    @rule(index=INDEX, what=st.sampled_from(["crash", "crash", "freeze", "drain", "rebalance"]))
    def befall(self, index: int, what: str) -> None:
        """Let something happen to an owner; the group has not noticed yet."""
        world, owner = self.world, self.world.living[index % len(self.world.living)]
        match what:
            case "crash":
                world.crash(owner)
            case "freeze":
                owner.frozen = True
            case "drain":
                owner.drain()
            case _:
                world.rebalance(owner)
        world.go_on()

    @precondition(lambda self: self.world.silent or len(self.world.living) < 2)
    @rule(what=st.sampled_from(["replace", "replace", "count out", "thaw"]))
    def put_right(self, what: str) -> None:
        world = self.world
        if what == "thaw":
            world.thaw()
            return
        for owner in world.silent:
            world.count_out(owner)
        if what == "replace" and len(world.living) < 2:
            world.start_owner()

    @rule(seconds=st.sampled_from([1.0, 1.0, 6.0, 20.0, 150.0]))
    def let_time_pass(self, seconds: float) -> None:
        self.world.go_on(seconds)

    @rule(commits=st.sampled_from([0, 1, 3]))
    def serve_stale_offsets(self, commits: int) -> None:
        self.world.kafka.stale_commits = commits

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "world"):
            check(self.world)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.come_to_rest()
            check_rest(self.world)
        finally:
            self.world.close()
