"""How does a Kafka of our own come and go around a command?"""

import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.foreseen import foreseen
from consumer.embedded import EmbeddedKafka, EmbeddedKafkaError
from consumer.embedded.jars import KAFKA_VERSION

BOOTSTRAP_VARIABLE = "EVERONCE_KAFKA__BOOTSTRAP_SERVERS"
_WATCH_SECONDS = 0.5
_SHOWN_LINES = 15


@contextmanager
def started_kafka(
    *, nodes: int = 1, data_dir: Path | None = None, java: Path | None = None
) -> Iterator[EmbeddedKafka]:
    """Start the embedded Kafka, tell people so, and stop it in the end.

    Raises:
        CommandError: It cannot start; the message says what to do.
    """
    kafka = EmbeddedKafka(nodes, data_dir, java)
    with foreseen(), _usable(data_dir):
        tell(f"Starting Apache Kafka {KAFKA_VERSION} …")
        began = time.monotonic()
        kafka.start()
    try:
        seconds = time.monotonic() - began
        tell(f"Apache Kafka serves at {kafka.bootstrap_servers}, after {seconds:.1f} s")
        yield kafka
    finally:
        kafka.stop()


@contextmanager
def _usable(data_dir: Path | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        named = data_dir or tempfile.gettempdir()
        raise CommandError(f"Kafka's data cannot be kept in {named}: {error}") from error


def keep_kafka(*, nodes: int, data_dir: Path | None, java: Path | None) -> int:
    """Run the embedded Kafka until a signal; return the exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with started_kafka(nodes=nodes, data_dir=data_dir, java=java) as kafka:
            try:
                _introduce(kafka, data_dir)
                _watch(kafka, nodes)
            except KeyboardInterrupt:
                tell("Stopping Apache Kafka …")
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    return ExitCode.OK


def tell(line: str) -> None:
    """Say *line* on standard error: standard output is for what others read."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _introduce(kafka: EmbeddedKafka, data_dir: Path | None) -> None:
    sys.stdout.write(f"export {BOOTSTRAP_VARIABLE}={kafka.bootstrap_servers}\n")
    sys.stdout.flush()
    where = f"in {data_dir}" if data_dir else "in a temporary directory, gone when it stops"
    tell(f"Its topics are {where}.")
    tell("In another terminal: that line, then `everonce topics create` and `everonce run`.")
    tell("Ctrl-C stops it.")


def _watch(kafka: EmbeddedKafka, nodes: int) -> NoReturn:
    """Wait for a signal.

    Raises:
        CommandError: A node has ended by itself.
    """
    while True:
        for node in range(nodes):
            try:
                kafka.node_pid(node)
            except EmbeddedKafkaError as error:
                lines = kafka.node_log(node).read_text(errors="replace").splitlines()
                log = "\n".join(["its last lines:", *lines[-_SHOWN_LINES:]])
                raise CommandError(f"Kafka's node {node} has ended by itself; {log}") from error
        time.sleep(_WATCH_SECONDS)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    # As Ctrl-C does it, so that whatever has been started is stopped on the way out.
    raise KeyboardInterrupt
