"""How does a command end?

With one of the exit codes below.  What can be foreseen ends as a ``CommandError``: one message on
standard error that says what happened, with values, and what to do; never a traceback.
"""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What the caller of a command is told; the docstrings are the table in docs/commands.md."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Keep the meaning beside the number, so that code and docs cannot differ."""
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    OK = 0, "done; for `run`: drained after SIGTERM or Ctrl-C, or the sample is accounted for"
    PROBLEM = 1, "a problem was found, or something failed; the message says which"
    USAGE = 2, "wrong settings, options or input; nothing was started"
    UNREACHABLE = 3, "Kafka did not answer in time; the message names the address"
    STOPPED = 4, "a run of the desk stopped by itself: too many failed again, or were refused"
    FAILED_AGAIN = 5, "every act was answered; some events failed again and are letters again"
    NO_WORKER = 6, "no worker carries out what was asked; it will be once one runs"
    REFUSED = 7, "something was refused or left out, the rest was done; the report says what"
    UNSETTLED = 8, "accepted, but not settled within `--wait`: parked, or still running"
    INTERRUPTED = 130, "ended by Ctrl-C (SIGINT) before it was done; a second Ctrl-C ends `run`"
    TERMINATED = 143, "ended at once by a second SIGTERM; nothing is lost, it is read again"


class CommandError(Exception):
    """A command cannot go on.

    Args:
        message: What happened, with values, and what to do.
        code: How the process ends.
    """

    def __init__(self, message: str, code: ExitCode = ExitCode.PROBLEM) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
