"""From what is the ledger restored?"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from consumer.core.record import Record


class StateLog(Protocol):
    """The ledger's topic, read for a restore."""

    async def bounds(self, partition: int) -> tuple[int, int]:
        """Return the log's start and its high watermark (the read_uncommitted end).

        Raises:
            SessionLostError: The broker did not answer within its bound.
        """
        ...

    def read(self, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """Yield the committed records of [start, end) in log order, in portions.

        Ends when the position has reached *end*, markers and aborted records included.

        Raises:
            SessionLostError: No progress for longer than a transaction may stay open.
        """
        ...
