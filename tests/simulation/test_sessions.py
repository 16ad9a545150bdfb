"""Does every story of two owners end with each event settled exactly once?"""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from consumer.runtime import supervisor, workers
from tests.simulation.sessions import Sessions

STORIES = settings(max_examples=60, stateful_step_count=40, deadline=None)


@pytest.fixture(autouse=True)
def coarse_clockwork(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tick rarely: nothing in these stories depends on how soon an idle loop looks again."""
    monkeypatch.setattr(workers, "TICK_SECONDS", 10.0)
    monkeypatch.setattr(supervisor, "POLL_SECONDS", 10.0)


def test_each_event_is_settled_exactly_once_whatever_happens() -> None:
    run_state_machine_as_test(Sessions, settings=STORIES)
