"""How much is it, exactly, in a currency?"""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Literal

from pydantic import Field

Currency = Literal["EUR", "USD", "GBP", "CHF", "JPY"]
_DECIMALS = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "JPY": 0}

Amount = Annotated[Decimal, Field(ge=0, max_digits=14, allow_inf_nan=False)]
"""Never a float: 0.1 + 0.2 is 0.3 here."""


def rounded(amount: Decimal, currency: Currency) -> Decimal:
    """Return *amount* in the smallest coins of *currency*, halves to the even one."""
    return amount.quantize(Decimal(1).scaleb(-_DECIMALS[currency]), ROUND_HALF_EVEN)


def is_payable(amount: Decimal, currency: Currency) -> bool:
    """Whether coins for exactly *amount* exist."""
    return amount == rounded(amount, currency)
