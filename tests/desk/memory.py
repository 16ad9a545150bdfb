"""How much memory has a process had at most?

Asked while it lives: what the kernel tells of a process that has ended (``ru_maxrss``) counts the
memory of the one that it was forked from.
"""

import contextlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.retries.resident import resident_bytes

_POLL_SECONDS = 0.25
_MOST = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def most_bytes(pid: int) -> int:
    """Return the most that a process has had so far; where only ``ps`` knows it, what it has now.

    Raises:
        LookupError: It has ended.
    """
    try:
        if sys.platform != "linux":
            return resident_bytes(pid)
        found = _MOST.search(Path(f"/proc/{pid}/status").read_text())
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise LookupError(f"process {pid} has ended") from error
    if found is None:
        raise LookupError(f"process {pid} has ended")  # and was not collected yet
    return int(found[1]) * 1024


class Watched:
    """What was seen of a process."""

    def __init__(self) -> None:
        self.most_bytes = 0


@contextmanager
def watching(pid: int) -> Iterator[Watched]:
    """Look at a process four times a second."""
    seen, over = Watched(), threading.Event()

    def look() -> None:
        with contextlib.suppress(LookupError):
            while not over.wait(_POLL_SECONDS):
                seen.most_bytes = max(seen.most_bytes, most_bytes(pid))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()
