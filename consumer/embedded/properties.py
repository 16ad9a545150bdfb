"""What a node's server.properties says: the checked-in settings and what is the node's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
"""Nothing here asks for a password, so nothing here listens beyond the loopback."""

COMMON = Path(__file__).with_name("broker.properties")


@dataclass(frozen=True, slots=True)
class Address:
    """The two ports of one node on the loopback."""

    broker: int
    controller: int


def broker_properties(node: int, addresses: Sequence[Address], data: Path) -> dict[str, str]:
    """Return the settings of *node*, 0 being the first, in a cluster at *addresses*."""
    own = addresses[node]
    voters = (f"{i}@{HOST}:{each.controller}" for i, each in enumerate(addresses))
    broker = f"PLAINTEXT://{HOST}:{own.broker}"
    return (
        parsed(COMMON.read_text())
        | _replication(len(addresses))
        | {
            "node.id": str(node),
            "listeners": f"{broker},CONTROLLER://{HOST}:{own.controller}",
            "advertised.listeners": broker,
            "controller.quorum.voters": ",".join(voters),
            "log.dirs": str(data),
        }
    )


def parsed(text: str) -> dict[str, str]:
    """Read a properties file of ours: one ``key=value`` a line, ``#`` starts a comment line."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}


def rendered(properties: Mapping[str, str]) -> str:
    """Write a file that java.util.Properties reads back as it was meant."""
    return "".join(f"{key}={_escaped(value)}\n" for key, value in properties.items())


def _replication(nodes: int) -> dict[str, str]:
    """With three nodes, two of them confirm: one may be killed and nothing stops."""
    copies, confirmed = str(min(3, nodes)), str(min(2, nodes))
    return {
        "default.replication.factor": copies,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "share.coordinator.state.topic.replication.factor": copies,
        "min.insync.replicas": confirmed,
        "transaction.state.log.min.isr": confirmed,
        "share.coordinator.state.topic.min.isr": confirmed,
    }


def _escaped(value: str) -> str:
    # The file is read as Latin-1; beyond it, and beyond the basic plane, UTF-16 escapes.
    units = value.replace("\\", "\\\\").encode("utf-16-be").hex()
    codes = (int(units[i : i + 4], 16) for i in range(0, len(units), 4))
    return "".join(chr(code) if code < 0x7F else f"\\u{code:04x}" for code in codes)
