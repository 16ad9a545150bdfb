"""Who carries a shipment, and for how much?

Not async: such a processor runs in a thread, and may block it.
"""

import time
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field

from processors import Context, PermanentError, WorkflowEvent, processor
from processors.examples.money import rounded
from processors.examples.simulation import Simulated

_ZONES = {"DE": 1, "AT": 1, "NL": 1, "FR": 2, "IT": 2, "ES": 2, "US": 3, "JP": 3}
_PER_KILOGRAM = {1: Decimal("1.20"), 2: Decimal("2.10"), 3: Decimal("6.80")}
_PER_PARCEL = Decimal("3.90")
_CUBIC_CENTIMETRES_PER_KILOGRAM = 5000
"""Carriers charge light parcels by their volume; the usual divisor."""
_FREIGHT_FROM_KILOGRAMS = 100


class Parcel(BaseModel):
    """One box."""

    grams: Annotated[int, Field(gt=0)]
    centimetres: tuple[
        Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]
    ]

    @property
    def kilograms(self) -> Decimal:
        """What the carrier charges for: weight or volume, whichever is more."""
        length, width, height = self.centimetres
        by_volume = Decimal(length * width * height) / _CUBIC_CENTIMETRES_PER_KILOGRAM
        return max(Decimal(self.grams) / 1000, by_volume)


class Shipment(Simulated):
    """Payload of shipment.*."""

    order_id: Annotated[str, Field(min_length=1)]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    parcels: Annotated[tuple[Parcel, ...], Field(min_length=1, max_length=50)]


class Label(BaseModel):
    """Result of shipment.*."""

    order_id: str
    carrier: str
    kilograms: Decimal
    cost: Decimal


@processor("shipment.*", policy="standard", concurrency=8)
def book_shipment(event: WorkflowEvent[Shipment], ctx: Context) -> Label:
    """Choose a carrier and compute its price, in EUR."""
    shipment = event.payload
    time.sleep(shipment.simulate.slow)
    shipment.simulate.fail(ctx.attempt)
    zone = _ZONES.get(shipment.country)
    if zone is None:
        raise PermanentError(
            f"no carrier goes to {shipment.country!r}: correct the country, then redrive",
            code="INVALID_INPUT",
            details={"served": sorted(_ZONES)},
        )
    kilograms = sum((parcel.kilograms for parcel in shipment.parcels), Decimal())
    cost = _PER_KILOGRAM[zone] * kilograms + _PER_PARCEL * len(shipment.parcels)
    return Label(
        order_id=shipment.order_id,
        carrier="freight" if kilograms >= _FREIGHT_FROM_KILOGRAMS else "parcel",
        kilograms=kilograms,
        cost=rounded(cost, "EUR"),
    )
