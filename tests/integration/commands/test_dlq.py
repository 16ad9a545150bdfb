"""Dead letters on a real Kafka, as ``everonce dlq`` tells them."""

import base64
import json
import os
import shlex
import signal
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from consumer.commands.printable import is_harmless
from tests.builders import event_bytes
from tests.integration.commands.conftest import ROOT, CommandLine
from tests.integration.commands.test_run import running

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

FAILING = r"""
import os
from processors import PermanentError, TransientError, processor

@processor("order.*")
async def price(event, ctx):
    if os.path.exists(os.environ["MENDED"]):
        return None
    why = f"order {event.event_id} has no price, password=hunter2 \x1b[2J"
    raise PermanentError(why, code="NO_PRICE")

@processor("invoice.*", policy="no_retry")
async def charge(event, ctx):
    raise TransientError(f"the bank did not answer in {len(event.event_id)} s", code="TIMEOUT")
"""
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe"


def listed(everonce: CommandLine, *words: str) -> list[dict[str, Any]]:
    done = everonce("dlq", "list", "--json", *words)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def said(everonce: CommandLine, *words: str, code: int = 0) -> str:
    """Return what a command says; nothing in it commands the terminal."""
    done = everonce("dlq", *words)
    assert done.returncode == code, done.stderr
    assert all(is_harmless(line) for line in (done.stdout + done.stderr).split("\n"))
    return done.stdout


def published(everonce: CommandLine, *lines: dict[str, Any], topic: str = "input") -> None:
    given = "\n".join(json.dumps(line) for line in lines).encode()
    done = everonce("produce", "-", "--topic", everonce.topic(topic), given=given)
    assert done.returncode == 0, done.stderr


def an_event(event_id: str, event_type: str, **payload: Any) -> dict[str, Any]:
    value = json.loads(event_bytes(event_id, event_type=event_type, payload=payload))
    return {"key": f"key-{event_id}", "value": value}


def in_base64(data: bytes) -> dict[str, str]:
    return {"encoding": "base64", "data": base64.b64encode(data).decode()}


def consumed(everonce: CommandLine, folder: Path, letters: int, *states: str) -> None:
    """Run the consumer until there are so many letters."""
    (folder / "failing_processors.py").write_text(FAILING)
    environment = {
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "EVERONCE_PROCESSORS__MODULES": "failing_processors",
        "MENDED": str(folder / "mended"),
    }
    with running(everonce, **environment) as consumer:
        while len(listed(everonce, *states)) < letters:
            assert consumer.poll() is None
        consumer.send_signal(signal.SIGTERM)
        assert consumer.wait(30) == 0


@pytest.fixture
def letters(everonce: CommandLine, tmp_path: Path) -> CommandLine:
    """A command line whose dead-letter topic has letters of all kinds, ours and others'."""
    published(
        everonce,
        an_event("order-1", "order.created", session="tok-4711"),
        an_event("order-22", "order.created"),
        an_event("i-1", "invoice.sent"),
        an_event("large", "order.created", text="x" * 900_000),
        {"key": HOSTILE, "value": {"encoding": "utf-8", "data": HOSTILE}},
        {"key": None, "value": in_base64(b"\xff\xfe\x00\x1b[31m")},
    )
    consumed(everonce, tmp_path, 6)
    published(
        everonce,
        {
            "key": "spring",
            "value": json.loads(event_bytes("spring-1")),
            "headers": [
                ["kafka_dlt-original-topic", "orders"],
                ["kafka_dlt-original-partition", in_base64(struct.pack(">i", 1))],
                ["kafka_dlt-original-offset", in_base64(struct.pack(">q", 77))],
                ["kafka_dlt-exception-message", f"no stock {HOSTILE}"],
            ],
        },
        {
            "key": "connect",
            "value": in_base64(b"\x00\x00\x00\x00\x07avro"),
            "headers": [["__connect.errors.stage", "VALUE_CONVERTER"]],
        },
        {"key": "nobody", "value": {"encoding": "utf-8", "data": HOSTILE}},
        topic="dlq",
    )
    return everonce


def test_letters_are_listed_chosen_grouped_and_shown(letters: CommandLine) -> None:
    everything = listed(letters)
    assert len(everything) == 9
    assert {each["state"] for each in everything} == {"open"}
    assert {each["dialect"] for each in everything} == {"everonce", "spring", "connect", "unknown"}
    orders = listed(letters, "--code", "NO_PRICE")
    assert sorted(each["event_id"] for each in orders) == ["large", "order-1", "order-22"]
    assert "hunter2" not in json.dumps(everything)
    assert "hunter2" in json.dumps(listed(letters, "--reveal"))

    [group] = {each["group"] for each in orders}
    for words, count in (
        (("--group", group[:6]), 3),
        (("--group", group, "--key", "key-order-1"), 1),
        (("--type", "invoice.*", "--processor", "*.charge"), 1),
        (("--disposition", "poison"), 2),
        (("--text", "TOK-4711"), 1),
        (("--since", "1h", "--until", "2099-01-01T00:00:00Z"), 9),
        (("--until", "1h"), 0),
        (("--state", "resolved"), 0),
        (("--state", "all", "--limit", "4"), 4),
    ):
        assert len(listed(letters, *words)) == count, words
    in_partitions = [len(listed(letters, "--partition", each)) for each in ("0", "1")]
    assert sum(in_partitions) == 9

    table = said(letters, "list")
    assert "order-22" in table
    groups = said(letters, "groups")
    assert "NO_PRICE" in groups
    assert "# has no price" in groups
    assert "9 letters in 7 groups" in groups
    stats = json.loads(said(letters, "stats", "--json"))
    assert (stats["count"], stats["by"]["state"]) == (9, {"open": 9})
    assert "9 letters" in said(letters, "stats")

    for each in {each["dialect"]: each for each in everything}.values():
        assert "What happened" in said(letters, "show", each["dlq_id"])
    [large] = [each for each in orders if each["event_id"] == "large"]
    whole = json.loads(said(letters, "show", large["dlq_id"][:13], "--json"))
    assert (whole["dlq_id"], whole["desk"]["state"]) == (large["dlq_id"], "open")


