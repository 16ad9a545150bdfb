"""Do the gateway, the customers and the coins around the examples behave as they say?"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from processors import PermanentError, TransientError
from processors.examples import gateway
from processors.examples.customers import Customer, find_customer
from processors.examples.money import is_payable, rounded


@pytest.mark.parametrize(
    ("switch", "share"),
    [
        ({}, 0.0),
        ({gateway.SWITCH: "up"}, 0.0),
        ({gateway.SWITCH: "down"}, 1.0),
        ({gateway.SWITCH: " flaky:0.25\n"}, 0.25),
        ({gateway.SWITCH: "flaky:1"}, 1.0),
        ({gateway.SWITCH_FILE: "no-such-file", gateway.SWITCH: "down"}, 1.0),
    ],
)
def test_the_gateway_fails_as_its_switch_says(switch: dict[str, str], share: float) -> None:
    assert gateway.failing_share(switch) == share


def test_the_switch_can_be_moved_while_processes_run(tmp_path: Path) -> None:
    file = tmp_path / "gateway"
    environ = {gateway.SWITCH_FILE: str(file), gateway.SWITCH: "up"}
    shares = []
    for word in ("down", "flaky:0.5", "up"):
        file.write_text(f"{word}\n")
        shares.append(gateway.failing_share(environ))

    assert shares == [1.0, 0.5, 0.0]


@pytest.mark.parametrize("word", ["", "off", "flaky", "flaky:2", "flaky:-1"])
def test_a_switch_that_says_nothing_known_is_refused_with_the_remedy(word: str) -> None:
    with pytest.raises(PermanentError, match=r"write up, down or flaky:0\.2") as refused:
        gateway.failing_share({gateway.SWITCH: word})

    assert refused.value.code == "INVALID_CONFIG"


def test_a_gateway_that_is_down_or_hangs_up_is_worth_another_attempt() -> None:
    for word, code in (("down", "SERVICE_UNAVAILABLE"), ("flaky:0.9999", "NETWORK_ERROR")):
        with pytest.raises(TransientError) as failed:
            gateway.charge(
                "card-1",
                Decimal(1),
                "EUR",
                idempotency_key="k",
                environ={gateway.SWITCH: word},
            )
        assert failed.value.code == code


def test_a_flaky_gateway_fails_for_its_share_of_calls_and_always_the_same_ones() -> None:
    draws = [gateway.draw(f"e-{number}", 1) for number in range(2000)]

    assert draws == [gateway.draw(f"e-{number}", 1) for number in range(2000)]
    assert 0.17 < sum(draw < 0.2 for draw in draws) / 2000 < 0.23
    assert gateway.draw("e-1", 1) != gateway.draw("e-1", 2)


def test_a_customer_always_has_the_same_terms() -> None:
    gold = next(f"c-{n}" for n in range(50) if find_customer(f"c-{n}").tier == "gold")

    assert find_customer(gold) == Customer(gold, "gold", Decimal("0.05"), 45)


@pytest.mark.parametrize(
    ("amount", "currency", "coins"),
    [("0.125", "EUR", "0.12"), ("0.135", "EUR", "0.14"), ("2.5", "JPY", "2")],
)
def test_halves_of_a_coin_go_to_the_even_one(amount: str, currency: Any, coins: str) -> None:
    assert rounded(Decimal(amount), currency) == Decimal(coins)
    assert not is_payable(Decimal(amount), currency)
