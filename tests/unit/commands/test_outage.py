"""The outage of the sample: short, over in any case, and nobody else's switch is touched."""

import asyncio
import os

import pytest

from config.policies import RetryPolicy
from consumer.commands.sample import outage
from consumer.commands.sample.outage import Outage, with_patience
from processors.examples.gateway import SWITCH, SWITCH_FILE
from processors.policies import Policies
from tests.builders import a_settings


@pytest.fixture(autouse=True)
def _switch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SWITCH, raising=False)
    monkeypatch.delenv(SWITCH_FILE, raising=False)
    monkeypatch.setattr(outage, "_LOOK_SECONDS", 0)


async def test_gateway_is_down_from_the_share_that_is_published_until_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shares = iter((0.0, 0.2, 0.3))
    monkeypatch.setattr(outage, "SECONDS", 0)
    down: list[str | None] = []

    def share() -> float:
        down.append(os.environ.get(SWITCH))
        return next(shares)

    gateway = Outage()
    await gateway.run(share)

    assert down == [None, None, None]
    assert SWITCH not in os.environ
    assert (gateway.is_on, gateway.is_over) == (False, True)


async def test_gateway_is_up_again_whatever_ends_the_sample() -> None:
    gateway = Outage()
    running = asyncio.create_task(gateway.run(lambda: 1.0))
    await asyncio.sleep(0)
    assert gateway.is_on
    assert os.environ[SWITCH] == "down"

    running.cancel()
    await asyncio.wait([running])

    assert SWITCH not in os.environ
    assert not gateway.is_on


@pytest.mark.parametrize("variable", [SWITCH, SWITCH_FILE])
async def test_switch_that_somebody_holds_is_left_alone(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "somewhere")
    gateway = Outage()

    await gateway.run(lambda: 1.0)

    assert os.environ[variable] == "somewhere"
    assert not gateway.is_over


def test_events_that_need_the_gateway_outwait_the_outage_in_the_ledger() -> None:
    settings = with_patience(a_settings())

    name, policy = Policies(settings.retry).policy_for("invoice.issued", None)

    assert name == "patient"
    assert policy.base_delay > max(outage.SECONDS, settings.retry.in_memory_max)
    assert Policies(settings.retry).policy_for("order.created", None)[0] == "default"
    assert settings.retry.budget is None
    assert not settings.breakers.of_processor("any").enabled


def test_what_settings_say_themselves_stays() -> None:
    own = RetryPolicy(max_attempts=9)
    given = a_settings(
        retry={
            "budget": 0.5,
            "policies": {"patient": own.model_dump()},
            "bindings": [{"event_type": "invoice.*", "policy": "fast"}],
        },
        breakers={"failures": 3},
    )

    settings = with_patience(given)

    assert Policies(settings.retry).policy_for("invoice.issued", None)[0] == "fast"
    assert settings.retry.policies["patient"] == own
    assert settings.retry.budget == 0.5
    assert settings.breakers == given.breakers
