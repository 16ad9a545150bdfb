"""What is parked on a real Kafka, as ``everonce retries`` tells it."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.builders import event_bytes
from tests.integration.commands.conftest import ROOT, CommandLine
from tests.integration.commands.test_run import running

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]

BUSY = """
from processors import RetryAfter, processor

@processor("*")
async def charge(event, ctx):
    if event.event_id == "busy":
        raise RetryAfter(3600, "come back \\x1b[2Jin an hour")
"""


def listed(everonce: CommandLine, *words: str) -> list[dict[str, object]]:
    done = everonce("retries", "list", "--json", *words)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def published(everonce: CommandLine, *lines: tuple[str, str]) -> None:
    given = [
        json.dumps({"key": key, "value": json.loads(event_bytes(event_id))})
        for event_id, key in lines
    ]
    assert everonce("produce", "-", given="\n".join(given).encode()).returncode == 0


def test_parked_events_are_told_with_those_behind_them_while_and_after_the_consumer_runs(
    everonce: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "busy_processors.py").write_text(BUSY)
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    assert everonce("retries", "list").stdout == "Nothing waits.\n"
    published(everonce, ("busy", "k"), ("second", "k"), ("third", "k"), ("healthy", "other"))

    with running(
        everonce, PYTHONPATH=path, EVERONCE_PROCESSORS__MODULES="busy_processors"
    ) as consumer:
        while len(found := listed(everonce)) < 3:
            assert consumer.poll() is None
        consumer.send_signal(signal.SIGTERM)
        assert consumer.wait(30) == 0

    assert listed(everonce)[0]["event_id"] == "busy"
    assert [(each["event_id"], each["state"], each["events_behind"]) for each in found] == [
        ("busy", "waiting", 2),
        ("second", "behind", 1),
        ("third", "behind", 0),
    ]
    due = found[0]["due_in_seconds"]
    assert isinstance(due, float)
    assert 3500 < due <= 3600
    assert (found[0]["attempts_made"], found[0]["code"]) == (1, "RATE_LIMITED")
    assert [each["event_id"] for each in listed(everonce, "--due-before", "2h")] == ["busy"]
    assert listed(everonce, "--key", "other") == listed(everonce, "--held") == []

    table = everonce("retries", "list", "--limit", "1").stdout
    assert "in 59 min" in table
    assert "… 2 more" in table
    assert "3 events are parked" in table
    report = everonce("retries", "show", "busy").stdout
    assert "  1  second" in report
    assert "come back" in table
    assert "\x1b" not in table + report
    whole = json.loads(everonce("retries", "show", "e:busy", "--json").stdout)
    assert whole["original"]["key"]["data"] == "k"
    assert [each["event_id"] for each in whole["behind"]] == ["second", "third"]


def test_event_that_is_not_parked_is_named_and_the_code_is_1(everonce: CommandLine) -> None:
    done = everonce("retries", "show", "nobody\x1b[2J")

    assert done.returncode == 1
    assert r"no parked event has the id or ledger key 'nobody\x1b[2J'" in done.stderr


def test_partition_that_is_not_there_is_wrong_usage(everonce: CommandLine) -> None:
    done = everonce("retries", "list", "--partition", "9")

    assert done.returncode == 2
    assert "has no partition 9: it has 2" in done.stderr


def test_missing_state_topic_is_named(fresh: CommandLine) -> None:
    done = fresh("retries", "list")

    assert done.returncode == 1
    assert f"there is no topic '{fresh.topic('state')}'" in done.stderr


def test_record_that_is_no_entry_is_named(everonce: CommandLine) -> None:
    state = everonce.topic("state")
    everonce("produce", "-", "--topic", state, given=b'{"key": "e:1", "value": "not an entry"}')

    done = everonce("retries", "list")

    assert done.returncode == 1
    assert f"{state}/" in done.stderr
    assert "is no entry of a ledger" in done.stderr
