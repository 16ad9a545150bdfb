"""What follows a poll that failed?

Some records may be lost to us, of any partition: all are sought back to our own next offsets.
"""

import asyncio
from collections.abc import Sequence

from consumer.core.process_facts import SourceFailed
from consumer.ports import SessionLostError, SourceError
from consumer.runtime.environment import Environment
from consumer.runtime.reading import Reading

FAILURES_BEFORE_LOOK = 5
"""Polls that fail in a row before it is asked whether a partition is the reason."""
MAX_POLL_BACKOFF_SECONDS = 5.0


class PollFailures:
    """The polls that failed in a row, and the way back from them."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._in_a_row = 0

    def end(self) -> None:
        """Take note that a poll succeeded."""
        self._in_a_row = 0

    async def recover(self, error: SourceError, readings: Sequence[Reading]) -> None:
        """Seek all of *readings* back, and return when it is time to poll again."""
        env = self._env
        self._in_a_row += 1
        env.observer.observe(SourceFailed(str(error), self._in_a_row))
        for reading in readings:
            reading.seek()
        if self._in_a_row % FAILURES_BEFORE_LOOK == 0:
            await self._look_for_gaps(readings)
        delay = min(MAX_POLL_BACKOFF_SECONDS, 0.05 * 2 ** min(self._in_a_row, 10))
        await asyncio.sleep(delay * (0.5 + 0.5 * env.clocks.draw()))

    async def _look_for_gaps(self, readings: Sequence[Reading]) -> None:
        """Lose the sessions that retention has overtaken: their next start says what to do."""
        for reading in readings:
            state = reading.state
            try:
                bounds = await self._env.source.bounds(self._env.input(reading.partition))
            except SessionLostError:
                return
            if state.offsets.next < bounds.start:
                message = f"offset {state.offsets.next} is gone, the log begins at {bounds.start}"
                state.lose(SessionLostError("retention_gap", message))
