"""What a breaker lets through, and what it says of itself."""

from typing import Any

import pytest

from config.breakers import BreakerPolicy
from consumer.core.breaker import Breaker, BreakerChange, Hold, Permit, held_back, is_of_outage
from consumer.core.failure import FailureClass
from tests.unit.core.letter_examples import a_failure

OUTAGE = a_failure(code="NETWORK_ERROR")


def a_breaker(**limits: Any) -> Breaker:
    given = {"failures": 2, "min_calls": 1, "probes": 2, "open_time": 10.0, "max_open_time": 35.0}
    policy = BreakerPolicy.model_validate(given | limits)
    return Breaker(policy, now=0.0, probe_seconds=60.0)


def state_of(breaker: Breaker) -> str:
    return breaker.state


def started(breaker: Breaker, now: float) -> Permit:
    answer = breaker.may_start(now)
    assert isinstance(answer, Permit)
    return answer


def fail(breaker: Breaker, now: float, times: int = 2) -> None:
    for _ in range(times):
        breaker.failed(started(breaker, now), OUTAGE, now)


def close(breaker: Breaker, now: float) -> None:
    for _ in range(2):
        breaker.succeeded(started(breaker, now), now)
    assert state_of(breaker) == "closed"


def opened_for(breaker: Breaker) -> list[float | None]:
    return [change.open_seconds for change in breaker.take_changes() if change.after == "open"]


def test_a_closed_breaker_lets_everything_through() -> None:
    breaker = a_breaker()

    assert {started(breaker, 0.0).is_probe for _ in range(1000)} == {False}
    assert not breaker.has_changed


def test_an_open_breaker_says_when_to_ask_again() -> None:
    breaker = a_breaker()
    fail(breaker, 100.0)

    assert state_of(breaker) == "open"
    assert breaker.may_start(100.0) == Hold(10.0)
    assert breaker.may_start(107.5) == Hold(2.5)


def test_half_open_it_lets_as_many_through_at_a_time_as_it_has_probes() -> None:
    breaker = a_breaker()
    fail(breaker, 100.0)

    first, second = started(breaker, 110.0), started(breaker, 111.0)
    assert first.is_probe
    assert state_of(breaker) == "half_open"
    assert breaker.may_start(112.0) == Hold(58.0)

    breaker.failed(second, a_failure(failure_class="permanent"), 112.0)
    assert started(breaker, 112.0).is_probe
    assert isinstance(breaker.may_start(112.0), Hold)


def test_a_probe_that_never_ends_is_given_back() -> None:
    breaker = a_breaker()
    fail(breaker, 100.0)
    lost, _ = started(breaker, 110.0), started(breaker, 111.0)

    assert isinstance(breaker.may_start(169.0), Hold)
    assert isinstance(breaker.may_start(170.0), Permit)
    breaker.failed(lost, OUTAGE, 170.0)
    assert state_of(breaker) == "half_open"


def test_an_abandoned_probe_makes_room_and_says_nothing() -> None:
    breaker = a_breaker(probes=1)
    fail(breaker, 100.0)
    breaker.abandoned(started(breaker, 110.0))

    assert state_of(breaker) == "half_open"
    assert isinstance(breaker.may_start(110.0), Permit)


def test_as_many_successes_as_probes_close_it() -> None:
    breaker = a_breaker()
    fail(breaker, 100.0)
    breaker.succeeded(started(breaker, 110.0), 111.0)
    assert state_of(breaker) == "half_open"
    breaker.succeeded(started(breaker, 111.0), 112.0)

    assert breaker.take_changes() == [
        BreakerChange("closed", "open", "2 of the last 2 calls failed", 10.0),
        BreakerChange("open", "half_open", "it was open for 10 s"),
        BreakerChange("half_open", "closed", "2 probes succeeded"),
    ]
    assert breaker.take_changes() == []


def test_a_failed_probe_opens_it_again_for_as_long() -> None:
    breaker = a_breaker()
    fail(breaker, 100.0)
    fail(breaker, 110.0, times=1)

    assert breaker.may_start(110.0) == Hold(10.0)
    assert breaker.take_changes()[-1] == BreakerChange(
        "half_open", "open", "a probe failed with NETWORK_ERROR", 10.0
    )


