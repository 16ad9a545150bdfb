"""How is a span of time written in settings, and read back?

``500ms``, ``2s``, ``1m30s``, ``24h``, ``7d`` or a number of seconds; inside, always seconds.
"""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

# Decimal, so that 12.3ms is the very float that 0.0123 is, and is written back as it was read.
_UNITS = {
    "d": Decimal(86400),
    "h": Decimal(3600),
    "m": Decimal(60),
    "s": Decimal(1),
    "ms": Decimal("0.001"),
}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(e[+-]?[0-9]+)?")

_LONGEST_TEXT = 40
LONGEST_SECONDS = 100 * 365 * 86400.0
"""A hundred years: beyond it a span is a slip of the pen, and sums with clocks overflow."""


def parse_duration(value: object) -> object:
    """Return seconds for a duration in words; leave what is no text to the type check.

    Raises:
        ValueError: The text is no duration; the message shows the accepted forms.
    """
    if isinstance(value, bool) or (isinstance(value, str) and len(value) > _LONGEST_TEXT):
        raise ValueError(_refusal(value))
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    if _NUMBER.fullmatch(text):
        return float(text)
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(_refusal(value))
    return float(sum(Decimal(number) * _UNITS[unit] for number, unit in parts))


def _refusal(value: object) -> str:
    return (
        f"{str(value)[:_LONGEST_TEXT]!r} is not a duration: write it like 500ms, 2s, 1m30s, 24h "
        "or 7d, or as a number of seconds"
    )


def format_duration(seconds: float) -> str:
    """Return *seconds* as a setting would be written, in the largest unit that keeps it whole."""
    exact = Decimal(repr(seconds))
    for unit in ("d", "h", "m", "s"):
        amount = exact / _UNITS[unit]
        if amount >= 1 and amount == amount.to_integral_value():
            return f"{int(amount)}{unit}"
    if 0 < exact < 1:
        return f"{(exact * 1000).normalize():f}ms"
    return f"{exact.normalize():f}s"


_IN_WORDS = PlainSerializer(format_duration, return_type=str, when_used="json")
_SCHEMA = WithJsonSchema({"type": ["number", "string"], "format": "duration"})
Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    Field(ge=0, le=LONGEST_SECONDS, allow_inf_nan=False),
    _IN_WORDS,
    _SCHEMA,
]
PositiveDuration = Annotated[
    float,
    BeforeValidator(parse_duration),
    Field(gt=0, le=LONGEST_SECONDS, allow_inf_nan=False),
    _IN_WORDS,
    _SCHEMA,
]
WireDuration = Annotated[
    float,
    BeforeValidator(parse_duration),
    # The protocol carries it as milliseconds in a signed 32-bit integer.
    Field(ge=0.001, le=2_147_483.0, allow_inf_nan=False),
    _IN_WORDS,
    _SCHEMA,
]
"""A time that a broker is told."""
