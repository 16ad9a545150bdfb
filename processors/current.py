"""Which attempt is running here, and how does what runs inside it log?

A worker says so once per attempt (``current_attempt.set(context)``), and nothing else is done for
it until something is logged: whoever writes log lines merges ``log_fields()`` into them.  A thread
sees it only where the worker's context is copied into it (``contextvars.copy_context().run``).
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Protocol, cast

import structlog
from structlog.typing import FilteringBoundLogger

Logger = FilteringBoundLogger
"""What ``ctx.log`` is: ``log.info("card.charged", amount=12)``."""


class Source(Protocol):
    """Where an event was read; any record fits."""

    @property
    def topic(self) -> str:
        """Topic it was read from."""
        ...

    @property
    def partition(self) -> int:
        """Partition of that topic."""
        ...

    @property
    def offset(self) -> int:
        """Place in that partition."""
        ...


class Running(Protocol):
    """What a log line needs of the attempt it was written in."""

    def log_fields(self) -> Mapping[str, Any]:
        """Return what names the event and the attempt."""
        ...


current_attempt: ContextVar[Running | None] = ContextVar("everonce_attempt", default=None)
"""The attempt whose processor runs here; None between attempts."""


def attempt_logger(fields: Mapping[str, Any]) -> Logger:
    """Return a structured logger that carries *fields* in every line."""
    return cast("Logger", structlog.get_logger().bind(logger="processors", **fields))
