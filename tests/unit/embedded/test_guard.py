"""Why no broker outlives its parent; ``sleep`` stands in for the broker."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consumer.embedded import guard


@contextmanager
def guarding(
    *command: str, remove: Path | str = "", parent: int | None = None
) -> Iterator[tuple["subprocess.Popen[bytes]", socket.socket, int]]:
    """Start a guard; give it, our end of its socket, and the pid that it told us."""
    ours, theirs = socket.socketpair()
    arguments = [str(theirs.fileno()), str(parent or os.getpid()), str(remove), *command]
    with (
        ours,
        theirs,
        subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, *arguments],
            pass_fds=[theirs.fileno()],
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process,
    ):
        theirs.close()
        ours.settimeout(10)
        yield process, ours, int(ours.recv(32))
        ours.close()


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_command_is_killed_when_the_socket_closes_and_its_data_is_removed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    with guarding("/bin/sleep", "60", remove=data) as (process, link, pid):
        assert is_there(pid)
        link.close()
        assert process.wait(10) == 128 + signal.SIGKILL
    assert not is_there(pid)
    assert not data.exists()


def test_command_is_killed_when_the_parent_is_another_process() -> None:
    with guarding("/bin/sleep", "60", parent=1) as (process, _link, pid):
        assert process.wait(10) == 128 + signal.SIGKILL
        assert not is_there(pid)


def test_command_that_ends_by_itself_keeps_its_data(tmp_path: Path) -> None:
    with guarding("/bin/sh", "-c", "exit 3", remove=tmp_path) as (process, _link, _pid):
        assert process.wait(10) == 3
    assert tmp_path.exists()


def test_interrupt_from_the_terminal_ends_neither() -> None:
    with guarding("/bin/sleep", "60") as (process, _link, pid):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.1)  # nothing to wait for: that nothing happens is the point
        assert process.poll() is None
        assert is_there(pid)


def test_signal_to_the_command_reaches_only_the_command() -> None:
    with guarding("/bin/sleep", "60") as (process, _link, pid):
        os.kill(pid, signal.SIGTERM)
        assert process.wait(10) == 128 + signal.SIGTERM


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a child of its parent's death"
)
def test_command_dies_with_its_guard() -> None:
    with guarding("/bin/sleep", "60") as (process, _link, pid):
        process.kill()
        deadline = time.monotonic() + 10
        while is_there(pid) and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_command_that_cannot_run_is_named() -> None:
    with guarding("/absent/java") as (process, _link, _pid):
        assert process.wait(10) == 127
        assert process.stderr is not None
        assert b"/absent/java cannot be run: " in process.stderr.read()
