"""How does a person change a text?

In the editor of their choice; and nothing that they wrote is lost.
"""

import contextlib
import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from consumer.commands.exits import CommandError, ExitCode

DEFAULT_EDITOR = "vi"  # POSIX has it everywhere


class Draft:
    """A text in a file that only its owner may read; ``with`` removes it, unless it is kept.

    Args:
        text: What stands in it at first.
        environment: Where VISUAL and EDITOR are looked for.
    """

    def __init__(self, text: bytes, environment: Mapping[str, str] = os.environ) -> None:
        self._text = text
        self._environment = environment
        self._is_kept = False
        self.path = Path()

    def __enter__(self) -> Self:
        descriptor, name = tempfile.mkstemp(prefix="everonce-letter-", suffix=".json")
        self.path = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._text)
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_kept:
            with contextlib.suppress(FileNotFoundError):
                self.path.unlink()

    def keep(self) -> Path:
        """Leave the file where it is, and return where that is."""
        self._is_kept = True
        return self.path

    def edited(self) -> bytes:
        """Open the editor, and return what stands in the file once it has ended.

        Raises:
            CommandError: There is no such editor, or it ended with an error.
        """
        editor = self._environment.get("VISUAL") or self._environment.get("EDITOR")
        try:
            words = shlex.split(editor or DEFAULT_EDITOR)
            done = subprocess.run([*words, str(self.path)], check=False)  # noqa: S603 - their own
        except (OSError, ValueError) as error:
            raise CommandError(
                f"the editor {editor or DEFAULT_EDITOR!r} cannot be started ({error}): set EDITOR, "
                "or give --patch or --value",
                ExitCode.USAGE,
            ) from error
        if done.returncode != 0:
            raise CommandError(
                f"the editor ended with {done.returncode}: nothing was asked for; what was "
                f"written is kept in {self.keep()}"
            )
        return self.path.read_bytes()
