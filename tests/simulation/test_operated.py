"""Does every story of operators and producers end with each event settled exactly once?"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from consumer.runtime import supervisor, workers
from tests.simulation.operated import Operated

STEPS = 40


@pytest.fixture(autouse=True)
def coarse_clockwork(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tick rarely: nothing in these stories depends on how soon an idle loop looks again."""
    monkeypatch.setattr(workers, "TICK_SECONDS", 10.0)
    monkeypatch.setattr(supervisor, "POLL_SECONDS", 10.0)


def test_each_event_and_each_act_is_carried_out_exactly_once_whatever_happens() -> None:
    stories = settings(
        max_examples=2 * settings().max_examples,
        stateful_step_count=STEPS,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Operated, settings=stories)
