"""How do the tests of the command line call it?"""

import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60.0
TOPICS = ("input", "results", "dlq", "state", "control", "audit")


@dataclass(frozen=True, slots=True)
class CommandLine:
    """``everonce`` with an environment."""

    environment: Mapping[str, str]

    def topic(self, role: str) -> str:
        """Return the name of a topic."""
        return self.environment[f"EVERONCE_TOPICS__{role.upper()}"]

    def command(self, *words: str) -> list[str]:
        """Return what starts it as a process."""
        return [sys.executable, "-m", "consumer", *words]

    def interruptible(self, *words: str) -> list[str]:
        """Return the same for a process that heeds SIGINT even where we were told to ignore it."""
        start = (
            "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
            f"from consumer.commands.cli import ended; sys.exit(ended({list(words)!r}))"
        )
        return [sys.executable, "-c", start]

    def __call__(
        self, *words: str, given: bytes | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        done = subprocess.run(
            self.command(*words),
            cwd=ROOT,
            env={**self.environment, **environment},
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def environment_for(servers: str) -> dict[str, str]:
    """Return settings for topics and a group that nobody else has."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    inherited = {key: value for key, value in os.environ.items() if "EVERONCE" not in key}
    return {
        **inherited,
        **{f"EVERONCE_TOPICS__{role.upper()}": f"{name}-{role}" for role in TOPICS},
        "EVERONCE_KAFKA__BOOTSTRAP_SERVERS": servers,
        "EVERONCE_KAFKA__GROUP_ID": name,
        "EVERONCE_HTTP__PORT": "0",
    }


@pytest.fixture
def fresh(broker: str) -> CommandLine:
    """A command line whose topics do not exist yet."""
    return CommandLine(environment_for(broker))


@pytest.fixture
def everonce(fresh: CommandLine) -> CommandLine:
    """A command line with topics of two partitions."""
    created = fresh("topics", "create", "--partitions", "2")
    assert created.returncode == 0, created.stderr
    return fresh
