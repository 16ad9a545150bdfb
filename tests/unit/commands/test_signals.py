"""The first signal drains, the second ends."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from consumer.commands.exits import ExitCode
from consumer.commands.signals import stopping

ROOT = Path(__file__).parents[3]
_DRAINS_FOR_EVER = """
import asyncio, time
from consumer.commands.loop import run_async
from consumer.commands.signals import stopping

async def main():
    stop = asyncio.Event()
    with stopping(stop, lambda line: print(line, flush=True)):
        print("ready", flush=True)
        await stop.wait()
        await asyncio.to_thread(time.sleep, 600)

run_async(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_first_signal_asks_for_an_orderly_end(number: signal.Signals) -> None:
    stop, told = asyncio.Event(), list[str]()

    with stopping(stop, told.append):
        os.kill(os.getpid(), number)
        async with asyncio.timeout(10):
            await stop.wait()

    assert told == [f"{number.name}: draining; a second one ends at once"]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, ExitCode.TERMINATED), (signal.SIGINT, ExitCode.INTERRUPTED)],
)
def test_the_second_signal_ends_at_once_whatever_the_drain_waits_for(
    number: signal.Signals, code: ExitCode
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _DRAINS_FOR_EVER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert "draining" in process.stdout.readline()
        process.send_signal(number)
        assert process.wait(10) == code
