"""How is something asked for: by whom, how carefully, and how is its end told?"""

import getpass
import os
import secrets
import shlex
import socket
import sys
import time
from dataclasses import dataclass

from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.printable import printable
from consumer.desk.acts import NoRunError, new_run, run_began
from consumer.desk.letter_requests import Asker
from consumer.desk.ramp import Plan

CANARY_FROM = 10
"""Of more letters than these one goes first, unless --canary says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What was typed beside what it is about."""

    yes: bool = False
    """Nobody is asked."""
    dry_run: bool = False
    """Nothing is asked for."""
    as_json: bool = False
    operator: str | None = None
    reason: str | None = None
    wait: float = 60.0
    """Seconds without any news after which nobody waits any longer."""
    canary: int | None = None
    """How many go first; None is one of more than ten."""
    rate: float | None = None
    """Acts a second."""
    stop_at: float = 0.2
    """Share of those settled that may fail again."""
    resume: str | None = None
    """The run that is gone on with."""

    def asker(self) -> Asker:
        """Return who asks, in which run.

        Raises:
            CommandError: The run that is to be gone on with has no such name.
        """
        if self.resume is not None:
            try:
                run_began(self.resume)
            except NoRunError as error:
                raise CommandError(f"--resume: {printable(str(error))}", ExitCode.USAGE) from error
        run = self.resume or new_run(time.time(), secrets.token_hex(3))
        return Asker(run, self.operator or _operator(), self.reason)

    def plan(self, count: int) -> Plan:
        """Return how careful a run over *count* acts is."""
        canary = self.canary if self.canary is not None else int(count > CANARY_FROM)
        return Plan(canary=min(canary, count), rate=self.rate, stop_at=self.stop_at)


def confirmed(manner: Manner, question: str) -> bool:
    """Ask *question*, unless --yes has answered it; return the answer.

    Raises:
        CommandError: There is nobody to ask.
    """
    if manner.yes:
        return True
    if not sys.stdin.isatty():
        raise CommandError(
            "nothing was asked for: there is no terminal to say yes at; give --yes, or --dry-run "
            "to see what would be",
            ExitCode.USAGE,
        )
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    try:
        return input().strip().lower() in {"y", "yes"}
    except EOFError:
        return False
    except KeyboardInterrupt:
        raise CommandError("\nnothing was asked for", ExitCode.INTERRUPTED) from None


def command_to_resume(run: str) -> str:
    """Return what is to be typed to go on with *run*: the same, and its name."""
    words = [each for each in sys.argv[1:] if not each.startswith("--resume")]
    if "--resume" in sys.argv:
        words = [each for each in words if each != run]
    return printable(shlex.join(["everonce", *words, "--resume", run]))


def _operator() -> str:
    try:
        user = os.environ.get("USER") or getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
