"""What has to happen before an event runs that may be what kills the process?"""

from enum import Enum, auto


class Precaution(Enum):
    """What has to happen before an event runs."""

    NONE = auto()
    """Nothing: it is above suspicion, or announced by now."""
    GROUP = auto()
    """It is announced, with whoever else is about to run."""
    ALONE = auto()
    """When nothing else runs in the process it is announced, runs, and is committed."""
    CRASHED = auto()
    """It must not run: it is charged, and becomes a letter."""
