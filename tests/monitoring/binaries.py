"""Where are ``promtool`` and ``prometheus``?

On the PATH, or in Everonce's cache, where Debian's package is unpacked without being installed: no
rights are needed, and ``apt-get`` checks its signature and digest.  Nothing is started from it.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from consumer.embedded.jars import cache_directory
from consumer.embedded.lock import only_one

PACKAGE = "prometheus"
_FETCH_SECONDS = 300.0


class NoPrometheusError(Exception):
    """It is not here and cannot be had."""


def find(name: str) -> Path | None:
    """Return the program *name*; None where it is not on this machine."""
    if command := shutil.which(name):
        return Path(command)
    cached = _home() / "usr" / "bin" / name
    return cached if cached.is_file() else None


def bring() -> Path:
    """Return ``promtool``; from Debian's package where this machine does not have it yet.

    Raises:
        NoPrometheusError: It cannot be downloaded; the message says what to do.
    """
    found = find("promtool"), find("prometheus")
    if found[0] is not None and found[1] is not None:
        return found[0]
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise NoPrometheusError(
            "promtool and prometheus are not on the PATH, and this is no Debian to take their "
            "package from: install Prometheus (macOS: brew install prometheus)"
        )
    home = _home()
    busy = f"another process has been unpacking {home} for long: end it and start again"
    with only_one(home.with_name(f"{home.name}.lock"), wait_seconds=_FETCH_SECONDS, busy=busy):
        # Asked again: whoever held the lock before us may have unpacked it.
        if not (home / "usr" / "bin" / "promtool").is_file():
            _unpack(home)
    return home / "usr" / "bin" / "promtool"


def _home() -> Path:
    return cache_directory() / "prometheus"


def _unpack(home: Path) -> None:
    # Under the same parent: a rename is atomic only within one file system.
    with tempfile.TemporaryDirectory(prefix="prometheus-", dir=home.parent) as staging:
        place = Path(staging)
        _download(place)
        (package,) = place.glob("*.deb")
        _run(["dpkg", "-x", package.name, "unpacked"], place)
        (place / "unpacked").replace(home)


def _download(place: Path) -> None:
    command = ["apt-get", "--quiet", "--quiet", "download", PACKAGE]
    try:
        _run(command, place)
    except NoPrometheusError:
        # The machine's lists are missing or old, and may not be ours to renew: lists of our own.
        for folder in ("lists/partial", "cache/archives/partial"):
            (place / folder).mkdir(parents=True)
        own = ["-o", f"Dir::State::Lists={place}/lists", "-o", f"Dir::Cache={place}/cache"]
        if os.geteuid() == 0:
            own += ["-o", "APT::Sandbox::User=root"]
        _run(["apt-get", "--quiet", "--quiet", *own, "update"], place)
        _run([*command[:1], *own, *command[1:]], place)


def _run(command: Sequence[str], place: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=place,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_FETCH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoPrometheusError(
            f"`{' '.join(command)}` has not ended within {_FETCH_SECONDS:.0f} s: look at the "
            "network, or install Prometheus so that promtool is on the PATH"
        ) from error
    if done.returncode:
        raise NoPrometheusError(
            f"`{' '.join(command)}` ended with {done.returncode}: {done.stderr.strip()[-500:]}; "
            "install Prometheus so that promtool is on the PATH"
        )
