"""Who is told what happens, and who looks up how things are?"""

from collections.abc import Callable
from typing import Protocol

from consumer.core.facts import Fact
from consumer.core.status import Status


class Observer(Protocol):
    """Who is told facts: synchronous, without influence, never raises."""

    wants_each_event: bool
    """Whether ``EventSettled`` is stated for every event."""

    def observe(self, fact: Fact) -> None:
        """Take note of *fact*."""
        ...


StatusReader = Callable[[], Status]
"""Read at a scrape: gauges and health are looked up, not pushed."""