def test_letter_is_compared_with_its_source_with_another_and_with_a_file(
    letters: CommandLine, tmp_path: Path
) -> None:
    one, other = (
        each["dlq_id"]
        for each in sorted(listed(letters, "--code", "NO_PRICE"), key=lambda it: it["event_id"])
        if each["event_id"] != "large"
    )
    assert "Not a byte is different" in said(letters, "diff", one)
    assert '+  "event_id": "order-22"' in said(letters, "diff", one, other, code=1)
    file = tmp_path / "mended.json"
    file.write_text(json.dumps(an_event("order-1", "order.created", session="other")["value"]))
    compared = json.loads(said(letters, "diff", one, str(file), "--json", code=1))
    assert not compared["same"]
    assert '+    "session": "other"' in compared["diff"]
    [spring] = [each for each in listed(letters) if each["dialect"] == "spring"]
    gone = letters("dlq", "diff", spring["dlq_id"])
    assert (gone.returncode, "there is no topic 'orders'" in gone.stderr) == (1, True)


def test_letters_that_were_exported_are_imported_once_where_they_are_missing(
    letters: CommandLine, fresh: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "letters.jsonl"
    assert "9 letters exported" in letters("dlq", "export", str(file), "--reveal").stderr
    assert letters("dlq", "export", str(file)).returncode == 2
    hidden = [json.loads(line) for line in said(letters, "export", "-").splitlines()]
    assert "hunter2" not in json.dumps(hidden)
    assert {each["desk"].get("redacted", False) for each in hidden} == {True, False}

    here = said(letters, "import", str(file))
    assert "6 are there already" in here
    elsewhere = CommandLine(
        {**letters.environment, "EVERONCE_TOPICS__DLQ": fresh.topic("dlq") + "-elsewhere"}
    )
    assert elsewhere("topics", "create").returncode == 0
    assert "9 would be imported" in said(elsewhere, "import", str(file))
    assert listed(elsewhere, "--state", "all") == []
    assert "9 imported" in said(elsewhere, "import", str(file), "--yes")
    assert "9 are there already" in said(elsewhere, "import", str(file), "--yes")
    brought = listed(elsewhere)
    assert len(brought) == 9
    ours = {each["dlq_id"]: each for each in listed(letters) if each["dialect"] == "everonce"}
    again = {each["dlq_id"]: each for each in brought if each["dlq_id"] in ours}
    assert again.keys() == ours.keys()
    assert all(again[name]["message"] == ours[name]["message"] for name in ours)

    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"a": 1}\nno json\n' + json.dumps(hidden[0] | {"desk": {"redacted": True}}))
    assert "3 lines are refused" in said(elsewhere, "import", str(broken), code=1)


def test_letter_of_an_event_that_is_published_again_fails_again_or_is_resolved(
    everonce: CommandLine, tmp_path: Path
) -> None:
    for count in (1, 2):
        published(everonce, an_event("order-1", "order.created"))
        consumed(everonce, tmp_path, count, "--state", "all")
    letters = {each["state"]: each["dlq_id"] for each in listed(everonce, "--state", "all")}
    assert letters.keys() == {"open", "failed_again"}
    first, second = letters["failed_again"], letters["open"]
    assert first in said(everonce, "show", second)
    assert f"the newest of 2 letters is {second}" in said(everonce, "show", first)
    assert said(everonce, "list", "--state", "resolved") == "No letter of this kind (resolved).\n"

    (tmp_path / "mended").touch()
    published(everonce, an_event("order-1", "order.created"))
    consumed(everonce, tmp_path, 1, "--state", "resolved")

    assert said(everonce, "list") == "No letter is open.\n"
    report = said(everonce, "show", second)
    assert "resolved: its event has completed since" in report
    assert "published again to the input" in report


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("show", "12345"), 1, "too short"),
        (("show", "0123456789\x1b[2J"), 1, "has no letter"),
        (("show", "0/99"), 1, "has no letter"),
        (("list", "--state", "closed"), 2, "--state 'closed': write one of open"),
        (("list", "--since", "yesterday"), 2, "--since 'yesterday': write a moment"),
        (("groups", "--partition", "9"), 2, "has no partition 9: it has 2"),
        (("import", "/nowhere.jsonl"), 2, "/nowhere.jsonl cannot be read"),
        (("export", "/nowhere/at/all.jsonl"), 1, "/nowhere/at/all.jsonl cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(
    everonce: CommandLine, words: tuple[str, ...], code: int, message: str
) -> None:
    done = everonce("dlq", *words)

    assert (done.returncode, message in done.stderr) == (code, True), done.stderr
    assert all(is_harmless(line) for line in done.stderr.split("\n"))


def test_reader_who_has_seen_enough_ends_an_export_well(everonce: CommandLine) -> None:
    lines = [{"key": str(number), "value": {"a": "x" * 1000}} for number in range(300)]
    published(everonce, *lines, topic="dlq")
    command = " ".join(shlex.quote(word) for word in everonce.command("dlq", "export", "-"))
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{command} | head -1"],
        cwd=ROOT,
        env=everonce.environment,
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.splitlines()) == 1


def test_missing_topic_is_named(fresh: CommandLine) -> None:
    done = fresh("dlq", "list")

    assert done.returncode == 1
    assert f"there is no topic '{fresh.topic('dlq')}'" in done.stderr
