"""What does a command write where a person reads it: on a terminal?"""

import os
import pty
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

from tests.faults.fleet import ROOT

_LIMIT_SECONDS = 60.0


def shown(words: Sequence[str], environment: Mapping[str, str]) -> tuple[int, bytes]:
    """Return the exit code of ``everonce`` *words*, and what its standard output showed."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as reading:
        process = subprocess.Popen(
            [sys.executable, "-m", "consumer", *words],
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "COLUMNS": "100",
                "TERM": "xterm-256color",
                **environment,
            },
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(theirs)
        timer = threading.Timer(_LIMIT_SECONDS, process.kill)
        timer.start()
        try:
            output = b"".join(_chunks(reading.fileno()))
            return process.wait(), output
        finally:
            timer.cancel()
            process.kill()
            process.wait()


def _chunks(descriptor: int) -> list[bytes]:
    chunks: list[bytes] = []
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:
            return chunks  # Linux says so when the other side is gone
        if not chunk:
            return chunks
        chunks.append(chunk)
