"""The command line itself: help, version, usage, and how soon it answers."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import typer

from consumer.commands.cli import build, ended
from consumer.commands.docs import DOCS
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.reference import commands_markdown

ROOT = Path(__file__).parents[3]


def paths(command: object = None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command there is."""
    command = typer.main.get_command(build()) if command is None else command
    yield words
    for name, each in getattr(command, "commands", {}).items():
        yield from paths(each, (*words, name))


@pytest.mark.parametrize("words", list(paths()), ids=lambda words: "-".join(words) or "everonce")
def test_every_command_explains_itself(
    words: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended([*words, "--help"]) == ExitCode.OK

    text = capsys.readouterr().out
    assert f"Usage: {' '.join(['everonce', *words])}" in text


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(["--version"]) == ExitCode.OK

    assert capsys.readouterr().out.startswith("everonce 0.")


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("run", "--nonsense"),
        ("tail", "nonsense"),
        ("produce",),
        ("produce", "-", "--count", "3"),
        ("produce", "--count", "3", "--poison", "0.7", "--transient", "0.7"),
        ("produce", "--count", "0"),
        ("tail", "events", "--from", "yesterday"),
        ("run", "--data-dir", "somewhere"),
        ("ledger", "adopt"),
        ("ledger", "accept", "--all", "--partition", "3"),
        ("retries", "show"),
        ("retries", "list", "--due-before", "tomorrow"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_code_2_and_no_traceback(
    words: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(list(words)) == ExitCode.USAGE

    said = capsys.readouterr().err
    assert said
    assert "Traceback" not in said


def test_help_is_there_before_anything_heavy_is_imported() -> None:
    heavy = ["aiokafka", "starlette", "uvloop", "orjson", "asyncio", "config.settings"]
    probe = (
        "import sys; from consumer.commands.cli import ended; ended(['run', '--help']); "
        f"sys.exit(str([name for name in {heavy} if name in sys.modules]))"
    )

    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr.strip() == "[]"


def test_module_and_script_are_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "consumer", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("everonce ")


def test_a_foreseen_error_is_one_message_and_its_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise CommandError("the cable is cut: mend it", ExitCode.UNREACHABLE)

    monkeypatch.setattr("consumer.commands.embedding.keep_kafka", fail)

    assert ended(["kafka", "start"]) == ExitCode.UNREACHABLE
    assert capsys.readouterr().err == "everonce: the cable is cut: mend it\n"


def test_docs_name_every_command_and_every_exit_code() -> None:
    page = commands_markdown()

    for words in paths():
        assert f"`{' '.join(['everonce', *words])}`" in page
    for code in ExitCode:
        assert f"| {code.value} | {code.meaning} |" in page
    assert str(DOCS) not in page
