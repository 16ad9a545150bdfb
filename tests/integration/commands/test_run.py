"""``everonce run`` as a process: the sample, signals, and what keeps it from starting."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.integration.commands.conftest import ROOT, CommandLine

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]

SLOW = """
import asyncio
from processors import processor

@processor("order.*")
async def wait(event, ctx):
    print("processing", flush=True)
    await asyncio.sleep(600)
"""
EVENT = (
    b'{"event_id": "1", "event_type": "order.created", "workflow_id": "w", "workflow_run_id": "r",'
    b' "occurred_at": "2026-01-01T00:00:00Z", "payload": {}}'
)


def test_sample_is_accounted_for_from_nothing(fresh: CommandLine) -> None:
    done = fresh("run", "--create-topics", "--sample", "--records", "400")

    assert done.returncode == 0, done.stdout + done.stderr
    sums = [row.split() for row in done.stdout.splitlines() if re.search(r"[0-9] += ", row)]
    rows = {kind: cells for kind, *cells in sums}
    numbers = {
        kind: [int(cell.replace(",", "").replace("·", "0")) for cell in cells if cell != "="]
        for kind, cells in rows.items()
    }
    assert numbers["all"][0] == 400
    for published, *outcomes in numbers.values():
        assert published == sum(outcomes)
    assert numbers["ordinary"][0] == numbers["ordinary"][1] > 0
    assert "✓ Each of the 400 records has exactly one outcome" in done.stdout
    for part in ("What happened", "What was tried", "What to do", "The original"):
        assert part in done.stdout
    assert "published 400 of 400" in done.stdout
    last = [row for row in done.stdout.splitlines() if "stopped: " in row][-1]
    parked, released = re.findall(r"(?:parked|released) ([0-9]+)", last)
    assert int(parked) == 0 < int(released)
    assert "The payment gateway was down for 2 s" in done.stdout


async def test_sample_on_an_emptied_ledger_is_refused_until_it_is_adopted(
    fresh: CommandLine,
) -> None:
    sample = ("run", "--create-topics", "--sample", "--records", "100")
    assert fresh("topics", "create", "--partitions", "2").returncode == 0
    assert fresh(*sample).returncode == 0
    await delete_topic(fresh, fresh.topic("state"))

    refused = fresh(*sample)

    assert refused.returncode == 1
    assert "everonce ledger adopt" in refused.stderr
    adopted = fresh("ledger", "adopt", "--all")
    assert adopted.returncode == 0, adopted.stderr
    assert adopted.stdout.count("accepted (ledger_missing)") == 2
    done = fresh(*sample)
    assert done.returncode == 0, done.stdout + done.stderr


def test_first_sigterm_drains_and_ends_with_0(everonce: CommandLine) -> None:
    with running(everonce) as consumer:
        wait_for(consumer, "session.started")
        consumer.send_signal(signal.SIGTERM)
        assert consumer.wait(30) == 0


def test_second_sigterm_ends_at_once(everonce: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "slow_processors.py").write_text(SLOW)
    everonce("produce", "-", given=EVENT)
    path = os.pathsep.join([str(tmp_path), str(ROOT)])

    with running(
        everonce, PYTHONPATH=path, EVERONCE_PROCESSORS__MODULES="slow_processors"
    ) as consumer:
        wait_for(consumer, "processing")
        consumer.send_signal(signal.SIGTERM)
        wait_for(consumer, "draining")
        consumer.send_signal(signal.SIGTERM)
        assert consumer.wait(5) == 143


def test_a_port_that_is_taken_is_named(everonce: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = everonce("run", EVERONCE_HTTP__PORT=port)

    assert done.returncode == 1
    assert f"http.port={port}" in done.stderr
    assert "EVERONCE_HTTP__PORT" in done.stderr


def test_processors_that_cannot_be_loaded_are_named_before_anything_is_started(
    everonce: CommandLine,
) -> None:
    done = everonce("run", EVERONCE_PROCESSORS__MODULES="no.such", EVERONCE_LOG__LEVEL="debug")

    assert done.returncode == 2
    assert "there is no module no" in done.stderr
    assert "session" not in done.stderr


def test_embedded_kafka_alone_serves_until_sigterm_and_is_gone_then(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if "EVERONCE" not in key}
    said = tmp_path / "said"
    with (
        said.open("w") as error,
        subprocess.Popen(
            [sys.executable, "-m", "consumer", "kafka", "start"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=error,
            text=True,
        ) as kafka,
    ):
        assert kafka.stdout is not None
        line = kafka.stdout.readline()
        assert line.startswith("export EVERONCE_KAFKA__BOOTSTRAP_SERVERS=127.0.0.1:"), (
            said.read_text()
        )
        host, port = line.strip().partition("=")[2].split(":")
        socket.create_connection((host, int(port)), timeout=5).close()
        kafka.send_signal(signal.SIGTERM)
        assert kafka.wait(30) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)


async def delete_topic(everonce: CommandLine, topic: str) -> None:
    servers = everonce.environment["EVERONCE_KAFKA__BOOTSTRAP_SERVERS"]
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        await admin.delete_topics([topic])
        async with asyncio.timeout(30):
            while topic in await admin.list_topics():  # noqa: ASYNC110 - a broker sets no event
                await asyncio.sleep(0.05)
    finally:
        await admin.close()


def running(everonce: CommandLine, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        everonce.command("run"),
        cwd=ROOT,
        env={**everonce.environment, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(consumer: subprocess.Popen[str], word: str) -> None:
    """Return once the consumer has said *word*."""
    assert consumer.stdout is not None
    for line in consumer.stdout:
        if word in line:
            return
    pytest.fail(f"it ended without saying {word!r}")
