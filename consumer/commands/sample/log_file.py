"""Where does the log go while the live view has the terminal?

Into a file, where both would end up in the same place; it goes again when all is well.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from consumer.commands.embedding import tell


class LogBeside:
    """The log of one run."""

    def __init__(self, path: Path | None, stream: BinaryIO | None) -> None:
        self._path = path
        self.stream = stream
        """Where to write; None for standard error."""
        self.is_kept = True

    def forget(self) -> None:
        """Say that nobody needs the file any more."""
        self.is_kept = False


@contextmanager
def log_beside(view: TextIO, error: TextIO) -> Iterator[LogBeside]:
    """Give a log that does not run into *view*; a file that is kept is named in the end."""
    if not same_place(view, error):
        yield LogBeside(None, None)
        return
    descriptor, name = tempfile.mkstemp(prefix="everonce-", suffix=".log")
    path = Path(name)
    with os.fdopen(descriptor, "wb") as stream:
        log = LogBeside(path, stream)
        try:
            yield log
        finally:
            if log.is_kept:
                tell(f"The log of this run: {path}")
            else:
                path.unlink(missing_ok=True)


def same_place(first: TextIO, second: TextIO) -> bool:
    """Whether what is written to both ends up in one file, pipe or terminal."""
    try:
        a, b = os.fstat(first.fileno()), os.fstat(second.fileno())
    except (OSError, ValueError):
        return True
    return (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)
