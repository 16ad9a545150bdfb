"""How many, when: counted in little memory, and drawn in one line?

Counts stand in buckets of equal width, at most 48; when there would be more, buckets become twice
as wide and two are joined.  So a minute and a month fit, each as finely as it needs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

_BARS = " ▁▂▃▄▅▆▇█"


@dataclass(slots=True)
class Timeline:
    """Moments, counted."""

    width: float = 1.0
    """Of a bucket, in seconds; a power of two."""
    counts: dict[int, int] = field(default_factory=dict)
    """Number of the bucket since the epoch -> how many."""

    MOST: ClassVar[int] = 48

    def add(self, moment: float) -> None:
        """Count one at *moment*, seconds since the epoch."""
        bucket = int(moment // self.width)
        self.counts[bucket] = self.counts.get(bucket, 0) + 1
        while len(self.counts) > self.MOST:
            self._widen()

    def _widen(self) -> None:
        joined: dict[int, int] = {}
        for bucket, count in self.counts.items():
            joined[bucket // 2] = joined.get(bucket // 2, 0) + count
        self.width *= 2
        self.counts = joined

    def columns(self, oldest: float, newest: float, columns: int) -> list[int]:
        """Return how many there were in each of *columns* equal spans from *oldest* to *newest*.

        A bucket counts whole in the column of its middle, kept within the two ends.
        """
        found = [0] * columns
        step = max(newest - oldest, 1e-9) / columns
        for bucket, count in self.counts.items():
            middle = (bucket + 0.5) * self.width
            place = int((min(max(middle, oldest), newest) - oldest) / step)
            found[min(place, columns - 1)] += count
        return found


def plot(counts: Sequence[int], highest: int | None = None) -> str:
    """Return *counts* as bars of one character; whatever is not nothing is seen.

    Args:
        counts: One for each column.
        highest: What a full bar stands for; without it the largest of them.
    """
    top = max(highest or 0, *counts, 1) if counts else 1
    steps = len(_BARS) - 1
    return "".join(_BARS[-(-count * steps // top)] if count else _BARS[0] for count in counts)


def span_of(moments: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Return the oldest and the newest of pairs of them; (0, 0) of none."""
    pairs = list(moments)
    if not pairs:
        return 0.0, 0.0
    return min(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
