"""Topics are created, and what is wrong with a deployment is named all at once."""

import json
from pathlib import Path

import pytest

from tests.integration.commands.conftest import CommandLine

pytestmark = pytest.mark.broker


def test_missing_topics_are_named_with_the_command_that_creates_them(fresh: CommandLine) -> None:
    checked = fresh("topics", "check")

    assert checked.returncode == 1
    assert f"topic {fresh.topic('state')} does not exist" in checked.stdout
    assert "→ everonce topics create" in checked.stdout


def test_created_topics_pass_the_check_and_stay_as_they_are(everonce: CommandLine) -> None:
    checked, again = everonce("topics", "check", "--json"), everonce("topics", "create")

    assert json.loads(checked.stdout) == {"ok": True, "problems": []}
    assert again.returncode == 0
    assert again.stdout.count("unchanged") == 6


def test_check_of_a_sound_deployment_passes_and_shows_its_settings(everonce: CommandLine) -> None:
    checked = everonce("check", "--json")

    document = json.loads(checked.stdout)
    assert checked.returncode == 0, checked.stdout
    assert [each["name"] for each in document["checks"]] == [
        "packages",
        "settings",
        "processors",
        "topics",
        "rights",
    ]
    assert all(each["ok"] for each in document["checks"])
    assert document["settings"]["topics"]["input"] == everonce.topic("input")


def test_check_names_missing_topics_and_ends_with_1(fresh: CommandLine) -> None:
    checked = fresh("check")

    assert checked.returncode == 1
    assert checked.stdout.count("does not exist") == 6


def test_check_names_wrong_processors_and_missing_topics_in_one_run(fresh: CommandLine) -> None:
    checked = fresh("check", EVERONCE_PROCESSORS__MODULES="no.such.module")

    assert checked.returncode == 2
    assert "there is no module no" in checked.stdout
    assert checked.stdout.count("does not exist") == 6


def test_check_names_all_wrong_settings(fresh: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "everonce.yaml"
    file.write_text("processing: {concurrency: none}\n")

    checked = fresh("check", "--config", str(file), EVERONCE_NONSENSE="1")

    assert checked.returncode == 2
    for word in ("EVERONCE_NONSENSE", "processing.concurrency", "not looked at"):
        assert word in checked.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("topics", "check"),
        ("tail", "events"),
        ("retries", "list"),
        ("produce", "--count", "1"),
    ],
    ids=" ".join,
)
def test_a_broker_that_is_not_there_is_named_and_the_code_is_3(
    fresh: CommandLine, words: tuple[str, ...]
) -> None:
    done = fresh(
        *words,
        EVERONCE_KAFKA__BOOTSTRAP_SERVERS="127.0.0.1:1",
        EVERONCE_KAFKA__CONNECT_TIMEOUT="300ms",
    )

    assert done.returncode == 3
    assert "127.0.0.1:1" in done.stdout + done.stderr
    assert "everonce kafka start" in done.stdout + done.stderr


def test_run_refuses_to_start_without_its_topics(fresh: CommandLine) -> None:
    done = fresh("run")

    assert done.returncode == 1
    assert done.stderr.count("does not exist") == 6
    assert "everonce topics create" in done.stderr
