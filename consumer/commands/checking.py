"""Is a deployment as it must be: packages, settings, processors, topics, rights?

Everything is looked at, whatever else is wrong, so that one run names all problems.
"""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from config.loading import load_settings
from config.problems import Problem, SettingsError
from config.reference import effective
from config.settings import Settings
from consumer.commands.chosen import quieten_client
from consumer.commands.exits import ExitCode
from consumer.commands.findings import Check, Finding
from consumer.commands.loop import run_async
from consumer.commands.packages import NAMES, ROOT, shadowed
from consumer.commands.report import Report, show_as_json, show_as_text
from consumer.commands.topic_setup import in_haste
from consumer.kafka import rights, topics
from consumer.kafka.connection import client_settings
from consumer.kafka.errors import described
from consumer.kafka.tap import KAFKA_ERRORS
from consumer.kafka.topic_plan import Problem as TopicProblem
from consumer.kafka.topic_plan import names
from processors.loading import load_processors

Ask = Callable[[Settings], Awaitable[Sequence[TopicProblem]]]


@dataclass(slots=True)
class _Course:
    """What decides the exit code beside the findings."""

    unreachable: bool = False


def check_deployment(config: Path | None, *, as_json: bool) -> int:
    """Check everything, show it, return the exit code."""
    quieten_client()
    course = _Course()
    settings, settings_check = _settings(config)
    checks = [_packages(), settings_check]
    if settings is None:
        skipped = "not looked at: the settings must be right first"
        checks += [Check(name, (), skipped, looked_at=False) for name in ("processors", "Kafka")]
    else:
        checks.append(_processors(settings))
        checks += _kafka(in_haste(settings), course)
    code = _exit_code(checks, course)
    report = Report(checks, effective(settings) if settings else {}, code)
    if as_json:
        show_as_json(report)
    else:
        show_as_text(report)
    return code


def _exit_code(checks: Sequence[Check], course: _Course) -> ExitCode:
    wrong = {check.name for check in checks if not check.is_ok}
    if wrong & {"packages", "settings", "processors"}:
        return ExitCode.USAGE
    if course.unreachable:
        return ExitCode.UNREACHABLE
    return ExitCode.PROBLEM if wrong else ExitCode.OK


def _packages() -> Check:
    findings = [Finding("", "error", sentence) for sentence in shadowed()]
    return Check("packages", findings, f"{', '.join(NAMES)} are those in {ROOT}")


def _settings(config: Path | None) -> tuple[Settings | None, Check]:
    try:
        settings = load_settings(config, os.environ)
    except SettingsError as error:
        return None, Check("settings", [_of_setting(each) for each in error.problems])
    try:
        client_settings(settings.kafka)
    except (ValueError, OSError) as error:
        finding = Finding("kafka", "error", f"the connection cannot be set up: {error}")
        return None, Check("settings", [finding])
    if settings.tracing.enabled and find_spec("opentelemetry") is None:
        finding = Finding(
            "tracing.enabled",
            "error",
            "attempts are to be traced, but OpenTelemetry is not installed: install everonce[otel]",
        )
        return None, Check("settings", [finding])
    return settings, Check("settings", (), "all of them are valid")


def _of_setting(problem: Problem) -> Finding:
    return Finding(problem.key, "error", str(problem))


def _processors(settings: Settings) -> Check:
    modules = ", ".join(settings.processors.modules)
    try:
        registry = load_processors(
            settings.processors.modules,
            settings.retry,
            settings.breakers,
        )
    except SettingsError as error:
        return Check("processors", [_of_setting(each) for each in error.problems])
    patterns = ", ".join(sorted(each.pattern for each in registry))
    return Check("processors", (), f"{len(registry)} in {modules}: {patterns}")


def _kafka(settings: Settings, course: _Course) -> list[Check]:
    servers = settings.kafka.bootstrap_servers
    used = ", ".join(names(settings.topics).values())
    checks = [_asked("topics", used, topics.check_topics, settings, course)]
    if course.unreachable:
        return checks
    said = f"everything that is needed is allowed at {servers}"
    return [*checks, _asked("rights", said, rights.check_rights, settings, course)]


def _asked(name: str, said: str, ask: Ask, settings: Settings, course: _Course) -> Check:
    async def answer() -> Sequence[TopicProblem]:
        return await ask(settings)

    try:
        found = run_async(answer())
    except ConnectionError as error:
        course.unreachable = True
        remedy = "set EVERONCE_KAFKA__BOOTSTRAP_SERVERS, or start one: everonce kafka start"
        return Check("Kafka", [Finding("", "error", str(error), remedy)])
    except KAFKA_ERRORS as error:
        return Check(name, [Finding("", "error", f"Kafka refused: {described(error)}")])
    findings = [Finding(each.topic, each.severity, each.message, each.remedy) for each in found]
    return Check(name, findings, said)
