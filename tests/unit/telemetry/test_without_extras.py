"""What is not asked for is not imported, and who asks for what is not installed is told."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import Settings
from consumer.commands.cli import ended
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.serving import Service
from consumer.process import MissingExtraError, tracer_for
from tests.builders import a_registry, a_settings
from tests.unit.telemetry.stderr import Written

ROOT = Path(__file__).parents[3]
TRACED = {"enabled": True}


@pytest.fixture
def _without_opentelemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("opentelemetry")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "consumer.telemetry.tracing", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)


@pytest.mark.usefixtures("_without_opentelemetry")
def test_whoever_asks_for_traces_is_told_what_to_install(written: Written) -> None:
    settings = a_settings(tracing=TRACED)
    with pytest.raises(MissingExtraError, match=r"install everonce\[otel\]"):
        tracer_for(settings)
    with pytest.raises(CommandError, match=r"install everonce\[otel\]"):
        Service(settings, a_registry(), log=written)


@pytest.mark.usefixtures("_without_opentelemetry")
def test_check_names_what_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EVERONCE_TRACING__ENABLED", "true")
    monkeypatch.setattr("consumer.commands.checking.find_spec", lambda _: None)
    assert ended(["check"]) == ExitCode.USAGE
    assert "install everonce[otel]" in " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("_without_opentelemetry")
def test_without_asking_the_extra_is_not_needed() -> None:
    assert tracer_for(Settings()) is None


def test_a_consumer_that_neither_traces_nor_posts_imports_nothing_for_it() -> None:
    code = (
        "import sys; from config.settings import Settings; from consumer.process import *; "
        "from consumer.telemetry.metrics import Metrics; "
        "notifier_for(Settings(), Metrics(), None); tracer_for(Settings()); "
        "print(sorted({'httpx', 'opentelemetry', 'requests'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
