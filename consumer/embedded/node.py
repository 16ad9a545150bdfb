"""One broker: its process, and how to see that it serves.

The JVM is a child of ``guard.py``, which ends it when we are gone.
"""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from consumer.embedded.errors import EmbeddedKafkaError
from consumer.embedded.launch import Launch
from consumer.embedded.properties import HOST

_GUARD = Path(__file__).with_name("guard.py")
_STARTED = b"Kafka Server started"  # KafkaBroker.STARTED_MESSAGE: the broker is up and unfenced
_CONNECT_SECONDS = 1.0
_GUARD_SECONDS = 30.0
_SHOWN_LINES = 25
_KEPT_LOG_BYTES = 20_000_000


class Node:
    """One node of the cluster, which may be started and ended many times."""

    def __init__(self, number: int, directory: Path, port: int, launch: Launch) -> None:
        self.number = number
        self.port = port
        self.log = directory / "broker.log"
        self._settings = directory / "server.properties"
        self._launch = launch
        self._guard: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None
        self._pid = 0
        self._log_start = 0

    @property
    def is_running(self) -> bool:
        """Whether the process is there; it may not serve yet."""
        return self._guard is not None and self._guard.poll() is None

    @property
    def is_wanted(self) -> bool:
        """Whether it was launched, and not ended by us since."""
        return self._guard is not None

    @property
    def pid(self) -> int:
        """The process id of the JVM."""
        if not self.is_running:
            raise EmbeddedKafkaError(f"node {self.number} is not running: start it first")
        return self._pid

    def launch(self, *, remove: Path | None) -> None:
        """Start the process; *remove* is deleted should we die without ending it."""
        if self.is_running:
            raise EmbeddedKafkaError(f"node {self.number} is running already, pid {self._pid}")
        self.wait_ended(0)  # of a process that ended by itself
        self._pid, self._log_start = 0, self._log_begins()
        self._link, theirs = socket.socketpair()
        with theirs, self.log.open("ab") as log:
            self._guard = subprocess.Popen(  # noqa: S603 - our own script and Java
                self._command(theirs.fileno(), remove),
                env=self._launch.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                # Away from the terminal, whose Ctrl-C is for us alone.
                start_new_session=True,
            )
        self._link.settimeout(_GUARD_SECONDS)
        told = self._link.recv(32)
        if not told:
            self._guard.wait(_GUARD_SECONDS)
            raise EmbeddedKafkaError(f"the guard of node {self.number} failed; {self.tail()}")
        self._pid = int(told)

    def serves(self) -> bool:
        """Whether the broker has started and takes connections; raises if it has ended."""
        if not self.is_running:
            status = self._guard.returncode if self._guard else "none"
            raise EmbeddedKafkaError(
                f"node {self.number} ended with status {status} before it served; {self.tail()}"
            )
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            if _STARTED not in log.read():
                return False
        try:
            socket.create_connection((HOST, self.port), timeout=_CONNECT_SECONDS).close()
        except OSError:
            return False
        return True

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the JVM, if it is there."""
        if self.is_running and self._pid:
            os.kill(self._pid, number)

    def wait_ended(self, timeout_seconds: float) -> None:
        """Return when the process is gone; what still runs after the time is killed."""
        if self._guard is None or self._link is None:
            return
        if not self._pid:  # interrupted before it was told: then the guard does it
            self._link.close()
        try:
            self._guard.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            self._guard.wait(_GUARD_SECONDS)
        self._link.close()
        self._guard = self._link = None

    def tail(self) -> str:
        """Return the end of the log, introduced."""
        lines = self.log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:]
        return "\n".join([f"the last lines of {self.log}:", *lines])

    def _command(self, link: int, remove: Path | None) -> list[str]:
        # Isolated and without site-packages: small, quick, and the same in every environment.
        python = [sys.executable, "-I", "-S", str(_GUARD)]
        kafka = self._launch.command("kafka.Kafka", str(self._settings))
        return [*python, str(link), str(os.getpid()), str(remove or ""), *kafka]

    def _log_begins(self) -> int:
        """Return where this start's part of the log begins; a log grown large is put aside."""
        size = self.log.stat().st_size if self.log.exists() else 0
        if size <= _KEPT_LOG_BYTES:
            return size
        self.log.replace(self.log.with_suffix(".log.1"))
        return 0
