"""What was read from one place, and where exactly does each value come from?"""

from dataclasses import dataclass, field

from config.problems import Problem
from config.values import Data

KeyPath = tuple[str, ...]
"""Section, key, and what may be below it."""


@dataclass(slots=True)
class Reading:
    """Values of one source, unchecked."""

    values: Data = field(default_factory=dict)
    """By section, then by key."""
    origins: dict[KeyPath, str] = field(default_factory=dict)
    """Environment variable, or file:line, by path."""
    problems: list[Problem] = field(default_factory=list)

    def over(self, other: "Reading") -> "Reading":
        """Return both, these values winning."""
        return Reading(
            _laid_over(other.values, self.values),
            {**other.origins, **self.origins},
            [*other.problems, *self.problems],
        )

    def origin_of(self, path: KeyPath) -> str:
        """Return where *path*, or what it is part of, was set; empty for a default."""
        for length in range(len(path), 0, -1):
            if (origin := self.origins.get(path[:length])) is not None:
                return origin
        return ""


def _laid_over(below: Data, above: Data) -> Data:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            merged[key] = _laid_over(under, value)
        else:
            merged[key] = value
    return merged
