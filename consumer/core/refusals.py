"""Which event's outcome does the broker refuse, when it refuses a whole batch?

A definite refusal names a batch, not a record.  The offsets of the batch become suspects; the next
session commits them in halves, apart from all others, until a group of one is refused: convicted.
Remembered across sessions of one process; n suspects cost about log2(n) lost sessions.
"""

from collections.abc import Collection
from typing import Literal

RefusedRole = Literal["results", "dlq", "state", "audit", "control"]


class Refusals:
    """The suspects and the convicted of one partition."""

    __slots__ = ("_convicted", "_groups", "any")

    def __init__(self) -> None:
        self.any = False
        """Whether anybody is suspected or convicted; an attribute, because each event asks."""
        self._groups: list[frozenset[int]] = []
        self._convicted: dict[int, tuple[RefusedRole, str]] = {}

    def refused(self, offsets: Collection[int], role: RefusedRole, message: str) -> None:
        """Take note that a batch with the outcomes of these input *offsets* was refused."""
        suspects = frozenset(offsets)
        if len(suspects) == 1:
            self._convicted[next(iter(suspects))] = (role, message)
        self._groups = [group - suspects for group in self._groups if group - suspects]
        if len(suspects) > 1:
            ordered = sorted(suspects)
            middle = len(ordered) // 2
            self._groups += [frozenset(ordered[:middle]), frozenset(ordered[middle:])]
        self.any = True

    def settled(self, offsets: Collection[int]) -> None:
        """Take note that these are committed: they were innocent, or their letter went through."""
        if not self.any:
            return
        done = frozenset(offsets)
        self._groups = [group - done for group in self._groups if group - done]
        for offset in done:
            self._convicted.pop(offset, None)
        self.any = bool(self._groups or self._convicted)

    def group_of(self, offset: int) -> int | None:
        """Return which group of suspects *offset* is in; None when it is above suspicion."""
        return next((i for i, group in enumerate(self._groups) if offset in group), None)

    def verdict(self, offset: int) -> tuple[RefusedRole, str] | None:
        """Return which topic refused the outcome of *offset*, and in which words."""
        return self._convicted.get(offset)
