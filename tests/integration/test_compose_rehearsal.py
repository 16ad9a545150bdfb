"""Does what docker-compose.yml starts work together, as far as that shows without containers?

Kafka is set up by the very program that its image runs first, from the mounted file and the
environment of the compose file; then it, the topics and the consumers run as their containers
would, with the same commands, environment and health check.  Only addresses are made local.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from consumer.embedded.launch import Launch, found_launch
from consumer.embedded.node import Node
from consumer.embedded.ports import free_addresses
from consumer.embedded.properties import COMMON, HOST, parsed
from tests.architecture import dockerfile

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())[
    "services"
]
EVERONCE = Path(sys.executable).with_name("everonce")
KAFKA_PORT, CONTROLLER_PORT, HOST_PORT = 9092, 9093, 19092
PATIENCE_SECONDS = 90.0

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]


def variables(service: str) -> dict[str, str]:
    return {name: str(value) for name, value in SERVICES[service]["environment"].items()}


def made_local(environment: Mapping[str, str], ports: Mapping[int, int]) -> dict[str, str]:
    """Return *environment* with every address on the loopback, at ports that are free."""
    hosts = re.compile(r"\b(?:kafka|localhost)(?=:\d)|(?<=//)(?=:\d)")
    numbers = re.compile(rf"(?<=:)(?:{'|'.join(map(str, ports))})\b")
    return {
        name: numbers.sub(lambda port: str(ports[int(port.group())]), hosts.sub(HOST, value))
        for name, value in environment.items()
    }


def set_up(launch: Launch, home: Path, environment: dict[str, str]) -> dict[str, str]:
    """Do what the image of Kafka does first; return the settings that it starts Kafka with."""
    folders = {name: home / name for name in ("default", "mounted", "final")}
    for folder in folders.values():
        folder.mkdir()
    (folders["mounted"] / "server.properties").write_bytes(COMMON.read_bytes())
    arguments = [f"--{name}-configs-dir={folder}" for name, folder in folders.items()]
    done = subprocess.run(
        launch.command("kafka.docker.KafkaDockerWrapper", "setup", *arguments),
        env=launch.environment() | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return parsed((folders["final"] / "server.properties").read_text())


def everonce(
    environment: Mapping[str, str], *words: str, seconds: float = PATIENCE_SECONDS
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [EVERONCE, *words],
        env={"PATH": os.environ["PATH"], **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def lives(environment: Mapping[str, str]) -> bool:
    """Ask what Docker would ask."""
    command = [sys.executable, *dockerfile.healthcheck()[1:]]
    return not subprocess.run(
        command, env=environment, capture_output=True, timeout=30, check=False
    ).returncode


def wait_until_it_lives(consumer: subprocess.Popen[bytes], environment: Mapping[str, str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not lives(environment):
        assert consumer.poll() is None, f"it ended with {consumer.returncode}"
        assert time.monotonic() < deadline, "it does not live"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def launch() -> Launch:
    return found_launch(None)


@pytest.fixture
def ports(launch: Launch, tmp_path: Path) -> Iterator[Mapping[int, int]]:
    """Start the compose file's Kafka and say which free port stands for which of its ports."""
    broker, host = free_addresses(2)
    ports = {
        KAFKA_PORT: broker.broker,
        CONTROLLER_PORT: broker.controller,
        HOST_PORT: host.broker,
    }
    environment = made_local(variables("kafka"), ports)
    set_up(launch, tmp_path, environment | {"KAFKA_LOG_DIRS": str(tmp_path / "data")})
    node = Node(0, tmp_path / "final", broker.broker, launch)
    try:
        node.launch(remove=None)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not node.serves():
            assert time.monotonic() < deadline, node.tail()
            time.sleep(0.1)
        yield ports
    finally:
        node.send(signal.SIGKILL)
        node.wait_ended(30)


def test_kafka_starts_with_the_mounted_settings_and_the_environment(
    launch: Launch, tmp_path: Path
) -> None:
    environment = variables("kafka") | {"KAFKA_LOG_DIRS": str(tmp_path / "data")}
    settings = set_up(launch, tmp_path, environment)
    added = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in environment.items()
        if name.startswith("KAFKA_")
    }
    assert settings == parsed(COMMON.read_text()) | added
    formatted = (tmp_path / "data" / "meta.properties").read_text()
    assert f"cluster.id={environment['CLUSTER_ID']}" in formatted


def test_topics_are_made_consumers_live_settle_events_and_stop_in_time(
    ports: Mapping[int, int],
) -> None:
    created = everonce(made_local(variables("topics"), ports), *SERVICES["topics"]["command"])
    assert created.returncode == 0, created.stderr
    again = everonce(made_local(variables("topics"), ports), *SERVICES["topics"]["command"])
    assert again.returncode == 0, again.stderr

    image = {k: v for k, v in dockerfile.environment().items() if k.startswith("EVERONCE_")}
    base = {"PATH": os.environ["PATH"], **image, **made_local(variables("consumer"), ports)}
    base["EVERONCE_HTTP__HOST"] = HOST
    grace_seconds = float(SERVICES["consumer"]["stop_grace_period"].removesuffix("s"))
    with ExitStack() as cleanup:
        consumers = []
        for address in free_addresses(SERVICES["consumer"]["deploy"]["replicas"]):
            environment = base | {"EVERONCE_HTTP__PORT": str(address.broker)}
            consumer = subprocess.Popen(
                [EVERONCE, *SERVICES["consumer"]["command"]],
                env=environment,
                stdin=subprocess.DEVNULL,
            )
            cleanup.callback(consumer.wait)
            cleanup.callback(consumer.kill)
            wait_until_it_lives(consumer, environment)
            consumers.append(consumer)

        # From the machine itself, by the published port.
        outside = {"EVERONCE_KAFKA__BOOTSTRAP_SERVERS": f"{HOST}:{ports[HOST_PORT]}"}
        published = everonce(outside, "produce", "--count", "20", "--keys", "5", "--seed", "1")
        assert published.returncode == 0, published.stderr
        results = everonce(
            outside, "tail", "results", "--from", "beginning", "--follow", "--limit", "20", "--json"
        )
        assert len(results.stdout.splitlines()) == 20, results.stderr

        for consumer in consumers:
            consumer.send_signal(signal.SIGTERM)
        assert [consumer.wait(grace_seconds) for consumer in consumers] == [0] * len(consumers)
