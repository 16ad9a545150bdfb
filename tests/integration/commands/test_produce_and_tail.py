"""Records go in by ``produce`` and come out by ``tail``, byte for byte."""

import json
import signal
import subprocess
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from consumer.commands.generate import Mix, generated
from tests.integration.commands.conftest import ROOT, CommandLine

pytestmark = pytest.mark.broker

LINES = rb"""{"key":"a", "value":{"n": 1.00000000000000000001}, "headers": [["h", ""], ["h", null]]}
{"key": "a", "value": {"encoding": "base64", "data": "/wA="}}
{"key": "a", "value": null}

{"workflow_id": "w-1", "event_id": "e"}
not JSON at all
"""


def tailed(everonce: CommandLine, *words: str) -> list[dict[str, object]]:
    done = everonce("tail", *words, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_lines_of_a_file_are_published_and_tailed_again(
    everonce: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "records.jsonl"
    file.write_bytes(LINES)

    done = everonce("produce", str(file))

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"5 records confirmed by {everonce.topic('input')}")
    out = everonce("tail", "events", "--json").stdout
    assert '"key":"a","value":{"n": 1.00000000000000000001},"headers":[["h",""],["h",null]]' in out
    assert '"key":"w-1","value":{"workflow_id": "w-1", "event_id": "e"}' in out
    assert '"key":null,"value":{"encoding":"utf-8","data":"not JSON at all"}' in out

    again = everonce("produce", "-", given=out.encode())

    assert again.returncode == 0, again.stderr
    records = tailed(everonce, "events", "--from", "beginning")
    assert len(records) == 10
    kept = [{k: each[k] for k in ("key", "value", "headers")} for each in records]
    assert all(kept.count(each) == 2 for each in kept)


def test_what_cannot_be_published_is_named_and_the_rest_is_published(
    everonce: CommandLine,
) -> None:
    big = b"x" * 2_000_000
    given = b"\n".join([b'{"key": 7, "value": 1}', big, b'{"value": null}', b"fine"])

    done = everonce("produce", "-", given=given)

    assert done.returncode == 1
    assert done.stdout.startswith("1 records confirmed")
    for word in ("line 1: key is 7", "line 2: ", "line 3: a record without key and value"):
        assert word in done.stderr
    assert "line 4" not in done.stderr


def test_a_generated_load_is_published_whole(everonce: CommandLine) -> None:
    words = ("--count", "300", "--keys", "5", "--seed", "9", "--duplicates", "0.1")
    expected = [each.record for each in generated(Mix(keys=5, seed=9, duplicates=0.1), 300)]

    done = everonce("produce", *words)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("300 records confirmed")
    assert "duplicate" in done.stdout
    values = [json.dumps(each["value"]) for each in tailed(everonce, "events", "--from", "300")]
    assert sorted(values) == sorted(json.dumps(json.loads(each.value or b"")) for each in expected)


async def test_newest_records_are_found_behind_transaction_markers(everonce: CommandLine) -> None:
    topic = everonce.topic("results")
    servers = everonce.environment["EVERONCE_KAFKA__BOOTSTRAP_SERVERS"]
    producer = AIOKafkaProducer(bootstrap_servers=servers, transactional_id=topic)
    await producer.start()
    try:
        for number in range(12):
            await producer.begin_transaction()
            await producer.send_and_wait(topic, b"%d" % number, partition=0)
            if number % 3:
                await producer.commit_transaction()
            else:
                await producer.abort_transaction()
    finally:
        await producer.stop()

    assert [each["value"] for each in tailed(everonce, "results", "--from", "3")] == [8, 10, 11]
    assert len(tailed(everonce, "results", "--from", "beginning")) == 8
    assert tailed(everonce, "results", "--partition", "1") == []
    assert len(tailed(everonce, "results", "--from", "beginning", "--limit", "2")) == 2


def test_followed_topic_shows_what_arrives_later(everonce: CommandLine) -> None:
    with subprocess.Popen(
        everonce.command("tail", "events", "--from", "end", "--limit", "3", "--json"),
        cwd=ROOT,
        env=everonce.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as tail:
        # Until the tail is there nothing counts; what it sees decides when it is.
        while tail.poll() is None:
            assert everonce("produce", "-", given=b"hello").returncode == 0
        assert tail.stdout is not None
        assert len(tail.stdout.read().splitlines()) == 3
        assert tail.returncode == 0


def test_what_a_producer_wrote_cannot_command_the_terminal(everonce: CommandLine) -> None:
    everonce("produce", "-", given=b"\x1b[2J\x1b]0;owned\x07")

    for form in ((), ("--full",), ("--json",)):
        out = everonce("tail", "events", *form).stdout
        assert "\x1b" not in out
        assert "owned" in out


def test_partition_that_is_not_there_is_wrong_usage(everonce: CommandLine) -> None:
    done = everonce("tail", "events", "--partition", "9")

    assert done.returncode == 2
    assert "has no partition 9: it has 2" in done.stderr


@pytest.mark.parametrize("words", [("tail", "events"), ("produce", "--count", "1")], ids=" ".join)
def test_missing_topic_is_named_and_not_created(fresh: CommandLine, words: tuple[str, ...]) -> None:
    for _ in range(2):
        done = fresh(*words)
        assert done.returncode == 1
        assert f"there is no topic '{fresh.topic('input')}'" in done.stderr
        assert "everonce topics create" in done.stderr


def test_interrupted_publishing_says_what_was_confirmed(everonce: CommandLine) -> None:
    with subprocess.Popen(
        everonce.interruptible("produce", "-"),
        cwd=ROOT,
        env=everonce.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as producer:
        assert producer.stdin is not None
        producer.stdin.write(b"one\ntwo\n")
        producer.stdin.flush()
        while not everonce("tail", "events").stdout:
            assert producer.poll() is None
        producer.send_signal(signal.SIGINT)
        # Its input is still open: the end must not wait for a line that never comes.
        assert producer.wait(10) == 130
        assert producer.stdout is not None
        assert producer.stdout.read().startswith(b"2 records confirmed")
        assert producer.stderr is not None
        assert producer.stderr.read() == b""


def test_ctrl_c_is_the_ordinary_end_of_following(everonce: CommandLine) -> None:
    everonce("produce", "-", given=b"first")
    with subprocess.Popen(
        everonce.interruptible("tail", "events", "--follow", "--json"),
        cwd=ROOT,
        env={**everonce.environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as tail:
        assert tail.stdout is not None
        assert b"first" in tail.stdout.readline()
        tail.send_signal(signal.SIGINT)
        assert tail.wait(10) == 0
        assert tail.stderr is not None
        assert tail.stderr.read() == b""


def test_a_reader_that_goes_early_causes_no_noise(everonce: CommandLine) -> None:
    everonce("produce", "--count", "3000")
    with subprocess.Popen(
        everonce.command("tail", "events", "--from", "beginning"),
        cwd=ROOT,
        env=everonce.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as tail:
        assert tail.stdout is not None
        assert tail.stderr is not None
        tail.stdout.readline()
        tail.stdout.close()
        assert tail.stderr.read() == b""
