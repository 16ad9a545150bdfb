"""Which event makes a good sample, and how will it end?

Pure: number and seed decide everything.  What is expected holds while the gateway is up and the
policies are those that ship.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from processors.examples.gateway import DECLINED

SampleKind = Literal["ordinary", "transient", "permanent"]
Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """How an event ends."""

    outcome: Literal["completed", "dead_lettered"]
    attempts: int
    """In all; the first is 1."""
    code: str | None = None
    """Error code of its letter."""


@dataclass(frozen=True, slots=True)
class SampleEvent:
    """An event, ready to be encoded and published."""

    key: str
    """Key of its record: the workflow it belongs to."""
    event: Mapping[str, Any]
    expected: Expected


_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_MOST_FAILURES = 2
"""The processors of the samples have policy standard: three attempts."""


def sample_event(
    number: int,
    *,
    seed: int = 0,
    kind: SampleKind = "ordinary",
    keys: int = 100,
    occurred_at: datetime | None = None,
) -> SampleEvent:
    """Return sample *number* of *seed*: the same for the same arguments.

    Args:
        number: Counted from anywhere; part of the event id.
        seed: Another seed gives other events, with other ids.
        kind: ordinary; transient fails once or twice, then succeeds; permanent fails for good.
        keys: How many different keys there are.
        occurred_at: When it happened; without it a time that *number* decides.
    """
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - variety, not secrecy
    key = f"workflow-{chance.randrange(keys)}"
    event_type, make = chance.choices(_FAMILIES, weights=(40, 40, 20))[0]
    payload, expected = make(chance, kind, f"{seed}-{number}")
    moment = occurred_at or _BEGIN + timedelta(seconds=number)
    event = {
        "event_id": f"sample-{seed}-{number}",
        "event_type": event_type,
        "workflow_id": key,
        "workflow_run_id": f"run-{seed}",
        "occurred_at": moment.isoformat(),
        "payload": payload,
    }
    return SampleEvent(key, event, expected)


def _order(chance: random.Random, kind: SampleKind, name: str) -> tuple[Payload, Expected]:
    lines: list[Payload] = [
        {
            "sku": f"{chance.choice(('TEA', 'CUP', 'POT'))}-{chance.randrange(1000):03}",
            "quantity": chance.randint(1, 9),
            "unit_price": str(_price(chance)),
        }
        for _ in range(chance.randint(1, 4))
    ]
    total = sum((line["quantity"] * Decimal(line["unit_price"]) for line in lines), Decimal())
    if kind == "permanent":
        total += 1
    payload = {
        "order_id": f"order-{name}",
        "customer_id": _customer(chance),
        "currency": "EUR",
        "lines": lines,
        "total": str(total),
    }
    return _with_failures(payload, chance, kind, "INVALID_INPUT")


def _invoice(chance: random.Random, kind: SampleKind, name: str) -> tuple[Payload, Expected]:
    net, tax = _price(chance), _price(chance)
    payload = {
        "invoice_id": f"invoice-{name}",
        "customer_id": _customer(chance),
        "currency": "EUR",
        "net": str(net),
        "tax": str(tax),
        "total": str(net + tax),
        "issued_on": (_BEGIN + timedelta(days=chance.randrange(365))).date().isoformat(),
        "card": DECLINED if kind == "permanent" else f"card-{chance.randrange(10_000):04}",
    }
    return _with_failures(payload, chance, kind, "EXECUTION_FAILED")


def _shipment(chance: random.Random, kind: SampleKind, name: str) -> tuple[Payload, Expected]:
    payload = {
        "order_id": f"order-{name}",
        "country": "XX" if kind == "permanent" else chance.choice(("DE", "FR", "US")),
        "parcels": [
            {
                "grams": chance.randint(100, 30_000),
                "centimetres": [chance.randint(5, 60) for _ in range(3)],
            }
            for _ in range(chance.randint(1, 3))
        ],
    }
    return _with_failures(payload, chance, kind, "INVALID_INPUT")


_FAMILIES: tuple[
    tuple[str, Callable[[random.Random, SampleKind, str], tuple[Payload, Expected]]], ...
] = (
    ("order.created", _order),
    ("invoice.issued", _invoice),
    ("shipment.requested", _shipment),
)


def _with_failures(
    payload: Payload,
    chance: random.Random,
    kind: SampleKind,
    code: str,
) -> tuple[Payload, Expected]:
    """Return the payload, told to fail where it is to recover, and how it ends."""
    if kind == "permanent":
        return payload, Expected("dead_lettered", 1, code)
    if kind == "ordinary":
        return payload, Expected("completed", 1)
    failures = chance.randint(1, _MOST_FAILURES)
    simulate: Payload = {"transient": failures}
    if chance.random() < 0.2:
        simulate["retry_after"] = 0.05
    return {**payload, "simulate": simulate}, Expected("completed", failures + 1)


def _customer(chance: random.Random) -> str:
    return f"customer-{chance.randrange(1000)}"


def _price(chance: random.Random) -> Decimal:
    return Decimal(chance.randint(100, 50_000)) / 100
