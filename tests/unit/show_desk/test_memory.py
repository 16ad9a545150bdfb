"""Memory is that of the process that is asked about, and of nobody else."""

import subprocess
import sys

import pytest

from tests.desk.memory import most_bytes, watching

_MEGABYTE = 1024 * 1024
_SAYS_SO = "import sys; held = bytearray({} * 1024 * 1024); print('held', flush=True); input()"


def _holding(megabytes: int) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _SAYS_SO.format(megabytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_what_the_parent_holds_does_not_count() -> None:
    ours = bytearray(b"x" * 100 * _MEGABYTE)

    with _holding(1) as process:
        assert 0 < most_bytes(process.pid) < 60 * _MEGABYTE
        process.communicate(b"\n")

    assert len(ours) == 100 * _MEGABYTE


def test_what_the_process_holds_is_seen_while_it_lives() -> None:
    with _holding(80) as process:
        assert most_bytes(process.pid) > 80 * _MEGABYTE
        with watching(process.pid) as seen:
            process.communicate(b"\n")

    assert seen.most_bytes == 0 or seen.most_bytes > 80 * _MEGABYTE


def test_process_that_is_gone_is_said_to_be() -> None:
    with _holding(1) as process:
        process.communicate(b"\n")

    with pytest.raises(LookupError, match="has ended"):
        most_bytes(process.pid)
