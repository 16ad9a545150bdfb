"""What does an order cost, and is its total right?"""

import asyncio
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from processors import Context, WorkflowEvent, processor
from processors.examples.customers import find_customer
from processors.examples.money import Amount, Currency, is_payable, rounded
from processors.examples.simulation import Simulated


class Line(BaseModel):
    """So many of one article."""

    sku: Annotated[str, Field(pattern="^[A-Z]{2,4}-[0-9]{3,6}$")]
    quantity: Annotated[int, Field(ge=1, le=10_000)]
    unit_price: Amount
    tax_rate: Annotated[Decimal, Field(ge=0, le=1)] = Decimal("0.19")

    @property
    def net(self) -> Decimal:
        """Price without tax."""
        return self.quantity * self.unit_price


class Order(Simulated):
    """Payload of order.created."""

    order_id: Annotated[str, Field(min_length=1)]
    customer_id: Annotated[str, Field(min_length=1)]
    currency: Currency
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=100)]
    total: Amount
    """Sum of the lines without tax and discount, as the shop showed it."""

    @model_validator(mode="after")
    def _adds_up(self) -> "Order":
        net = sum((line.net for line in self.lines), Decimal())
        if net != self.total:
            raise ValueError(f"total is {self.total}, but the lines add up to {net}")
        if not is_payable(self.total, self.currency):
            raise ValueError(f"total is {self.total}, which {self.currency} has no coins for")
        return self


class PricedOrder(BaseModel):
    """Result of order.created."""

    order_id: str
    tier: str
    currency: Currency
    net: Decimal
    discount: Decimal
    tax: Decimal
    to_pay: Decimal


class Cancellation(Simulated):
    """Payload of order.cancelled."""

    order_id: Annotated[str, Field(min_length=1)]
    currency: Currency
    paid: Amount
    shipped: bool = False


class Refund(BaseModel):
    """Result of order.cancelled."""

    order_id: str
    currency: Currency
    amount: Decimal


_RESTOCKING_RATE = Decimal("0.10")


@processor("order.created", policy="standard", timeout="10s")
async def price_order(event: WorkflowEvent[Order], ctx: Context) -> PricedOrder:
    """Price an order for its customer: discount first, tax on what is left."""
    order = event.payload
    await asyncio.sleep(order.simulate.slow)
    order.simulate.fail(ctx.attempt)
    customer = find_customer(order.customer_id)
    kept = 1 - customer.discount_rate
    discount = rounded(order.total * customer.discount_rate, order.currency)
    tax = rounded(
        sum((line.net * kept * line.tax_rate for line in order.lines), Decimal()),
        order.currency,
    )
    return PricedOrder(
        order_id=order.order_id,
        tier=customer.tier,
        currency=order.currency,
        net=order.total,
        discount=discount,
        tax=tax,
        to_pay=order.total - discount + tax,
    )


@processor("order.cancelled", criticality="normal")
async def refund_order(event: WorkflowEvent[Cancellation], ctx: Context) -> Refund:
    """Give the money back, less the cost of restocking what was shipped already."""
    cancelled = event.payload
    cancelled.simulate.fail(ctx.attempt)
    kept = cancelled.paid * _RESTOCKING_RATE if cancelled.shipped else Decimal()
    amount = rounded(cancelled.paid - kept, cancelled.currency)
    return Refund(order_id=cancelled.order_id, currency=cancelled.currency, amount=amount)
