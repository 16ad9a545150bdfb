"""Does every story of two owners end with each event settled exactly once?"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from consumer.runtime import supervisor, workers
from tests.simulation.planted import PLANTS, Plant
from tests.simulation.sessions import Sessions

STORIES_PER_EXAMPLE = 3
"""Times the examples of the profile: stories are short."""
STEPS = 40


@pytest.fixture(autouse=True)
def coarse_clockwork(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tick rarely: nothing in these stories depends on how soon an idle loop looks again."""
    monkeypatch.setattr(workers, "TICK_SECONDS", 10.0)
    monkeypatch.setattr(supervisor, "POLL_SECONDS", 10.0)


def test_each_event_is_settled_exactly_once_whatever_happens() -> None:
    stories = settings(
        max_examples=STORIES_PER_EXAMPLE * settings().max_examples,
        stateful_step_count=STEPS,
        # A story that finds no way back to rest is a long one: what is shown is as it was found.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Sessions, settings=stories)


@pytest.mark.parametrize("plant", PLANTS, ids=[plant.__name__ for plant in PLANTS])
def test_planted_mistake_is_betrayed_by_some_story(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    stories = settings(
        max_examples=3000,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow],
    )

    with pytest.raises(AssertionError, match=r"lost|doubled|order|half a transaction|rest|refused"):
        run_state_machine_as_test(Sessions, settings=stories)
