"""Do the example processors compute, check and fail as they say?"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from processors import Context, PermanentError, RetryAfter, TransientError, WorkflowEvent
from processors.examples import gateway
from processors.examples.customers import find_customer
from processors.examples.invoices import Invoice, Receipt, charge_invoice, file_invoice
from processors.examples.orders import (
    Cancellation,
    Order,
    PricedOrder,
    Refund,
    price_order,
    refund_order,
)
from processors.examples.shipments import Label, Shipment, book_shipment
from processors.examples.simulation import Simulation

GOLD = next(f"c-{n}" for n in range(50) if find_customer(f"c-{n}").tier == "gold")
ORDER: dict[str, Any] = {
    "order_id": "o-1",
    "customer_id": GOLD,
    "currency": "EUR",
    "lines": [
        {"sku": "TEA-001", "quantity": 3, "unit_price": 0.1},
        {"sku": "CUP-001", "quantity": 1, "unit_price": "9.70", "tax_rate": "0.07"},
    ],
    "total": "10.00",
}
INVOICE: dict[str, Any] = {
    "invoice_id": "i-1",
    "customer_id": GOLD,
    "currency": "EUR",
    "net": "100.00",
    "tax": "19.00",
    "total": 119,
    "issued_on": "2026-01-01",
    "card": "card-1",
}
SHIPMENT: dict[str, Any] = {
    "order_id": "o-1",
    "country": "FR",
    "parcels": [
        {"grams": 2500, "centimetres": [10, 10, 10]},
        {"grams": 100, "centimetres": [50, 50, 50]},
    ],
}


@pytest.fixture(autouse=True)
def _gateway_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(gateway.SWITCH, raising=False)
    monkeypatch.delenv(gateway.SWITCH_FILE, raising=False)


def _event(payload: Any, event_type: str = "x") -> WorkflowEvent[Any]:
    return WorkflowEvent("e-1", event_type, "w", "r", datetime(2026, 1, 1, tzinfo=UTC), payload)


def _read(model: type[BaseModel], payload: dict[str, Any], **changes: Any) -> WorkflowEvent[Any]:
    return _event(model.model_validate({**payload, **changes}))


async def test_an_order_is_priced_with_discount_before_tax_and_not_a_cent_off() -> None:
    priced = await price_order(_read(Order, ORDER), Context("k"))

    assert priced == PricedOrder(
        order_id="o-1",
        tier="gold",
        currency="EUR",
        net=Decimal("10.00"),
        discount=Decimal("0.50"),
        tax=Decimal("0.70"),
        to_pay=Decimal("10.20"),
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"total": "10.01"}, "total is 10.01, but the lines add up to 10.00"),
        ({"currency": "JPY", "lines": [{**ORDER["lines"][0]}], "total": "0.3"}, "has no coins for"),
        ({"lines": []}, "at least 1 item"),
        ({"currency": "XXX"}, "currency"),
        ({"lines": [{**ORDER["lines"][0], "quantity": 0}]}, "quantity"),
        ({"lines": [{**ORDER["lines"][0], "sku": "tea"}]}, "sku"),
        ({"simulate": {"transiant": 1}}, "transiant"),
    ],
)
def test_an_order_that_cannot_be_right_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _read(Order, ORDER, **changes)


async def test_an_order_of_nobody_is_refused_for_good() -> None:
    with pytest.raises(PermanentError, match="there is no customer 'unknown-1'") as refused:
        await price_order(_read(Order, ORDER, customer_id="unknown-1"), Context("k"))

    assert refused.value.code == "DEPENDENCY_MISSING"


@pytest.mark.parametrize(("shipped", "amount"), [(False, "19.99"), (True, "17.99")])
async def test_a_cancelled_order_is_paid_back(shipped: bool, amount: str) -> None:
    cancelled = {"order_id": "o-1", "currency": "EUR", "paid": "19.99", "shipped": shipped}

    refund = await refund_order(_read(Cancellation, cancelled), Context("k"))

    assert refund == Refund(order_id="o-1", currency="EUR", amount=Decimal(amount))


async def test_an_invoice_is_charged_once_however_often_it_is_tried() -> None:
    first = await charge_invoice(_read(Invoice, INVOICE), Context("k", 1))
    again = await charge_invoice(_read(Invoice, INVOICE), Context("k", 2))
    other = await charge_invoice(_read(Invoice, INVOICE), Context("other", 1))

    assert first == again
    assert first.charge_id != other.charge_id
    assert first == Receipt(
        invoice_id="i-1",
        charge_id=first.charge_id,
        amount=Decimal(119),
        currency="EUR",
        due_on=date(2026, 2, 15),
    )


async def test_a_declined_card_is_no_use_trying_again() -> None:
    with pytest.raises(PermanentError, match="the card was declined for 119 EUR"):
        await charge_invoice(_read(Invoice, INVOICE, card=gateway.DECLINED), Context("k"))


def test_an_invoice_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"total is 120, but net and tax are 119\.00"):
        _read(Invoice, INVOICE, total=120)


async def test_whatever_else_happens_to_an_invoice_is_filed() -> None:
    event = _event({"invoice_id": "i-1", "note": "late"}, "invoice.reminded")

    assert await file_invoice(event, Context("k")) == {
        "invoice_id": "i-1",
        "filed_as": "invoice.reminded",
    }


def test_a_shipment_costs_by_weight_or_volume_whichever_is_more() -> None:
    label = book_shipment(_read(Shipment, SHIPMENT), Context("k"))

    assert label == Label(
        order_id="o-1",
        carrier="parcel",
        kilograms=Decimal("27.5"),
        cost=Decimal("65.55"),
    )


def test_a_heavy_shipment_goes_by_freight() -> None:
    parcels = [{"grams": 100_000, "centimetres": [1, 1, 1]}]

    assert (
        book_shipment(_read(Shipment, SHIPMENT, parcels=parcels), Context("k")).carrier == "freight"
    )


def test_a_shipment_to_where_nobody_goes_names_the_remedy() -> None:
    with pytest.raises(PermanentError, match="no carrier goes to 'XX': correct the country") as no:
        book_shipment(_read(Shipment, SHIPMENT, country="XX"), Context("k"))

    assert no.value.code == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("simulation", "attempt", "error"),
    [
        (Simulation(), 1, None),
        (Simulation(transient=2), 2, TransientError),
        (Simulation(transient=2), 3, None),
        (Simulation(transient=1, retry_after=0.5), 1, RetryAfter),
        (Simulation(permanent=True), 9, PermanentError),
    ],
)
def test_an_event_fails_as_it_asked_to(
    simulation: Simulation,
    attempt: int,
    error: type[Exception] | None,
) -> None:
    if error is None:
        simulation.fail(attempt)
        return
    with pytest.raises(error) as failed:
        simulation.fail(attempt)
    assert type(failed.value) is error
