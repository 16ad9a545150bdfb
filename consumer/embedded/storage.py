"""What lies in the data directory: the cluster's identity and ports, and a directory per node.

``cluster.json``, and for each node ``node-N/`` with ``server.properties``, ``broker.log`` and
``data/``.  The identity stays with the data; the ports stay too, as long as they are free.
"""

import base64
import json
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from consumer.embedded.errors import EmbeddedKafkaError
from consumer.embedded.launch import Launch
from consumer.embedded.ports import all_free, free_addresses
from consumer.embedded.properties import Address, broker_properties, rendered

_FORMAT_SECONDS = 120.0  # it takes 1.5 s; this is for a machine that is busy with other things


@dataclass(frozen=True, slots=True)
class Storage:
    """The data directory of one cluster."""

    directory: Path
    cluster_id: str
    addresses: tuple[Address, ...]

    def node_directory(self, node: int) -> Path:
        """Return where *node* keeps its settings, log and data."""
        return self.directory / f"node-{node}"


def opened(directory: Path, nodes: int) -> Storage:
    """Read what an earlier start left in *directory*, or begin anew, and write it down."""
    file = directory / "cluster.json"
    if file.is_file():
        storage = _read(file, directory)
        if len(storage.addresses) != nodes:
            raise EmbeddedKafkaError(
                f"{directory} holds a cluster of {len(storage.addresses)} nodes, and {nodes} "
                "were asked for: ask for as many, or name an empty directory"
            )
    else:
        storage = Storage(directory, new_cluster_id(), ())
    if not storage.addresses or not all_free(storage.addresses):
        storage = Storage(directory, storage.cluster_id, tuple(free_addresses(nodes)))
    ports = [[each.broker, each.controller] for each in storage.addresses]
    file.write_text(json.dumps({"cluster_id": storage.cluster_id, "ports": ports}))
    return storage


def prepare(storage: Storage, launch: Launch) -> None:
    """Write every node's settings, and format the data of those that have none yet."""
    nodes = range(len(storage.addresses))
    for node in nodes:
        home = storage.node_directory(node)
        home.mkdir(exist_ok=True)
        settings = broker_properties(node, storage.addresses, home / "data")
        (home / "server.properties").write_text(rendered(settings))
    blank = [
        node
        for node in nodes
        if not (storage.node_directory(node) / "data" / "meta.properties").is_file()
    ]
    if blank:
        with ThreadPoolExecutor(len(blank)) as pool:
            list(pool.map(lambda node: _format(storage, node, launch), blank))


def new_cluster_id() -> str:
    """Return an id as Kafka makes them: a random UUID in URL-safe base64, no leading dash."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not text.startswith("-"):  # it would be taken for an option
            return text


def _read(file: Path, directory: Path) -> Storage:
    try:
        kept = json.loads(file.read_text())
        addresses = tuple(Address(broker, controller) for broker, controller in kept["ports"])
        return Storage(directory, str(kept["cluster_id"]), addresses)
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddedKafkaError(
            f"{file} cannot be read ({error!r}), so the data beside it has no identity: "
            "name an empty directory"
        ) from error


def _format(storage: Storage, node: int, launch: Launch) -> None:
    settings = storage.node_directory(node) / "server.properties"
    arguments = ("format", "--cluster-id", storage.cluster_id, "--config", str(settings))
    result = subprocess.run(  # noqa: S603 - our own Java with our own arguments
        launch.command("kafka.tools.StorageTool", *arguments),
        env=launch.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=_FORMAT_SECONDS,
        check=False,
    )
    if result.returncode != 0:
        raise EmbeddedKafkaError(
            f"the data directory of node {node} could not be formatted (status "
            f"{result.returncode}): mend what Kafka says, or name an empty directory\n"
            f"{result.stdout}"
        )
