"""How much of a growing total came within the last so many seconds?

Kept in tenths of the window: counting something is an addition to a plain number, and not an entry
for each event that has to be removed again.  So the window is up to a tenth longer than asked for,
and never shorter.
"""

from collections import deque
from typing import Generic, TypeVar

Total = TypeVar("Total")

SLICES = 10


class WindowMarks(Generic[Total]):
    """What a total was at the begin of each slice; the clock is an argument.

    Args:
        window_seconds: Stretch of time that is looked back.
        total: What it is now.
        now: Any clock that does not go back, seconds.
    """

    __slots__ = ("_marks", "_window", "slice_ends")

    def __init__(self, window_seconds: float, total: Total, now: float) -> None:
        self._window = window_seconds
        self._marks: deque[tuple[float, Total]] = deque([(now, total)])
        self.slice_ends = now + window_seconds / SLICES
        """From this moment on, ``turn`` must be called before anything is added to the total."""

    def turn(self, total: Total, now: float) -> None:
        """Begin another slice where this one has ended; *total* as it was all the time since."""
        if now >= self.slice_ends:
            self._marks.append((self.slice_ends, total))
            self.slice_ends = now + self._window / SLICES
            self._forget(now)

    def before(self, now: float) -> Total:
        """Return the total as it was when the window began that ends *now*."""
        self._forget(now)
        return self._marks[0][1]

    def _forget(self, now: float) -> None:
        marks, begin = self._marks, now - self._window
        while len(marks) > 1 and marks[1][0] <= begin:
            marks.popleft()
