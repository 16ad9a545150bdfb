"""Which attempts were made, by which process and when, and how did they end?

The processors write a line when an attempt begins and one when it ends, unbuffered, so that what
was written outlives the SIGKILL that may come next.
"""

import os
import time
from collections.abc import Iterable
from typing import Any, Literal

from processors import Context, WorkflowEvent
from tests.retries.attempts import Attempt

Moment = Literal["begun", "failed", "succeeded"]

_PATH = os.environ.get("FAULTS_EFFECTS")
_file = os.open(_PATH, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if _PATH else None


def note(moment: Moment, event: WorkflowEvent[Any], ctx: Context) -> None:
    """Write that an attempt has got so far."""
    if _file is None:
        return
    source = ctx.log_fields()
    place = f"{source['partition']}/{source['offset']}"
    line = f"{moment} {time.time():.6f} {os.getpid()} {event.event_id} {ctx.attempt} {place}\n"
    os.write(_file, line.encode())


def attempts_in(lines: Iterable[str]) -> list[Attempt]:
    """Return the attempts that *lines* tell of, in the order of their beginnings."""
    attempts: list[Attempt] = []
    running: dict[tuple[str, str, str], int] = {}
    for line in lines:
        moment, at, pid, event_id, number, place = line.split()
        attempt = (pid, event_id, number)
        if moment == "begun":
            running[attempt] = len(attempts)
            partition, offset = map(int, place.split("/"))
            attempts.append(
                Attempt(event_id, int(number), int(pid), (partition, offset), float(at))
            )
        else:
            position = running.pop(attempt)
            attempts[position] = attempts[position].ended(float(at), moment == "succeeded")
    return attempts
