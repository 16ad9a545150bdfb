"""A first SIGTERM drains and ends cleanly; a second one ends at once, and nothing is lost."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.faults.checker import check
from tests.faults.history import read_history
from tests.integration.app.stage import Stage
from tests.integration.app.work import Work, event
from tests.integration.commands.conftest import ROOT, CommandLine
from tests.integration.commands.test_run import running, wait_for

pytestmark = pytest.mark.broker

EVENTS = 40
BUSINESS = """
import asyncio, os
from processors import processor

@processor("work.ok")
async def ok(event, ctx):
    await asyncio.sleep(float(os.environ["WORK_SECONDS"]))
    print("processed", flush=True)
    return event.payload
"""


def started(stage: Stage, folder: Path, *, seconds: float) -> subprocess.Popen[str]:
    """Start ``everonce run`` whose events take so long, one at a time."""
    (folder / "business.py").write_text(BUSINESS)
    environment = {
        **{name: value for name, value in os.environ.items() if "EVERONCE" not in name},
        **stage.topics.environment(),
        "EVERONCE_KAFKA__BOOTSTRAP_SERVERS": stage.servers,
        "EVERONCE_HTTP__PORT": "0",
        "EVERONCE_KAFKA__SESSION_TIMEOUT": "2s",
        "EVERONCE_KAFKA__HEARTBEAT_INTERVAL": "500ms",
        "EVERONCE_PROCESSING__CONCURRENCY": "2",
        "EVERONCE_PROCESSORS__MODULES": "business",
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "WORK_SECONDS": str(seconds),
    }
    return running(CommandLine(environment))


async def ended(consumer: subprocess.Popen[str], seconds: float) -> int:
    return await asyncio.to_thread(consumer.wait, seconds)


async def test_first_sigterm_drains_what_is_in_flight_and_commits_its_end(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.publish(*(event(f"e-{number}") for number in range(EVENTS)))
    with started(stage, tmp_path, seconds=0.02) as consumer:
        await asyncio.to_thread(wait_for, consumer, "processed")
        consumer.send_signal(signal.SIGTERM)
        assert await ended(consumer, 30) == 0
    progress = await stage.progress()

    assert await stage.committed() == await stage.ends() == {0: EVENTS}
    assert (progress.clean, progress.gap_free, progress.next_input) == (True, True, EVENTS)
    assert len(await stage.results()) == EVENTS


async def test_second_sigterm_ends_at_once_and_the_next_run_misses_nothing(
    stage: Stage, work: Work, tmp_path: Path
) -> None:
    await stage.publish(*(event(f"e-{number}") for number in range(EVENTS)))
    with started(stage, tmp_path, seconds=0.25) as consumer:
        await asyncio.to_thread(wait_for, consumer, "processed")
        consumer.send_signal(signal.SIGTERM)
        await asyncio.to_thread(wait_for, consumer, "draining")
        consumer.send_signal(signal.SIGTERM)
        assert await ended(consumer, 5) == 143
    unfinished = await stage.progress()

    # The dead member stays in the group for its session timeout, so this waits for it.
    async with stage.running(work.registry()) as app:
        await stage.caught_up(app)
    findings = check(await read_history(stage.servers, stage.topics))

    assert not unfinished.clean
    assert 0 < len(work.runs) < EVENTS + 1
    assert findings.lost_count == findings.doubled_count == findings.order_count == 0, findings
    assert (await stage.progress()).clean
