"""What lies in the data directory."""

import json
import re
import socket
from pathlib import Path

import pytest

from consumer.embedded import EmbeddedKafkaError
from consumer.embedded.ports import all_free, free_addresses
from consumer.embedded.properties import HOST
from consumer.embedded.storage import new_cluster_id, opened


def test_second_start_finds_the_same_cluster_at_the_same_ports(tmp_path: Path) -> None:
    assert opened(tmp_path, 3) == opened(tmp_path, 3)


def test_ports_change_when_one_was_taken_and_the_identity_does_not(tmp_path: Path) -> None:
    first = opened(tmp_path, 1)
    with socket.create_server((HOST, first.addresses[0].broker)):
        second = opened(tmp_path, 1)
    assert second.cluster_id == first.cluster_id
    assert second.addresses != first.addresses
    assert opened(tmp_path, 1) == second


def test_other_number_of_nodes_is_refused(tmp_path: Path) -> None:
    opened(tmp_path, 1)
    with pytest.raises(EmbeddedKafkaError, match=r"holds a cluster of 1 nodes, and 3 were asked"):
        opened(tmp_path, 3)


@pytest.mark.parametrize("text", ["{", "{}", '{"cluster_id": "x", "ports": [1]}'])
def test_unreadable_identity_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "cluster.json").write_text(text)
    with pytest.raises(EmbeddedKafkaError, match=r"cannot be read .* name an empty directory"):
        opened(tmp_path, 1)


def test_what_is_written_down_is_plain(tmp_path: Path) -> None:
    storage = opened(tmp_path, 1)
    address = storage.addresses[0]
    assert json.loads((tmp_path / "cluster.json").read_text()) == {
        "cluster_id": storage.cluster_id,
        "ports": [[address.broker, address.controller]],
    }


def test_cluster_id_is_one_that_kafka_takes() -> None:
    for _ in range(200):
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", new_cluster_id())


def test_ports_are_all_different_and_below_those_of_outgoing_connections() -> None:
    addresses = free_addresses(3)
    ports = {port for each in addresses for port in (each.broker, each.controller)}
    assert len(ports) == 6
    assert all(20_000 <= port < 30_000 for port in ports)


def test_port_that_is_listened_on_is_not_free() -> None:
    address = free_addresses(1)[0]
    assert all_free([address])
    with socket.create_server((HOST, address.controller)):
        assert not all_free([address])
