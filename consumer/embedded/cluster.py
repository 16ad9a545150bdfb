"""A real Apache Kafka of our own on the loopback, for first minutes and for tests.

    with EmbeddedKafka() as kafka:
        connect(kafka.bootstrap_servers)

All methods block; from a coroutine, call them by ``asyncio.to_thread``.
"""

import shutil
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from consumer.embedded.errors import EmbeddedKafkaError
from consumer.embedded.launch import found_launch
from consumer.embedded.lock import only_one
from consumer.embedded.node import Node
from consumer.embedded.properties import HOST
from consumer.embedded.storage import opened, prepare

_START_SECONDS = 120.0  # one node takes 3 s, three on two cores 10 s; the rest is for busy machines
_STOP_SECONDS = 20.0
_OTHER_STOPS_SECONDS = 5.0  # a process that is being restarted waits for its former self
_POLL_SECONDS = 0.05


class EmbeddedKafka:
    """One to a few brokers of Apache Kafka, each its own controller too.

    Args:
        nodes: How many; topics have min(3, nodes) replicas, min(2, nodes) of them confirm.
        data_dir: Where topics survive a stop; without it they are gone with it.
        java: The Java to use; without it one is looked for.
    """

    def __init__(
        self, nodes: int = 1, data_dir: Path | str | None = None, java: Path | str | None = None
    ) -> None:
        if nodes < 1:
            raise EmbeddedKafkaError(f"nodes is {nodes}: a cluster has at least one node")
        self._count = nodes
        self._data_dir = None if data_dir is None else Path(data_dir).expanduser().absolute()
        self._java = None if java is None else Path(java)
        self._nodes: list[Node] = []
        self._cleanup = ExitStack()
        self._temporary: Path | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def bootstrap_servers(self) -> str:
        """Every node's address, as ``kafka.bootstrap_servers`` takes it."""
        self._node(0)
        return ",".join(f"{HOST}:{node.port}" for node in self._nodes)

    def start(self) -> None:
        """Start all nodes and return when all of them serve."""
        if self._nodes:
            raise EmbeddedKafkaError("this embedded Kafka is started already: stop it first")
        with ExitStack() as undo:
            undo.callback(self.stop)  # after Ctrl-C too, what was begun is not left behind
            launch = found_launch(self._java)
            storage = opened(self._directory(), self._count)
            prepare(storage, launch)
            for number, address in enumerate(storage.addresses):
                home = storage.node_directory(number)
                self._nodes.append(Node(number, home, address.broker, launch))
                self._nodes[-1].launch(remove=self._temporary)
            self.wait_ready()
            undo.pop_all()

    def stop(self) -> None:
        """End all nodes; temporary data is removed.  Stopping twice does nothing."""
        with self._cleanup:
            # Only data that stays is worth a clean shutdown: three nodes take 6 s.
            _end(self._nodes, signal.SIGTERM if self._temporary is None else signal.SIGKILL)
            self._nodes.clear()
            self._temporary = None

    def kill_node(self, node: int) -> None:
        """End *node*, the first being 0, as a crash would: SIGKILL."""
        _end([self._node(node)], signal.SIGKILL)

    def stop_node(self, node: int) -> None:
        """End *node* as an operator would: SIGTERM, and SIGKILL after 20 s."""
        _end([self._node(node)], signal.SIGTERM)

    def start_node(self, node: int, *, wait: bool = True) -> None:
        """Start *node* again, same ports, same data.

        Without *wait* it may not serve yet: where most nodes are down, the first to come back
        cannot; start them all, then ``wait_ready()``.
        """
        self._node(node).launch(remove=self._temporary)
        if wait:
            _wait([self._node(node)], _START_SECONDS)

    def node_pid(self, node: int) -> int:
        """Return the process id of the JVM, for signals of your own."""
        return self._node(node).pid

    def node_log(self, node: int) -> Path:
        """Return the file that the broker writes its log to."""
        return self._node(node).log

    def wait_ready(self, timeout_seconds: float = _START_SECONDS) -> None:
        """Return when every node that was started, and not ended since, serves."""
        _wait([node for node in self._nodes if node.is_wanted], timeout_seconds)

    def _node(self, number: int) -> Node:
        if not self._nodes:
            raise EmbeddedKafkaError("this embedded Kafka is not started: call start() first")
        if number not in range(len(self._nodes)):
            last = len(self._nodes) - 1
            raise EmbeddedKafkaError(f"there is no node {number}: they are 0 to {last}")
        return self._nodes[number]

    def _directory(self) -> Path:
        """Take the data directory for ourselves, or make one that goes at the end."""
        if self._data_dir is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="everonce-kafka-"))
            self._cleanup.callback(shutil.rmtree, self._temporary, ignore_errors=True)
            return self._temporary
        busy = (
            f"another embedded Kafka runs in {self._data_dir}: stop it, or name another directory"
        )
        self._cleanup.enter_context(
            only_one(self._data_dir / "lock", wait_seconds=_OTHER_STOPS_SECONDS, busy=busy)
        )
        return self._data_dir


def _end(nodes: Sequence[Node], number: signal.Signals) -> None:
    for node in nodes:
        node.send(number)
    deadline = time.monotonic() + _STOP_SECONDS
    for node in nodes:
        node.wait_ended(max(0, deadline - time.monotonic()))


def _wait(nodes: Sequence[Node], timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    for node in nodes:
        while not node.serves():
            if time.monotonic() >= deadline:
                raise EmbeddedKafkaError(
                    f"node {node.number} does not serve after {timeout_seconds:g} s; with most "
                    f"nodes down none can; {node.tail()}"
                )
            time.sleep(_POLL_SECONDS)
