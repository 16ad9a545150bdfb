"""Which stories are told of an operator, and of producers without keys?

Those of two owners, in which now also letters are redriven, discarded, released, parked events
started and cancelled, and events run again on purpose, by whoever sees only what is visible.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.simulation.operated_laws import check
from tests.simulation.operated_rest import check_rest
from tests.simulation.operated_world import OperatedWorld
from tests.simulation.sessions import INDEX, Sessions

VARIANTS: list[dict[str, Any]] = [
    {},
    {"on_dead_letter": "hold_key"},
    {"on_dead_letter": "hold_key", "on_duplicate": "answer"},
    {"on_conflict": "process"},
    {"partitions": 2},
    {"partitions": 2, "on_duplicate": "answer"},
    {"partitions": 2, "on_conflict": "process"},
    {"partitions": 2, "max_in_flight_records": 2},
    {"guarantee": "at_least_once"},
    {"guarantee": "at_least_once", "partitions": 2},
]
SOON = st.sampled_from([True, True, False])
LETTERS = st.sampled_from("aab")
KEYS = st.sampled_from([b"k", b"k", b"l", None])
EDITS = st.sampled_from(
    [None, None, None, *[(name, content) for name in "am" for content in (0, 1)]]
)


class Operated(Sessions):
    """Two owners, an operator, and a world that is not kind."""

    world: OperatedWorld
    variants = VARIANTS
    is_nonsense_written = False

    @initialize(variant=st.integers(0, len(VARIANTS) - 1).map(lambda number: {"number": number}))
    def begin(self, variant: dict[str, Any]) -> None:
        variants = self.variants
        self.world = OperatedWorld(variants[variant["number"] % len(variants)])
        self.world.start_owner()
        self.world.let_all_through()
        for letter in "abc":
            self.publish(letter, b"k", 0, 0)
        self.publish("a", None, 0, 1)

    @rule(letter=LETTERS, key=KEYS, content=st.sampled_from([0, 0, 0, 1]), chance=INDEX)
    def publish(self, letter: str, key: bytes | None, content: int, chance: int) -> None:
        world = self.world
        world.publish(world.id_of(letter, key), key, content, world.place_of(key, chance))

    @rule(key=KEYS, chance=INDEX)
    def publish_poison(self, key: bytes | None, chance: int) -> None:
        self.world.publish(None, key, partition=self.world.place_of(key, chance))

    @precondition(lambda self: self.world.published)
    @rule(index=INDEX)
    def publish_again(self, index: int) -> None:
        """Publish one of the newest once more; without a key perhaps elsewhere."""
        world = self.world
        record = world.published[-1 - index % len(world.published)]
        if record.event_id is not None:
            place = world.place_of(record.key, record.partition + index)
            world.publish(record.event_id, record.key, record.content, place)

    @precondition(lambda self: self.world.attempts)
    @rule(
        index=INDEX, how=st.sampled_from(["succeed", "fail", "fail for now"]), again=st.booleans()
    )
    def finish(self, index: int, how: str, *, again: bool) -> None:
        """End an attempt; perhaps its producer repeats itself while the commit is under way."""
        world, attempts = self.world, self.world.attempts
        attempt = attempts[index % len(attempts)]
        world.finish(attempt, how)
        record = world.by_place[attempt.place]
        if again and record.event_id is not None:
            world.publish(record.event_id, record.key, record.content, record.partition)

    @precondition(lambda self: self.world.attempts)
    @rule(index=INDEX, how=st.sampled_from(["succeed", "fail", "fail", "fail for now"]))
    def end(self, index: int, how: str) -> None:
        """End an attempt, and let what it leaves behind arrive."""
        attempts = self.world.attempts
        self.world.finish(attempts[index % len(attempts)], how)
        self.world.let_all_through()

    @precondition(lambda self: self.world.desk.letters)
    @rule(
        index=st.integers(0, 2),
        edit=EDITS,
        times=st.sampled_from([1, 1, 2]),
        soon=SOON,
    )
    def redrive(
        self,
        index: int,
        edit: tuple[str, int] | None,
        *,
        times: int,
        soon: bool,
    ) -> None:
        """Ask for another run of one of the newest letters; perhaps twice, perhaps of old ones."""
        world = self.world
        letters = world.desk.letters
        letter = letters[-1 - index % len(letters)]
        record = world.by_place[letter.source]
        if edit is not None:
            edit = (world.id_of(edit[0], record.key), edit[1])
            if record.key is None and world.partitions > 1:
                edit = (world.native(edit[0], letter.partition), edit[1])
        for _ in range(times):
            world.desk.redrive(letter, edit)
        self._go_on(soon=soon)

    @rule(letter=st.sampled_from("am"), key=KEYS, content=st.sampled_from([0, 1]), soon=SOON)
    def bring(self, letter: str, key: bytes | None, content: int, *, soon: bool) -> None:
        """Ask for a run of an event of another system's letter."""
        self.world.bring(self.world.id_of(letter, key), key, content)
        self._go_on(soon=soon)

    @precondition(lambda self: self.world.desk.letters)
    @rule(index=st.integers(0, 2), kind=st.sampled_from(["discard", "release"]), soon=SOON)
    def close(self, index: int, kind: Any, *, soon: bool) -> None:
        """Ask for the end of a letter, or of its hold."""
        letters = self.world.desk.letters
        self.world.desk.close(letters[-1 - index % len(letters)], kind)
        self._go_on(soon=soon)

    @precondition(lambda self: self.world.desk.parked)
    @rule(index=INDEX, kind=st.sampled_from(["now", "cancel"]), soon=SOON)
    def tend(self, index: int, kind: Any, *, soon: bool) -> None:
        """Ask for the start or the end of a parked event."""
        parked = self.world.desk.parked
        partition, key, _ = parked[index % len(parked)]
        self.world.desk.tend(partition, key, kind)
        self._go_on(soon=soon)

    @precondition(lambda self: self.world.published)
    @rule(index=INDEX, soon=SOON)
    def replay(self, index: int, *, soon: bool) -> None:
        """Ask for another run of one of the newest records."""
        world = self.world
        record = world.published[-1 - index % len(world.published)]
        if record.event_id is not None:
            about = (record.event_id, record.content)
            world.desk.replay(world.home_of(record), (record.partition, record.offset), about)
            self._go_on(soon=soon)

    @precondition(lambda self: self.world.desk.asked)
    @rule(index=INDEX)
    def ask_again(self, index: int) -> None:
        """Ask for one of the newest acts once more, under the same name."""
        asked = self.world.desk.asked
        self.world.desk.again(asked[-1 - index % len(asked)])
        self.world.go_on()

    @precondition(lambda self: not self.is_nonsense_written)
    @rule()
    def write_nonsense(self) -> None:
        """Let somebody write to the control topic who should not."""
        self.is_nonsense_written = True
        self.world.kafka.publish(b"nonsense", topic=self.world.settings.topics.control)
        self.world.go_on()

    def _go_on(self, *, soon: bool) -> None:
        """Let the owner see what was asked for; *soon* it has done it, too."""
        self.world.go_on()
        if soon:
            self.world.let_all_through()

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
