"""Does the Dockerfile build what it should, from files that are there?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.loading import load_settings
from consumer.commands.cli import ended
from tests.architecture import dockerfile

ROOT = Path(__file__).parents[2]


def arguments(name: str) -> str:
    (found,) = (each.arguments for each in dockerfile.final_stage() if each.name == name)
    return found


def copied() -> list[str]:
    """Return what is copied from the repository."""
    return [
        source
        for each in dockerfile.instructions()
        if each.name == "COPY" and not each.arguments.startswith("--from")
        for source in each.arguments.split()[:-1]
    ]


def test_what_is_copied_exists_and_is_sent_to_the_builder() -> None:
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in sent
    for source in copied():
        assert (ROOT / source).exists(), source
        assert f"!{source}" in sent, source
    assert {line[1:] for line in sent if line.startswith("!")} == set(copied())


def test_every_install_checks_hashes_or_asks_no_index() -> None:
    runs = " && ".join(each.arguments for each in dockerfile.instructions() if each.name == "RUN")
    installs = [command for command in runs.split("&&") if "pip install" in command]
    assert len(installs) == 3
    for command in installs:
        assert "--require-hashes" in command or "--no-index" in command, command


def test_container_does_not_run_as_root() -> None:
    assert int(arguments("USER")) > 0


@pytest.mark.parametrize("name", ["ENTRYPOINT", "CMD"])
def test_signals_reach_the_consumer_and_not_a_shell(name: str) -> None:
    assert json.loads(arguments(name))
    assert arguments("STOPSIGNAL") == "SIGTERM"


def test_image_starts_a_command_of_everonce(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(arguments("ENTRYPOINT")) == ["everonce"]
    assert ended([*json.loads(arguments("CMD")), "--help"]) == 0
    assert "Usage: everonce" in capsys.readouterr().out


def test_settings_of_the_image_are_read() -> None:
    ours = {k: v for k, v in dockerfile.environment().items() if k.startswith("EVERONCE_")}
    http = load_settings(environ=ours).http
    assert (http.host, str(http.port)) == ("0.0.0.0", arguments("EXPOSE"))  # noqa: S104 - a container


def test_health_check_fails_where_nothing_answers() -> None:
    command = dockerfile.healthcheck()
    assert command[:2] == ["python", "-c"]
    answered = subprocess.run(
        [sys.executable, *command[1:]],
        env={"EVERONCE_HTTP__PORT": "1"},
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert answered.returncode != 0
