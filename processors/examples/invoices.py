"""When is an invoice due, and is it paid?"""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, model_validator

from processors import Context, WorkflowEvent, processor
from processors.examples.customers import find_customer
from processors.examples.gateway import charge
from processors.examples.money import Amount, Currency
from processors.examples.simulation import Simulated


class Invoice(Simulated):
    """Payload of invoice.issued."""

    invoice_id: Annotated[str, Field(min_length=1)]
    customer_id: Annotated[str, Field(min_length=1)]
    currency: Currency
    net: Amount
    tax: Amount
    total: Amount
    issued_on: date
    card: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _adds_up(self) -> "Invoice":
        if self.net + self.tax != self.total:
            raise ValueError(f"total is {self.total}, but net and tax are {self.net + self.tax}")
        return self


class Receipt(BaseModel):
    """Result of invoice.issued."""

    invoice_id: str
    charge_id: str
    amount: Decimal
    currency: Currency
    due_on: date


@processor("invoice.issued", policy="standard", timeout=30)
async def charge_invoice(event: WorkflowEvent[Invoice], ctx: Context) -> Receipt:
    """Charge the customer's card; the key makes a repeated attempt safe."""
    invoice = event.payload
    await asyncio.sleep(invoice.simulate.slow)
    invoice.simulate.fail(ctx.attempt)
    customer = find_customer(invoice.customer_id)
    charged = charge(
        invoice.card,
        invoice.total,
        invoice.currency,
        idempotency_key=ctx.idempotency_key,
        attempt=ctx.attempt,
    )
    return Receipt(
        invoice_id=invoice.invoice_id,
        charge_id=charged.charge_id,
        amount=charged.amount,
        currency=charged.currency,
        due_on=invoice.issued_on + timedelta(days=customer.payment_days),
    )


@processor("invoice.*", criticality="low")
async def file_invoice(event: WorkflowEvent[dict[str, Any]], ctx: Context) -> dict[str, Any]:
    """File whatever else happens to an invoice; any payload will do."""
    ctx.log.debug("invoice.filed", members=len(event.payload))
    return {"invoice_id": event.payload.get("invoice_id"), "filed_as": event.event_type}