def test_what_failed_before_it_closed_does_not_count_afterwards() -> None:
    breaker = a_breaker()
    fail(breaker, 100.0)
    close(breaker, 110.0)
    fail(breaker, 110.0, times=1)

    assert state_of(breaker) == "closed"


def test_an_attempt_from_before_decides_nothing() -> None:
    breaker = a_breaker()
    late = started(breaker, 99.0)
    fail(breaker, 100.0)
    breaker.failed(late, OUTAGE, 101.0)
    started(breaker, 110.0)
    breaker.failed(late, OUTAGE, 111.0)
    breaker.succeeded(late, 111.0)
    assert state_of(breaker) == "half_open"

    close(breaker, 112.0)
    breaker.failed(late, OUTAGE, 113.0)
    fail(breaker, 113.0, times=1)
    assert state_of(breaker) == "closed"


def test_a_probe_of_an_earlier_round_still_takes_its_place_and_decides_nothing() -> None:
    breaker = a_breaker()
    fail(breaker, 100.0)
    slow = started(breaker, 110.0)
    fail(breaker, 110.0, times=1)

    fresh = started(breaker, 120.0)
    assert isinstance(breaker.may_start(120.0), Hold)
    breaker.failed(slow, OUTAGE, 121.0)
    assert state_of(breaker) == "half_open"
    assert isinstance(breaker.may_start(121.0), Permit)
    breaker.failed(fresh, OUTAGE, 122.0)
    assert state_of(breaker) == "open"


def test_each_time_it_opens_before_it_was_stable_it_opens_for_longer_up_to_a_limit() -> None:
    breaker = a_breaker(window=100.0)
    now = 0.0
    for open_seconds in (10.0, 20.0, 35.0, 35.0):
        fail(breaker, now)
        assert breaker.may_start(now) == Hold(open_seconds)
        now += open_seconds
        close(breaker, now)
        now += 99.0

    assert opened_for(breaker) == [10.0, 20.0, 35.0, 35.0]


def test_once_stable_it_opens_for_as_long_as_at_first() -> None:
    breaker = a_breaker(window=100.0)
    now = 0.0
    for stable in (1.0, 100.0, 1.0):
        fail(breaker, now)
        now += 40.0
        close(breaker, now)
        now += stable

    assert opened_for(breaker) == [10.0, 20.0, 10.0]


def test_a_long_outage_does_not_make_it_look_less_often() -> None:
    breaker = a_breaker()
    fail(breaker, 0.0)
    for second in range(10, 1000, 10):
        fail(breaker, float(second), times=1)

    assert set(opened_for(breaker)) == {10.0}


def test_the_time_behind_it_is_all_the_time_it_was_not_closed() -> None:
    breaker = a_breaker()
    assert breaker.held_seconds(50.0) == 0.0
    fail(breaker, 100.0)
    assert breaker.held_seconds(105.0) == 5.0
    close(breaker, 112.0)
    assert breaker.held_seconds(500.0) == 12.0
    fail(breaker, 500.0)
    assert breaker.held_seconds(501.0) == 13.0


@pytest.mark.parametrize(
    ("failure_class", "code", "counts"),
    [
        ("transient", "NETWORK_ERROR", True),
        ("timeout", "TIMEOUT", True),
        ("crashed", "PROCESS_CRASHED", True),
        ("permanent", "INVALID_INPUT", False),
        ("transient", "CIRCUIT_BREAKER_OPEN", False),
    ],
)
def test_only_what_smells_of_an_outage_counts(
    failure_class: FailureClass, code: str, *, counts: bool
) -> None:
    failure = a_failure(failure_class=failure_class, code=code)
    breaker = a_breaker()
    for _ in range(10):
        if isinstance(permit := breaker.may_start(0.0), Permit):
            breaker.failed(permit, failure, 0.0)

    assert is_of_outage(failure) == counts
    assert (state_of(breaker) == "open") == counts


def test_an_attempt_that_is_held_back_says_which_breaker_and_for_how_long() -> None:
    failure = held_back("billing-api", Hold(12.34))

    assert failure.code == "CIRCUIT_BREAKER_OPEN"
    assert failure.is_transient
    assert failure.retry_after == 12.34
    assert failure.rule == "breaker:billing-api"
    assert failure.message == (
        "the breaker of billing-api holds calls back, too many of them failed: the next is let "
        "through in 12.3 s"
    )
