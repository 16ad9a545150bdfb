"""What is wrong with the settings, and what is to be done about it?"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    key: str
    """The setting, as section.key; empty where it is none."""
    message: str
    """What is wrong, and the remedy."""
    origin: str = ""
    """The environment variable, or file:line, that it came from; empty for a default."""
    value: str = ""
    """The value, as it may be shown; empty where it may not, or there is none."""

    def __str__(self) -> str:
        value = f" = {self.value}" if self.value else ""
        origin = f" ({self.origin})" if self.origin else ""
        return f"{self.key}{value}{origin}: {self.message}".lstrip(" =:")


class SettingsError(Exception):
    """The settings cannot be used: the process must not start; exit code 2.

    Args:
        problems: All of them, at least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = "".join(f"\n  {problem}" for problem in self.problems)
        super().__init__(f"{count} in the settings:{lines}")
