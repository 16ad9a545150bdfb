"""How does a test ask the desk by commands, and put a worker beside it that does as it is told?"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from consumer.commands.cli import ended
from tests.builders import event_bytes
from tests.integration.commands.conftest import ROOT, CommandLine
from tests.integration.commands.test_run import running

PROCESSORS = """
import os
from pathlib import Path
from pydantic import BaseModel
from processors import PermanentError, RetryAfter, WorkflowEvent, processor

HERE = Path(__file__).parent

class Invoice(BaseModel):
    number: int

@processor("invoice.*")
async def charge(event: WorkflowEvent[Invoice], ctx):
    mode = (HERE / "mode").read_text()
    number = event.payload.number
    if mode == "broken" or (mode == "half" and number % 2):
        raise PermanentError(f"no account {number} at the \\x1b[2Jbank", code="NO_ACCOUNT")
    if mode == "busy":
        raise RetryAfter(3600, "come back in an hour")
    with (HERE / "runs").open("a") as runs:
        runs.write(f"{event.event_id} {number}\\n")
    return {"number": number}
"""
PATIENCE_SECONDS = 40.0


@dataclass(frozen=True)
class Said:
    """What a command has written."""

    out: StringIO
    err: StringIO

    @contextmanager
    def listening(self) -> Iterator[None]:
        with redirect_stdout(self.out), redirect_stderr(self.err):
            yield

    @property
    def stdout(self) -> str:
        return self.out.getvalue()

    @property
    def stderr(self) -> str:
        return self.err.getvalue()


@dataclass
class Desk:
    """Commands, and processors that do as they are told."""

    everonce: CommandLine
    folder: Path
    module: str = "desk_processors"

    def mode(self, mode: str) -> None:
        """Let processors be broken, half broken, busy or well from now on."""
        (self.folder / "mode").write_text(mode)

    def runs(self) -> list[str]:
        """Return what has run well, in order."""
        file = self.folder / "runs"
        return file.read_text().splitlines() if file.exists() else []

    def environment(self) -> dict[str, str]:
        return {
            "PYTHONPATH": os.pathsep.join([str(self.folder), str(ROOT)]),
            "EVERONCE_PROCESSORS__MODULES": self.module,
        }

    def __call__(self, *words: str, code: int = 0, **environment: str) -> Said:
        """Run a command to its end, in this process: a second each is spared."""
        said = Said(StringIO(), StringIO())
        given = {**self.everonce.environment, **self.environment(), **environment}
        with pytest.MonkeyPatch.context() as patch, said.listening():
            patch.syspath_prepend(str(self.folder))
            for name, value in given.items():
                patch.setenv(name, value)
            ended_with = ended(list(words))
        sys.modules.pop(self.module, None)
        assert ended_with == code, f"{words}: {ended_with}\n{said.stdout}\n{said.stderr}"
        assert "\x1b" not in said.stdout + said.stderr
        return said

    def run(self, *words: str, code: int = 0) -> dict[str, Any]:
        """Return what a command reports as JSON of the run that it has made."""
        yes = () if words[:2] == ("retries", "now") else ("--yes",)
        report = json.loads(self(*words, *yes, "--json", code=code).stdout)["run"]
        assert isinstance(report, dict)
        return report

    def letters(self, *words: str) -> list[dict[str, Any]]:
        found = self("dlq", "list", "--json", *words).stdout.splitlines()
        return [json.loads(line) for line in found]

    def publish(self, *numbers: int, key: str | None = None) -> None:
        lines = [
            {
                "key": key or f"k{number % 5}",
                "value": json.loads(
                    event_bytes(
                        f"inv-{number}", event_type="invoice.created", payload={"number": number}
                    )
                ),
            }
            for number in numbers
        ]
        self.produce(*lines)

    def produce(self, *lines: dict[str, Any]) -> None:
        file = self.folder / "lines"
        file.write_text("\n".join(map(json.dumps, lines)))
        self("produce", str(file))

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.1)

    @contextmanager
    def worker(self) -> Iterator[None]:
        with running(self.everonce, **self.environment()) as process:
            try:
                yield
                process.send_signal(signal.SIGTERM)
                # Read to its end: a pipe that is full would keep it from ending.
                assert process.communicate(timeout=40)
                assert process.returncode == 0
            finally:
                process.kill()

    def fail(self, *numbers: int) -> None:
        """Publish events, and wait until each has a letter."""
        before = len(self.letters())
        self.mode("broken")
        self.publish(*numbers)
        self.until(lambda: len(self.letters()) == before + len(numbers))
