"""What does a failed HTTP answer mean, and when may it be asked for again?

Recognised by its shape (``status_code``, ``response.status_code``, ``status``), so no HTTP client
is imported here.
"""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial

from consumer.core.exception_text import ask, member_of

TRANSIENT_STATUS_CODES = frozenset({408, 425, 429, *range(500, 600)})
"""Where the policy names none of its own."""
LONGEST_RETRY_AFTER_SECONDS = 30 * 24 * 3600.0
"""As long as letters are kept: a wait beyond it is a slip of the other side, or infinity."""

_SECONDS = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)
_CODES = {
    400: "INVALID_INPUT",
    401: "UNAUTHORIZED",
    402: "QUOTA_EXCEEDED",
    403: "UNAUTHORIZED",
    408: "TIMEOUT",
    413: "INVALID_INPUT",
    422: "INVALID_INPUT",
    425: "SERVICE_UNAVAILABLE",
    429: "RATE_LIMITED",
    504: "TIMEOUT",
}


def status_of(error: BaseException) -> int | None:
    """Return the HTTP status that *error* reports, if it does: 400 to 599."""
    response = member_of(error, "response")
    for holder, name in ((error, "status_code"), (response, "status_code"), (error, "status")):
        status = member_of(holder, name)
        if type(status) is int and 400 <= status < 600:
            return status
    return None


def code_of(status: int) -> str:
    """Return the error code for an HTTP status of 400 to 599."""
    return _CODES.get(status, "EXECUTION_FAILED" if status < 500 else "SERVICE_UNAVAILABLE")


def retry_after_of(error: BaseException, now: float) -> float | None:
    """Return how many seconds the answer behind *error* asks to wait, if it does.

    Args:
        error: An exception with headers of its own, or a response that has some.
        now: Seconds since the epoch: the header may name a date.
    """
    for holder in (member_of(error, "response"), error):
        get = member_of(member_of(holder, "headers"), "get")
        for name in ("retry-after", "Retry-After"):
            text = ask(partial(get, name), None) if callable(get) else None
            if isinstance(text, str):
                return _seconds_until(text.strip(), now)
    return None


def bounded_wait(seconds: float) -> float:
    """Return *seconds*, or the longest wait that is believed."""
    return min(seconds, LONGEST_RETRY_AFTER_SECONDS)


def _seconds_until(text: str, now: float) -> float | None:
    """Read a Retry-After header: RFC 9110 section 10.2.3."""
    if _SECONDS.fullmatch(text):
        return bounded_wait(float(text))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return bounded_wait(max(0.0, moment.timestamp() - now))
