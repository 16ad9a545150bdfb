"""What a node's server.properties says."""

from pathlib import Path

import pytest

from consumer.embedded.properties import COMMON, Address, broker_properties, parsed, rendered

THREE = [Address(21, 31), Address(22, 32), Address(23, 33)]


def test_node_listens_on_its_own_ports_of_the_loopback_only() -> None:
    settings = broker_properties(1, THREE, Path("/data"))
    assert settings["node.id"] == "1"
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:22,CONTROLLER://127.0.0.1:32"
    assert settings["advertised.listeners"] == "PLAINTEXT://127.0.0.1:22"
    assert settings["log.dirs"] == "/data"


def test_all_nodes_vote() -> None:
    voters = {broker_properties(i, THREE, Path())["controller.quorum.voters"] for i in range(3)}
    assert voters == {"0@127.0.0.1:31,1@127.0.0.1:32,2@127.0.0.1:33"}


@pytest.mark.parametrize(
    ("nodes", "copies", "confirmed"), [(1, "1", "1"), (2, "2", "2"), (3, "3", "2"), (4, "3", "2")]
)
def test_copies_follow_the_number_of_nodes(nodes: int, copies: str, confirmed: str) -> None:
    settings = broker_properties(0, [Address(1, 2)] * nodes, Path())
    factors = {v for k, v in settings.items() if k.endswith("replication.factor")}
    minima = {v for k, v in settings.items() if k.endswith(("min.isr", "insync.replicas"))}
    assert (factors, minima) == ({copies}, {confirmed})


def test_common_file_is_right_for_one_node_as_compose_mounts_it() -> None:
    common = parsed(COMMON.read_text())
    started = broker_properties(0, [Address(1, 2)], Path())
    assert common.items() <= started.items()
    assert set(started) - set(common) == {
        "node.id",
        "listeners",
        "advertised.listeners",
        "controller.quorum.voters",
        "log.dirs",
    }


def test_letter_of_a_record_of_the_usual_limit_fits() -> None:
    kafkas_usual_limit = 1_048_588
    limit = int(parsed(COMMON.read_text())["message.max.bytes"])
    assert limit >= kafkas_usual_limit * 2.5 + 64 * 1024


def test_comments_and_blank_lines_are_no_settings() -> None:
    assert parsed("# a=1\n\n b = c=d \n") == {"b": "c=d"}


def test_path_is_written_as_java_reads_it() -> None:
    assert rendered({"log.dirs": "/data/é\\𝄞 x"}) == (
        "log.dirs=/data/\\u00e9\\\\\\ud834\\udd1e x\n"
    )
