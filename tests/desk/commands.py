"""How does an operator's command run, what does it say, and what does it take?

Each is a process of its own, as at a prompt.  What it was and how it ended is added to the run's
``commands.log``; its output stays beside it.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.desk.memory import watching
from tests.faults.fleet import ROOT

_LIMIT_SECONDS = 180.0
_POLL_SECONDS = 0.05
_SHOWN = 2000


class CommandFailedError(Exception):
    """A command ended otherwise than the story needs it to."""


@dataclass(frozen=True, slots=True)
class Said:
    """A command that has ended."""

    words: tuple[str, ...]
    code: int
    """Exit status, negative for a signal."""
    output: Path
    """What it wrote on standard output."""
    errors: Path
    """What it wrote on standard error."""
    seconds: float
    cpu_seconds: float
    """User and system time of the process."""
    resident_bytes: int
    """The most memory that it was seen to have; 0 of one that ended at once."""

    @property
    def text(self) -> str:
        """What it wrote on standard output, whatever the bytes."""
        return self.output.read_text("utf-8", "replace")

    @property
    def complaint(self) -> str:
        """What it wrote on standard error."""
        return self.errors.read_text("utf-8", "replace")

    def json(self) -> Any:
        """Return its output as JSON."""
        return json.loads(self.output.read_bytes())

    def lines(self) -> list[Any]:
        """Return its output as JSON, a value a line."""
        return [json.loads(line) for line in self.output.read_bytes().split(b"\n") if line]

    def must(self, *codes: int) -> "Said":
        """Return this, where it ended with one of *codes*.

        Raises:
            CommandFailedError: It ended otherwise.
        """
        if self.code not in codes:
            said = (self.complaint + self.text)[-_SHOWN:]
            raise CommandFailedError(
                f"everonce {' '.join(self.words)} ended with {self.code}, not {codes}: {said!r}"
            )
        return self


class Running:
    """A command that has not ended yet."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], path: Path) -> None:
        self.words = tuple(words)
        self._output, self._errors = path.with_suffix(".out"), path.with_suffix(".err")
        self._began = time.monotonic()
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "consumer", *words],
                env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environment},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    def complained(self, mark: str) -> str | None:
        """Return the line of standard error that begins with *mark*, once it is there."""
        lines = self._errors.read_text("utf-8", "replace").splitlines()
        return next((line for line in lines if line.startswith(mark)), None)

    @property
    def has_ended(self) -> bool:
        """Whether it has ended; its end is left for ``ended`` to collect."""
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self._process.pid, flags) is not None
        except ChildProcessError:
            return True  # and was collected

    def kill(self) -> bool:
        """End it as a crash would; return whether it was still there."""
        if self._process.returncode is not None or self.has_ended:
            return False
        self._process.kill()
        return True

    def ended(self, seconds: float = _LIMIT_SECONDS) -> Said:
        """Wait for its end, and kill it where that takes longer than *seconds*."""
        timer = threading.Timer(seconds, self._process.kill)
        timer.start()
        try:
            with watching(self._process.pid) as seen:
                _, status, usage = os.wait4(self._process.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            timer.cancel()
        return Said(
            self.words,
            self._process.returncode,
            self._output,
            self._errors,
            time.monotonic() - self._began,
            usage.ru_utime + usage.ru_stime,
            seen.most_bytes,
        )


class Desk:
    """An operator at a prompt.

    Args:
        environment: Settings, ``EVERONCE_…``.
        directory: Where what the commands say is kept.
    """

    def __init__(self, environment: Mapping[str, str], directory: Path) -> None:
        self._environment = dict(environment)
        self._directory = directory
        self._living: set[Running] = set()
        self._count = 0
        self.history: list[Said] = []
        """The commands that have ended, in order of their ends."""

    def start(self, *words: str) -> Running:
        """Start ``everonce`` *words*."""
        self._count += 1
        running = Running(words, self._environment, self._directory / f"command-{self._count:03}")
        self._living.add(running)
        return running

    def finish(self, running: Running, seconds: float = _LIMIT_SECONDS) -> Said:
        """Wait for the end of *running*."""
        said = running.ended(seconds)
        self._living.discard(running)
        self.history.append(said)
        with (self._directory / "commands.log").open("a") as log:
            log.write(f"{said.seconds:6.1f} s  {said.code:4}  everonce {' '.join(said.words)}\n")
        return said

    def run(self, *words: str) -> Said:
        """Run ``everonce`` *words* to its end."""
        return self.finish(self.start(*words))

    def kill_all(self) -> None:
        """Leave nobody behind; whoever waits for one collects its end."""
        for running in list(self._living):
            running.kill()
