"""Which ports the nodes listen on: free ones that no client's own connection can take."""

import random
import socket
from collections.abc import Collection, Iterator

from consumer.embedded.errors import EmbeddedKafkaError
from consumer.embedded.properties import HOST, Address

# Below 32768, where Linux takes the ports of outgoing connections from (macOS: 49152).  Else,
# while a node is down, a client that knocks at its port may be given that very port and talk
# to itself, and the node cannot come back.
_PORTS = range(20_000, 30_000)


def free_addresses(nodes: int) -> list[Address]:
    """Choose two free ports for each node."""
    found = _free_ports()
    try:
        return [Address(broker=next(found), controller=next(found)) for _ in range(nodes)]
    except StopIteration:
        raise EmbeddedKafkaError(
            f"fewer than {2 * nodes} of the ports {_PORTS.start}-{_PORTS.stop - 1} are free on "
            f"{HOST}: end what holds them"
        ) from None


def all_free(addresses: Collection[Address]) -> bool:
    """Whether every one of *addresses* can be listened on now."""
    return all(_is_free(each.broker) and _is_free(each.controller) for each in addresses)


def _free_ports() -> Iterator[int]:
    # At random, so that clusters started at the same moment hardly ever choose alike.
    yield from filter(_is_free, random.sample(_PORTS, len(_PORTS)))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As Kafka does; else a port is refused for a minute after its last connection.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
