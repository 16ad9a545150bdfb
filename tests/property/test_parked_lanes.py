"""Parked lanes are what a plain list per lane says they are, whatever is done to them."""

from collections.abc import Iterator

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consumer.core.parked_lanes import ParkedLane, ParkedLanes

LANES = st.sampled_from([b"a", b"b", 0])
SIZES = st.sampled_from([1, 64, 65, 1000])
LATER = st.sampled_from([0.0, 1.0, 5.0])
HELD, RUNS, LED = "held", "runs", "led"


class Model:
    """One lane as it ought to be."""

    def __init__(self) -> None:
        self.queue: list[str] = []
        self.due_at: float | None = None
        """Of the head, while it waits."""
        self.state: str | None = None
        """None while the head waits."""


class Lanes(RuleBasedStateMachine):
    """Events are parked, run, settled, held, released and removed in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.parked = ParkedLanes()
        self.now = 100.0
        self.count = 0
        self.lanes: dict[ParkedLane, Model] = {}
        self.sizes: dict[str, int] = {}
        self.since: dict[str, float] = {}
        self.uncommitted: set[str] = set()

    def new(self, size: int) -> str:
        self.count += 1
        key = f"e:{self.count}"
        self.sizes[key], self.since[key] = -(-size // 64) * 64, self.now
        self.uncommitted.add(key)
        return key

    @rule(lane=LANES, size=SIZES, later=LATER)
    def park(self, lane: ParkedLane, size: int, later: float) -> None:
        """Park somebody: the head of a new lane, or behind others."""
        key = self.new(size)
        if lane in self.lanes:
            self.parked.follow(lane, key, now=self.now, size=size)
        else:
            self.parked.park(lane, key, due_at=self.now + later, now=self.now, size=size)
            self.lanes[lane] = Model()
            self.lanes[lane].due_at = self.now + later
        self.lanes[lane].queue.append(key)

    @precondition(lambda self: RUNS in self.states())
    @rule(size=SIZES, later=LATER)
    def park_again(self, size: int, later: float) -> None:
        lane, model = self.first(RUNS)
        key = model.queue[0]
        self.parked.park(lane, key, due_at=self.now + later, now=self.now, size=size)
        self.sizes[key] = -(-size // 64) * 64
        self.uncommitted.add(key)
        model.due_at, model.state = self.now + later, None

    @precondition(lambda self: LED in self.states())
    @rule(size=SIZES, later=LATER)
    def park_a_resend(self, size: int, later: float) -> None:
        lane, model = self.first(LED)
        key = self.new(size)
        self.parked.lanes[lane].key = key
        self.parked.park(lane, key, due_at=self.now + later, now=self.now, size=size)
        model.queue.insert(0, key)
        model.due_at, model.state = self.now + later, None

    @rule(data=st.data())
    def commit(self, data: st.DataObject) -> None:
        keys = [key for key in sorted(self.uncommitted) if data.draw(st.booleans())]
        self.parked.committed([*keys, "e:unknown"])
        self.uncommitted -= set(keys)

    @rule(seconds=LATER, limit=st.integers(0, 3))
    def take_due(self, seconds: float, limit: int) -> None:
        self.now += seconds
        due = sorted(at for _, at in self.waiting() if at <= self.now)
        taken = self.parked.due.take_due(self.now, limit)
        times = []
        for key in taken:
            model = next(model for model in self.lanes.values() if model.queue[:1] == [key])
            assert model.due_at is not None
            times.append(model.due_at)
            model.due_at, model.state = None, RUNS
        assert times == due[:limit]

    @precondition(lambda self: {RUNS, LED} & self.states())
    @rule(hold=st.booleans())
    def end(self, *, hold: bool) -> None:
        lane, model = self.first(*({RUNS, LED} & self.states()))
        if model.state == RUNS:
            del model.queue[0]
        if hold:
            self.parked.hold(lane, "letter")
            model.state = HELD
        else:
            self.parked.settle(lane, self.now)
            self.go_on(lane, model)

    @rule(lane=LANES)
    def hold_what_is_not_parked(self, lane: ParkedLane) -> None:
        if lane not in self.lanes:
            self.parked.hold(lane, "letter")
            self.lanes[lane] = Model()
            self.lanes[lane].state = HELD

    @rule(lane=LANES, lead=st.booleans())
    def release(self, lane: ParkedLane, *, lead: bool) -> None:
        model = self.lanes.get(lane)
        held = model is not None and model.state == HELD
        assert self.parked.held_by(lane) == ("letter" if held else None)
        assert not self.parked.release(lane, "another", self.now)
        assert not self.parked.lead(lane, "another", "e:x")
        if lead:
            assert self.parked.lead(lane, "letter", "e:x") is held
        else:
            assert self.parked.release(lane, "letter", self.now) is held
        if model is not None and held:
            model.state = LED
            if not lead:
                self.go_on(lane, model)

    @precondition(lambda self: self.lanes)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        lane = data.draw(st.sampled_from(sorted(self.lanes, key=str)))
        model = self.lanes[lane]
        key = data.draw(st.sampled_from([*model.queue, "e:unknown"]))
        is_head = model.queue[:1] == [key] and model.state not in {HELD, LED}
        removable = key in model.queue and not (is_head and model.state == RUNS)
        assert self.parked.remove(lane, key, self.now) is removable
        if removable:
            self.uncommitted.discard(key)
            model.queue.remove(key)
            if is_head:
                self.go_on(lane, model)

    @precondition(lambda self: self.lanes)
    @rule(data=st.data())
    def hurry(self, data: st.DataObject) -> None:
        lane = data.draw(st.sampled_from(sorted(self.lanes, key=str)))
        model = self.lanes[lane]
        key = data.draw(st.sampled_from([*model.queue, "e:unknown"]))
        head = {HELD: None, LED: "e:x"}.get(model.state or "", next(iter(model.queue), None))
        assert self.parked.hurry(lane, key, self.now) == head
        if key == head and model.state is None:
            model.due_at = self.now

    def go_on(self, lane: ParkedLane, model: Model) -> None:
        model.state, model.due_at = None, self.now
        if not model.queue:
            del self.lanes[lane]

    def states(self) -> set[str | None]:
        return {model.state for model in self.lanes.values()}

    def first(self, *states: str) -> tuple[ParkedLane, Model]:
        return next((lane, model) for lane, model in self.lanes.items() if model.state in states)

    def waiting(self) -> Iterator[tuple[str, float]]:
        for model in self.lanes.values():
            if model.due_at is not None and model.state is None:
                key = model.queue[0]
                if key not in self.uncommitted:
                    yield key, model.due_at

    @invariant()
    def is_as_the_lists_say(self) -> None:
        keys = [key for model in self.lanes.values() for key in model.queue]
        load = self.parked.load
        assert self.parked.lanes.keys() == self.lanes.keys()
        assert load.entries == len(keys)
        assert load.bytes == sum(self.sizes[key] for key in keys)
        assert load.oldest() == min((self.since[key] for key in keys), default=None)
        assert self.parked.due.next_due() == min((at for _, at in self.waiting()), default=None)
        assert not self.parked.due.has_missed


TestLanes = Lanes.TestCase
