"""Has every processor and dependency the breaker that is meant, and a refusal a remedy?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from config.breakers import BreakerPolicy, BreakerSettings
from config.guard import GuardSettings
from config.loading import load_settings
from config.problems import SettingsError
from config.reference import effective


def test_the_defaults_are_those_of_the_design() -> None:
    policy = BreakerSettings().of_processor("anything")

    assert policy.enabled
    assert (policy.failures, policy.window) == (5, 60.0)
    assert (policy.open_time, policy.probes, policy.on_open) == (30.0, 3, "pause")


def test_what_is_not_given_for_one_is_as_for_all() -> None:
    breakers = BreakerSettings.model_validate(
        {
            "failures": 9,
            "open_time": "2s",
            "processors": {"m.charge": {"failures": 3}},
            "dependencies": {"bank": {"on_open": "park", "failure_rate": ""}},
        },
    )

    charge, bank = breakers.of_processor("m.charge"), breakers.of_dependency("bank")
    assert (charge.failures, charge.open_time, charge.on_open) == (3, 2.0, "pause")
    assert (bank.failures, bank.open_time, bank.on_open) == (9, 2.0, "park")
    assert (charge.failure_rate, bank.failure_rate) == (0.5, None)
    assert breakers.of_processor("bank").on_open == "pause"
    assert type(charge) is BreakerPolicy


def test_a_limit_given_for_one_counts_though_it_is_the_default() -> None:
    breakers = BreakerSettings.model_validate(
        {"failures": 9, "processors": {"m.charge": {"failures": 5}}},
    )

    assert breakers.of_processor("m.charge").failures == 5


@pytest.mark.parametrize(
    "values",
    [
        {"failures": 0},
        {"failure_rate": 0},
        {"failure_rate": 1.1},
        {"failure_rate": float("nan")},
        {"window": 0},
        {"open_time": "soon"},
        {"probes": 0},
        {"on_open": "explode"},
        {"processors": {"": {}}},
        {"processors": {"m.charge": {"failure": 3}}},
        {"dependencies": {"bank": {"processors": {}}}},
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BreakerSettings.model_validate(values)


@pytest.mark.parametrize(
    "values",
    [
        {"share": 0},
        {"share": 2},
        {"letters": 0},
        {"permanent_share": -0.5},
        {"permanent_letters": 1.5},
        {"min_events": 0},
        {"pause": 0},
        {"probes": 0},
    ],
)
def test_a_threshold_that_cannot_be_meant_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GuardSettings.model_validate(values)


def test_a_share_of_a_guard_is_switched_off_by_an_empty_value() -> None:
    guard = GuardSettings.model_validate({"share": "", "letters": "5"})

    assert guard.share is None
    assert guard.letters == 5


def test_all_of_it_can_be_said_in_the_environment() -> None:
    settings = load_settings(
        None,
        {
            "EVERONCE_BREAKERS__FAILURE_RATE": "",
            "EVERONCE_BREAKERS__DEPENDENCIES": '{"bank": {"open_time": "500ms"}}',
            "EVERONCE_GUARD__PERMANENT_SHARE": "0.25",
            "EVERONCE_RETRY__BUDGET": "",
            "EVERONCE_RETRY__DISABLED_CODES": "TIMEOUT, RATE_LIMITED",
            "EVERONCE_RETRY__IN_MEMORY_MAX": "0",
        },
    )

    assert settings.breakers.of_dependency("bank").open_time == 0.5
    assert settings.breakers.of_dependency("bank").failure_rate is None
    assert settings.guard.permanent_share == 0.25
    assert settings.retry.budget is None
    assert settings.retry.disabled_codes == ("TIMEOUT", "RATE_LIMITED")
    assert settings.retry.in_memory_max == 0.0


def test_what_is_in_effect_is_told_in_full_and_can_be_read_back(tmp_path: Path) -> None:
    said: Mapping[str, Any] = {
        "breakers": {"failures": 9, "processors": {"m.charge": {"probes": 1}}},
        "retry": {"enabled": False, "disabled_codes": ["TIMEOUT"]},
    }
    file = tmp_path / "everonce.yaml"
    file.write_text(yaml.safe_dump(said))

    told = effective(load_settings(file, {}))
    assert told["breakers"]["processors"]["m.charge"]["failures"] == 9
    assert told["breakers"]["processors"]["m.charge"]["probes"] == 1
    assert told["retry"]["policies"]["fast"]["enabled"] is False

    file.write_text(yaml.safe_dump(told))
    assert effective(load_settings(file, {})) == told


def test_a_misspelt_limit_of_one_breaker_is_reported_with_its_path(tmp_path: Path) -> None:
    file = tmp_path / "everonce.yaml"
    file.write_text("breakers: {dependencies: {bank: {failures: none}}}\n")

    with pytest.raises(SettingsError) as refused:
        load_settings(file, {})

    [problem] = refused.value.problems
    assert problem.key == "breakers.dependencies.bank.failures"
    assert problem.message == "give a whole number"
