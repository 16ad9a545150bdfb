"""How does one charge a card when the gateway may be down?

Stands for a payment provider.  ``EVERONCE_EXAMPLES_GATEWAY`` switches it: ``up``, ``down``, or
``flaky:0.2`` for a share of failing calls.  While processes run, the same word in the file that
``EVERONCE_EXAMPLES_GATEWAY_FILE`` names wins.  Whether a flaky call fails depends on its
idempotency key and attempt alone, so it can be foretold.
"""

import contextlib
import os
import re
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from processors import PermanentError, TransientError
from processors.examples.money import Currency

SWITCH = "EVERONCE_EXAMPLES_GATEWAY"
SWITCH_FILE = "EVERONCE_EXAMPLES_GATEWAY_FILE"
DECLINED = "card-declined"
"""A card that is never accepted."""

_CHARGES = uuid.UUID("6f0c2b3e-5d0f-4d43-9d53-0b9e7a3f6a11")
_WORD = re.compile(r"(?P<up>up)|(?P<down>down)|flaky:(?P<share>0(\.[0-9]+)?|1(\.0+)?)")


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge that was accepted."""

    charge_id: str
    """The same for the same idempotency key: a repeated call charges nothing again."""
    amount: Decimal
    currency: Currency


def charge(
    card: str,
    amount: Decimal,
    currency: Currency,
    *,
    idempotency_key: str,
    attempt: int = 1,
    environ: Mapping[str, str] | None = None,
) -> Charge:
    """Charge *card*, once per idempotency key.

    Raises:
        TransientError: The gateway is down, or this call failed on the way.
        PermanentError: The card is declined.
    """
    share = failing_share(os.environ if environ is None else environ)
    if draw(idempotency_key, attempt) < share:
        raise TransientError(
            "the payment gateway does not answer" if share == 1 else "the payment gateway hung up",
            code="SERVICE_UNAVAILABLE" if share == 1 else "NETWORK_ERROR",
            details={"gateway": "examples", "failing_share": share},
        )
    if card == DECLINED:
        raise PermanentError(
            f"the card was declined for {amount} {currency}",
            details={"decline_code": "insufficient_funds"},
        )
    return Charge(f"ch_{uuid.uuid5(_CHARGES, idempotency_key).hex}", amount, currency)


def failing_share(environ: Mapping[str, str]) -> float:
    """Return the share of calls that fail, 0 to 1, as the switch says.

    Raises:
        PermanentError: It says something else.
    """
    word = environ.get(SWITCH, "up")
    if path := environ.get(SWITCH_FILE):
        # Taken away, the variable says it again.
        with contextlib.suppress(FileNotFoundError):
            word = Path(path).read_text(encoding="utf-8")
    match = _WORD.fullmatch(word.strip())
    if match is None:
        raise PermanentError(
            f"the gateway's switch says {word.strip()[:40]!r}: write up, down or flaky:0.2 "
            f"({SWITCH}, or the file that {SWITCH_FILE} names)",
            code="INVALID_CONFIG",
        )
    return 0.0 if match["up"] else 1.0 if match["down"] else float(match["share"])


def draw(idempotency_key: str, attempt: int) -> float:
    """Return a number in [0, 1) that is always the same for the same call."""
    return zlib.crc32(f"{attempt}/{idempotency_key}".encode()) / 2**32
