"""Does every story of operators and producers end with each event settled exactly once?"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from consumer.runtime import supervisor, workers
from tests.simulation.operated import Operated
from tests.simulation.operated_planted import PLANTS, Plant

STEPS = 40


@pytest.fixture(autouse=True)
def coarse_clockwork(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tick rarely: nothing in these stories depends on how soon an idle loop looks again."""
    monkeypatch.setattr(workers, "TICK_SECONDS", 10.0)
    monkeypatch.setattr(supervisor, "POLL_SECONDS", 10.0)


def test_each_event_and_each_act_is_carried_out_exactly_once_whatever_happens() -> None:
    stories = settings(
        stateful_step_count=STEPS,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Operated, settings=stories)


@pytest.mark.parametrize("plant", PLANTS, ids=[plant.__name__ for plant in PLANTS])
def test_planted_mistake_is_betrayed_by_some_story(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    monkeypatch.setattr(Operated, "variants", [PLANTS[plant]])
    stories = settings(
        max_examples=3000,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow],
    )

    # A mistake may also be met by the code itself, which refuses to go on.
    with pytest.raises((AssertionError, RuntimeError, KeyError, ValueError)) as betrayed:
        run_state_machine_as_test(Operated, settings=stories)
    assert str(betrayed.value), "a story that cannot be told betrays nothing"
