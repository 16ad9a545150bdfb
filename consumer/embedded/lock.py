"""One process at a time: a lock that the kernel drops when its holder dies."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consumer.embedded.errors import EmbeddedKafkaError


@contextmanager
def only_one(path: Path, *, wait_seconds: float, busy: str) -> Iterator[None]:
    """Hold the lock file *path*; it is left in place, because removing it would split the lock.

    Args:
        path: The lock file; made when it is not there.
        wait_seconds: How long another holder is waited for.
        busy: What to say when that was not long enough.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_seconds
    with path.open("a") as file:
        while not _taken(file.fileno()):
            if time.monotonic() >= deadline:
                raise EmbeddedKafkaError(busy)
            time.sleep(0.1)
        yield  # closing the file releases the lock


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
