"""An event that kills the process does so three times at most, and no other event suffers."""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.quarantine_planted import PLANTS, Plant
from tests.property.quarantine_stories import Quarantined

STEPS = 40
STORIES_PER_EXAMPLE = 3
"""Times the examples of the profile: stories are short."""


def test_a_killer_is_charged_at_its_third_death_and_everyone_else_finishes() -> None:
    stories = settings(
        max_examples=STORIES_PER_EXAMPLE * settings().max_examples,
        stateful_step_count=STEPS,
        # A story that finds no way back to rest is a long one: what is shown is as it was found.
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )
    run_state_machine_as_test(Quarantined, settings=stories)


@pytest.mark.parametrize("plant", PLANTS, ids=[plant.__name__ for plant in PLANTS])
def test_a_planted_mistake_is_betrayed_by_some_story(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    stories = settings(
        max_examples=6000,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )

    with pytest.raises(AssertionError, match=r"deaths|innocent|lost|rest"):
        run_state_machine_as_test(Quarantined, settings=stories)
