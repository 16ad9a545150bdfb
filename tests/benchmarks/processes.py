"""How is a measured process started, awaited and never left behind?"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.marks import Measurement, read_measurement
from tests.faults.topics import Topics

ROOT = Path(__file__).parents[2]
LOGS = ROOT / "build" / "benchmarks"
_LIMIT_SECONDS = 120.0


def start_everonce(
    name: str,
    bootstrap_servers: str,
    topics: Topics,
    events: int,
    settings: Mapping[str, str] | None = None,
    logs: Path = LOGS,
) -> subprocess.Popen[bytes]:
    """Start our side, which ends after *events* results, or runs until it is ended with 0."""
    environment = {
        **topics.environment(),
        "EVERONCE_KAFKA__BOOTSTRAP_SERVERS": bootstrap_servers,
        "EVERONCE_PROCESSORS__MODULES": "tests.benchmarks.processors",
        "EVERONCE_HTTP__PORT": "0",
        **(settings or {}),
    }
    arguments = ["--events", str(events)]
    return start(name, "tests.benchmarks.everonce", arguments, environment, logs)


def start(
    name: str,
    module: str,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    logs: Path = LOGS,
) -> subprocess.Popen[bytes]:
    """Start ``python -m`` *module*; its log is named after *name*, in the directory *logs*."""
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )


def measured(process: subprocess.Popen[bytes]) -> tuple[Measurement, float]:
    """Wait for the end; return what it measured, and its CPU seconds from first to last.

    Raises:
        ValueError: It came to no end within two minutes, or wrote no measurement.
    """
    if process.stdout is None:
        raise ValueError("the process was not started by start(): nothing of it can be read")
    timer = threading.Timer(_LIMIT_SECONDS, process.kill)
    timer.start()
    try:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        timer.cancel()
        end(process)
    if process.returncode != 0:
        raise ValueError(
            f"a measured process ended with status {process.returncode}: see its log in "
            f"{ROOT / 'build'}",
        )
    return read_measurement(output), usage.ru_utime + usage.ru_stime


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill it if it is still there."""
    if process.returncode is None:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
