"""How is a moment written in our records?

RFC 3339 in UTC, always with six digits of a second, so that texts sort as moments do.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache, partial

if sys.version_info < (3, 12):
    utc: Callable[[float], datetime] = datetime.utcfromtimestamp
    """Return the moment so many seconds after the epoch, for orjson to write: half as dear as
    ``rfc3339``, and the same text but where the microseconds are 0, which orjson leaves out."""
else:
    # From 3.12 on the other one is deprecated.
    utc = partial(datetime.fromtimestamp, tz=UTC)


@lru_cache(maxsize=64)
def _second(seconds: int | str) -> str:
    """Return the text up to the second: most moments of a burst share theirs."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()[:19] + "."


def rfc3339(seconds: float) -> str:
    """Return *seconds* since the epoch as ``2026-01-31T23:59:59.000001Z``."""
    microseconds = round(seconds * 1e6)
    if microseconds >= 1_000_000:
        # Twice per event: cutting the digits is faster than dividing and formatting them.
        digits = str(microseconds)
        return f"{_second(digits[:-6])}{digits[-6:]}Z"
    whole, rest = divmod(microseconds, 1_000_000)
    return f"{_second(whole)}{rest:06d}Z"
