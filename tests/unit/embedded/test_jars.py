"""Which jars make the broker."""

import hashlib
from pathlib import Path

import pytest

from consumer.embedded import EmbeddedKafkaError
from consumer.embedded.jars import (
    KAFKA_VERSION,
    Jar,
    cache_directory,
    check,
    missing,
    pinned_jars,
)

BYTES = b"a jar"
JAR = Jar("org.example:tool:1.0", hashlib.sha256(BYTES).hexdigest(), len(BYTES))


def test_list_names_the_broker_and_what_makes_it_log() -> None:
    jars = pinned_jars()
    artifacts = {jar.coordinate.split(":")[1] for jar in jars}
    assert len(jars) == len(artifacts) == 46
    assert {"kafka_2.13", "kafka-clients", "log4j-slf4j-impl"} <= artifacts


def test_every_part_of_kafka_has_the_same_version() -> None:
    kafka = [jar.coordinate for jar in pinned_jars() if jar.coordinate.startswith("org.apache.k")]
    assert {coordinate.rpartition(":")[2] for coordinate in kafka} == {KAFKA_VERSION}


def test_every_part_of_the_logging_has_the_same_version() -> None:
    logging = [jar.coordinate for jar in pinned_jars() if ".log4j:" in jar.coordinate]
    assert len(logging) == 3
    assert len({coordinate.rpartition(":")[2] for coordinate in logging}) == 1


def test_jar_with_other_bytes_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "tool-1.0.jar"
    assert missing([JAR], tmp_path) == [JAR]
    file.write_bytes(b"another jar")
    assert missing([JAR], tmp_path) == [JAR]
    file.write_bytes(BYTES)
    assert missing([JAR], tmp_path) == []


def test_refusal_names_both_digests_and_whom_to_ask(tmp_path: Path) -> None:
    file = tmp_path / "tool-1.0.jar"
    file.write_bytes(b"another jar")
    found = hashlib.sha256(b"another jar").hexdigest()
    with pytest.raises(EmbeddedKafkaError) as refusal:
        check(JAR, file)
    for part in (JAR.coordinate, JAR.sha256, found, "not used", "proxy or mirror"):
        assert part in str(refusal.value)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"EVERONCE_CACHE_DIR": "/own", "XDG_CACHE_HOME": "/xdg"}, Path("/own")),
        ({"XDG_CACHE_HOME": "/xdg"}, Path("/xdg/everonce")),
        ({"XDG_CACHE_HOME": "relative"}, Path.home() / ".cache" / "everonce"),
        ({}, Path.home() / ".cache" / "everonce"),
    ],
    ids=["own", "xdg", "relative is ignored", "default"],
)
def test_cache_is_where_the_environment_says(environment: dict[str, str], expected: Path) -> None:
    assert cache_directory(environment) == expected
