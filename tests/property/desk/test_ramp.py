"""Does a run ask for little while little is known, stop by itself, and else come to its end?"""

from dataclasses import dataclass, field
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from consumer.desk.ramp import (
    FIRST_STRIDE,
    LEAST_REFUSED,
    LEAST_SETTLED,
    MOST_GOING,
    Ask,
    Course,
    Pace,
    Plan,
    Stop,
    Wait,
    next_step,
    why_stopped,
)

shares = st.floats(0, 1)
plans = st.builds(
    Plan,
    canary=st.integers(0, 30),
    rate=st.one_of(st.none(), st.floats(0.5, 1000)),
    stop_at=shares,
)
courses = st.tuples(
    st.integers(0, 20_000), st.integers(0, 500), st.integers(0, 100), st.integers(0, 100)
).map(lambda each: Course(sum(each), each[1], each[2], each[3]))


@dataclass
class World:
    """Workers that answer in any order; *bad* of a hundred fail again."""

    draw: Random
    bad: int
    refused: int = 0
    course: Course = field(default_factory=Course)
    strides: list[tuple[int, int]] = field(default_factory=list)
    """Whenever something was asked for: how many were under way then, and answered before."""

    def ask(self, acts: int) -> None:
        self.course.asked += acts
        self.strides.append((self.course.going, self.course.answered))

    def answer(self) -> None:
        for _ in range(self.draw.randint(1, self.course.going)):
            drawn = self.draw.randrange(100)
            if drawn < self.bad:
                self.course.failed_again += 1
            elif drawn < self.bad + self.refused:
                self.course.refused += 1
            else:
                self.course.succeeded += 1


def run(plan: Plan, world: World, total: int) -> Stop | None:
    """Run to the end, at a clock of a millisecond a step."""
    now, pace = 0.0, Pace(plan.rate, 0.0)
    while (left := total - world.course.asked) > 0:
        step = next_step(
            plan,
            world.course,
            allowed=pace.allows(now),
            seconds_to_next=pace.seconds_to_next,
        )
        match step:
            case Ask(most):
                assert most > 0
                acts = min(most, left)
                pace.spend(acts)
                world.ask(acts)
            case Wait(None):
                assert world.course.going > 0, "nobody would ever say anything"
                world.answer()
            case Wait(seconds):
                assert seconds is not None
                now += max(seconds, 1e-6)
                if world.course.going:
                    world.answer()
            case Stop():
                return step
    return None


@given(plans, st.integers(0, 3000), st.randoms(use_true_random=False))
def test_what_goes_well_is_asked_for_to_the_last(plan: Plan, total: int, draw: Random) -> None:
    world = World(draw, bad=0)

    assert run(plan, world, total) is None

    assert world.course.asked == total


@given(plans, st.integers(1, 3000), st.randoms(use_true_random=False))
def test_where_all_fail_again_few_have_been_asked_for(plan: Plan, total: int, draw: Random) -> None:
    world = World(draw, bad=100)

    stopped = run(plan, world, total)

    if plan.stop_at < 1:
        bound = plan.canary or LEAST_SETTLED - 1 + FIRST_STRIDE
        assert world.course.asked <= bound
        assert stopped is not None or total <= bound


@given(plans, st.integers(1, 3000), st.integers(0, 100), st.randoms(use_true_random=False))
def test_never_more_is_under_way_than_was_answered_before(
    plan: Plan, total: int, bad: int, draw: Random
) -> None:
    world = World(draw, bad)

    run(plan, world, total)

    for going, answered in world.strides:
        assert going <= max(FIRST_STRIDE, plan.canary, answered)
        assert going <= MOST_GOING


@given(plans, courses, st.integers(0, 100))
def test_canary_is_alone(plan: Plan, course: Course, allowed: int) -> None:
    step = next_step(plan, course, allowed=allowed, seconds_to_next=1.0)

    if isinstance(step, Ask) and course.settled < plan.canary:
        assert course.going + step.most + course.settled <= plan.canary


@given(plans, courses, st.integers(0, 100))
def test_run_that_has_stopped_asks_for_nothing(plan: Plan, course: Course, allowed: int) -> None:
    step = next_step(plan, course, allowed=allowed, seconds_to_next=1.0)

    assert isinstance(step, Stop) == (why_stopped(plan, course) is not None)


@given(shares, st.integers(0, 1000), st.integers(0, 1000))
def test_share_is_of_those_that_have_settled(stop_at: float, good: int, bad: int) -> None:
    why = why_stopped(Plan(stop_at=stop_at), Course(good + bad, good, bad))

    is_much = good + bad >= LEAST_SETTLED and bad > stop_at * (good + bad)
    assert (why is not None) == is_much


def test_canary_that_fails_stops_the_run_however_small_it_is() -> None:
    assert why_stopped(Plan(canary=1, stop_at=0.2), Course(1, 0, 1)) == (
        "1 of 1 of the canary failed again, which is more than 20%"
    )
    assert why_stopped(Plan(canary=0, stop_at=0.2), Course(1, 0, 1)) is None


@given(plans, st.integers(100, 1000), st.randoms(use_true_random=False))
def test_run_that_is_refused_again_and_again_stops(plan: Plan, total: int, draw: Random) -> None:
    world = World(draw, bad=0, refused=100)

    assert run(plan, world, total) is not None

    assert world.course.refused >= LEAST_REFUSED


@given(
    st.floats(0.5, 500),
    st.lists(st.floats(0, 5), max_size=50),
)
def test_rate_holds_over_any_time_but_for_a_second_that_was_saved(
    rate: float, pauses: list[float]
) -> None:
    pace, now, asked = Pace(rate, 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        allowed = pace.allows(now)
        pace.spend(allowed)
        asked += allowed

    assert asked <= rate * now + max(1.0, rate) + 1e-6
    assert pace.allows(now) == 0 or not pauses


def test_rate_that_is_not_given_holds_nothing_back() -> None:
    pace = Pace(None, 0.0)
    pace.spend(1_000_000)

    assert pace.allows(0.0) == MOST_GOING
    assert pace.seconds_to_next == 0.0
