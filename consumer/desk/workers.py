"""Does anybody carry out what is asked for?

The owner of a partition commits its control offset past an act in the transaction that carries it
out.  Where that does not move for long there is no worker, or none that reads.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Self

from config.settings import Settings
from consumer.kafka.admin import Admin
from consumer.kafka.tap import impatient

NO_MEMBER_SECONDS = 10.0
"""How long a group may be empty: a worker that is started again takes a moment."""
SILENT_SECONDS = 90.0
"""How long members may let acts lie: after a kill the group takes a session timeout to notice."""
_LOOK_SECONDS = 0.5
_LIKELY_BYTES = 1024 * 1024  # of a topic whose settings may not be read: Kafka's default
_BATCH_BYTES = 512  # what a record is wrapped in


class Patience:
    """Since when nothing has moved; pure, the clock is an argument."""

    def __init__(self, now: float) -> None:
        """Begin at *now*, seconds of a clock that never goes back."""
        self._upto: dict[int, int] = {}
        self._committed: dict[int, int] = {}
        self._moved_at = now

    def asked(self, partition: int, offset: int, now: float) -> None:
        """Take note of an act at *offset* of a control partition."""
        if not self.behind:
            self._moved_at = now
        self._upto[partition] = max(self._upto.get(partition, 0), offset + 1)

    def committed(self, offsets: Mapping[int, int], now: float) -> None:
        """Take note of what the group has committed."""
        behind = self.behind
        if any(offsets.get(each, 0) > self._committed.get(each, 0) for each in behind):
            self._moved_at = now
        self._committed = {**self._committed, **offsets}

    def has_passed(self, partition: int, offset: int) -> bool:
        """Whether the act at *offset* has been carried out, or refused."""
        return self._committed.get(partition, 0) > offset

    @property
    def behind(self) -> list[int]:
        """Partitions whose owner has not come to the last act yet."""
        return sorted(
            each for each, upto in self._upto.items() if self._committed.get(each, 0) < upto
        )

    def silent_seconds(self, now: float) -> float:
        """Return for how long nothing has moved that should; 0 where nothing should."""
        return now - self._moved_at if self.behind else 0.0


class Workers:
    """The consumer group, seen from outside; ``async with`` connects.

    Raises:
        ConnectionError: On entering or asking, no broker answered in time.
    """

    def __init__(self, settings: Settings) -> None:
        self._group = settings.kafka.group_id
        self._control = settings.topics.control
        self._admin = Admin(impatient(settings.kafka))
        self.patience = Patience(time.monotonic())

    async def __aenter__(self) -> Self:
        await self._admin.__aenter__()
        self.patience.committed(await self._committed(), time.monotonic())
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._admin.__aexit__(*error)

    async def members(self) -> int:
        """Return how many members the group has."""
        return await self._admin.group_members(self._group)

    async def largest_act(self) -> int:
        """Return the most bytes that the control topic takes in one record."""
        topic = (await self._admin.describe([self._control]))[self._control]
        known = None if isinstance(topic, str) else topic.configs
        limit = int((known or {}).get("max.message.bytes") or _LIKELY_BYTES)
        return limit - _BATCH_BYTES

    async def look(self) -> None:
        """Ask how far the owners have come, where an act waits for one."""
        if self.patience.behind:
            self.patience.committed(await self._committed(), time.monotonic())

    async def nobody(self) -> str | None:
        """Return why nobody will carry anything out; waits a while for a first member."""
        deadline = time.monotonic() + NO_MEMBER_SECONDS
        while await self.members() == 0:
            if time.monotonic() > deadline:
                return f"the group {self._group} has no member: no worker runs"
            await asyncio.sleep(_LOOK_SECONDS)
        return None

    async def absence(self) -> str | None:
        """Return why nobody seems to carry out what was asked for; None where somebody may."""
        seconds = self.patience.silent_seconds(time.monotonic())
        if seconds < NO_MEMBER_SECONDS:
            return None
        if await self.members() == 0:
            return f"the group {self._group} has no member: no worker runs"
        if seconds < SILENT_SECONDS:
            return None
        numbers = ", ".join(map(str, self.patience.behind))
        return (
            f"the group {self._group} has members, but for {seconds:.0f} s none has come to what "
            f"was asked on partition {numbers} of {self._control}"
        )

    async def _committed(self) -> Mapping[int, int]:
        return await self._admin.group_offsets(self._group, self._control)
