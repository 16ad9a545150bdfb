"""Only what a restart would mend is unhealthy."""

from dataclasses import replace

import pytest

from config.policies import RetryPolicy
from config.settings import CommitSettings, ProcessingSettings, RetrySettings, Settings
from consumer.core.status import PartitionStatus
from consumer.telemetry.liveness import Activity, liveness_problems, stall_seconds
from tests.unit.telemetry.examples import (
    A_PARTITION,
    ATTEMPT_FAILED,
    BREAKER_OPENED,
    GUARD_PAUSED,
    SESSION_STARTED,
    a_commit,
    a_status,
)

STALL = 100.0
STUCK = replace(A_PARTITION, progress_age_seconds=STALL + 1)


class StepClock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_partition_that_gave_no_sign_of_life_for_too_long_is_named() -> None:
    (problem,) = liveness_problems(a_status(A_PARTITION, replace(STUCK, partition=7)), {}, STALL)

    assert problem.startswith("partition 7 has 4 events in flight and gave no sign of life")
    assert "101 s (bound: 100 s)" in problem


@pytest.mark.parametrize(
    "partition",
    [
        replace(STUCK, progress_age_seconds=STALL),
        replace(STUCK, in_flight_events=0),
        *(replace(STUCK, state=state) for state in ("starting", "draining", "refused", "lost")),
    ],
    ids=["in time", "nothing to do", "starting", "draining", "refused", "lost"],
)
def test_what_a_restart_would_not_mend_is_healthy(partition: PartitionStatus) -> None:
    assert liveness_problems(a_status(partition), {}, STALL) == []


def test_a_commit_that_settled_something_is_a_sign_of_life() -> None:
    clock = StepClock()
    activity = Activity(clock)

    activity.tell(a_commit(partition=3, events=1))
    clock.seconds += STALL
    assert liveness_problems(a_status(STUCK), activity.still_seconds(), STALL) == []

    clock.seconds += 1
    assert liveness_problems(a_status(STUCK), activity.still_seconds(), STALL) != []


def test_a_commit_that_only_moved_offsets_is_none() -> None:
    activity = Activity(StepClock())

    activity.tell(a_commit(partition=3, events=0))

    assert liveness_problems(a_status(STUCK), activity.still_seconds(), STALL) != []


def test_a_retry_in_an_hour_is_not_held_against_its_partition() -> None:
    clock = StepClock()
    activity = Activity(clock)
    waiting = replace(STUCK, progress_age_seconds=3600 + STALL)

    activity.tell(replace(ATTEMPT_FAILED, partition=3, delay_seconds=3600.0))
    clock.seconds += 3600 + STALL
    assert liveness_problems(a_status(waiting), activity.still_seconds(), STALL) == []

    clock.seconds += 1
    later = replace(waiting, progress_age_seconds=3600 + STALL + 1)
    assert liveness_problems(a_status(later), activity.still_seconds(), STALL) != []


def test_a_shorter_delay_does_not_shorten_a_longer_one() -> None:
    activity = Activity(StepClock())

    activity.tell(replace(ATTEMPT_FAILED, partition=3, delay_seconds=3600.0))
    activity.tell(replace(ATTEMPT_FAILED, partition=3, delay_seconds=None))
    activity.tell(a_commit(partition=3))

    assert activity.still_seconds() == {3: -3600.0}


def test_a_new_session_forgets_the_retries_of_the_last_one() -> None:
    activity = Activity(StepClock())
    activity.tell(replace(ATTEMPT_FAILED, partition=3, delay_seconds=3600.0))

    activity.tell(replace(SESSION_STARTED, partition=3))

    assert activity.still_seconds() == {3: 0.0}


def test_one_partitions_life_does_not_hide_anothers_death() -> None:
    activity = Activity(StepClock())

    activity.tell(a_commit(partition=7))

    assert liveness_problems(a_status(STUCK), activity.still_seconds(), STALL) != []


def test_a_dependency_that_is_away_is_not_held_against_any_partition() -> None:
    clock = StepClock()
    activity = Activity(clock)
    activity.tell(replace(SESSION_STARTED, partition=3))
    clock.seconds += STALL
    activity.tell(replace(BREAKER_OPENED, open_seconds=60.0))

    assert activity.still_seconds() == {3: -60.0}


def test_a_flood_guards_pause_is_a_rest_of_its_own_partition_only() -> None:
    activity = Activity(StepClock())
    activity.tell(replace(SESSION_STARTED, partition=7))

    activity.tell(GUARD_PAUSED)

    assert activity.still_seconds() == {7: 0.0, 3: -30.0}


def a_process(*, timeout: float = 30.0, concurrency: int = 250) -> ProcessingSettings:
    return ProcessingSettings(
        concurrency=concurrency,
        max_in_flight_records=4000,
        timeout=timeout,
        straggler_timeout=30.0,
    )


def test_the_oldest_event_may_wait_until_everything_else_in_flight_had_its_attempt() -> None:
    settings = Settings(processing=a_process(), commit=CommitSettings(deadline=15.0))

    assert stall_seconds(settings) == 4000 / 250 * 30 + 30 + 15


@pytest.mark.parametrize(
    ("settings", "declared"),
    [
        (Settings(processing=a_process(timeout=40.0)), 0.0),
        (
            Settings(
                processing=a_process(),
                retry=RetrySettings(policies={"slow": RetryPolicy(timeout=40.0)}),
            ),
            0.0,
        ),
        (Settings(processing=a_process()), 40.0),
    ],
    ids=["setting", "policy", "processor"],
)
def test_the_longest_timeout_counts_wherever_it_is_said(
    settings: Settings, declared: float
) -> None:
    assert stall_seconds(settings, declared) == 4000 / 250 * 40 + 30 + 15


def test_with_little_concurrency_the_bound_is_an_hour() -> None:
    assert stall_seconds(Settings(processing=a_process(concurrency=1))) == 3600


def test_attempts_longer_than_that_have_room_for_three() -> None:
    assert stall_seconds(Settings(processing=a_process()), 7200.0) == 3 * 7200 + 30 + 15
