"""Is the system that the processors depend on down?

It is while a file exists that all processes of a run look for.
"""

import os
import time
from pathlib import Path

VARIABLE = "RETRIES_DEPENDENCY"
"""Environment variable that names the file."""

_FILE = os.environ.get(VARIABLE, "")


def is_down() -> bool:
    """Whether the dependency of this process is down."""
    return os.path.exists(_FILE)  # noqa: PTH110 - asked for every event


class Dependency:
    """The switch, for whoever plays the outage.

    Args:
        file: The file to make and remove.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.down_at = self.back_at = 0.0
        """Seconds since the epoch."""

    def fail(self) -> None:
        """Let it be down."""
        self._file.touch()
        self.down_at = time.time()

    def recover(self) -> None:
        """Let it be back."""
        self.back_at = time.time()
        self._file.unlink()

    def environment(self) -> dict[str, str]:
        """Return what a process needs to know of it."""
        return {VARIABLE: str(self._file)}
