"""How are the letters read, each with its state?

Partition by partition: first the ledger of the partition, of which only the marks of letters stay
in memory, then its letters, one after the other.
"""

from collections.abc import AsyncIterator, Callable

from config.topics import TopicSettings
from consumer.desk.letters import Letter
from consumer.desk.selection import Selection
from consumer.kafka.tap import Tap

Progress = Callable[[int, int], None]
"""Told how many offsets have been passed, and of how many."""


async def read_letters(
    tap: Tap,
    topics: TopicSettings,
    selection: Selection,
    partition: int | None = None,
    progress: Progress | None = None,
) -> AsyncIterator[Letter]:
    """Yield the letters of *selection*, partition by partition, oldest first."""
    raise NotImplementedError
    yield  # type: ignore[unreachable]
