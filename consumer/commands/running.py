"""How does ``everonce run`` come up: settings, processors, Kafka, topics, then the consumer?"""

import asyncio
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from config.problems import SettingsError
from config.settings import Settings
from consumer.commands.chosen import chosen_settings
from consumer.commands.embedding import BOOTSTRAP_VARIABLE, started_kafka, tell
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.foreseen import foreseen
from consumer.commands.loop import run_async
from consumer.commands.sample.flow import run_sample
from consumer.commands.sample.outage import with_patience
from consumer.commands.serving import Service
from consumer.commands.signals import stopping
from consumer.kafka import topics
from processors.loading import load_processors
from processors.registry import Registry

EMBEDDED_PARTITIONS = 8
_PORT_VARIABLE = "EVERONCE_HTTP__PORT"
_NEXT = (
    "To look around: `everonce kafka start`, and with the line that it prints, in other terminals,"
    "\n`everonce topics create`, `everonce run`, `everonce produce` and `everonce tail`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What was asked of ``everonce run``."""

    config: Path | None
    embedded: bool
    data_dir: Path | None
    """Of the embedded Kafka."""
    create_topics: bool
    sample_records: int | None
    """Publish so many, watch, account, and end."""


def run_consumer(request: RunRequest) -> int:
    """Run the consumer as asked for; return the exit code."""
    if request.data_dir is not None and not request.embedded:
        raise CommandError("--data-dir is for --embedded: give both or none", ExitCode.USAGE)
    overlay = _sample_overlay(request)
    # Before Kafka is started: what is wrong with them is known at once.
    settings = _chosen(request, overlay)
    registry = loaded(settings)
    with ExitStack() as stack:
        if request.embedded:
            kafka = stack.enter_context(started_kafka(data_dir=request.data_dir))
            overlay |= {BOOTSTRAP_VARIABLE: kafka.bootstrap_servers}
            settings = _chosen(request, overlay)
        with foreseen(settings.kafka):
            if request.create_topics:
                run_async(topics.create_topics(settings, EMBEDDED_PARTITIONS))
            _check_topics(settings)
            if request.sample_records is not None:
                code = run_async(run_sample(settings, registry, request.sample_records))
                if code == ExitCode.OK and request.embedded:
                    tell(_NEXT)
                return code
            return run_async(_serve(settings, registry))


def _chosen(request: RunRequest, overlay: Mapping[str, str]) -> Settings:
    settings = chosen_settings(request.config, overlay)
    return settings if request.sample_records is None else with_patience(settings)


def loaded(settings: Settings) -> Registry:
    """Return the processors that *settings* name.

    Raises:
        CommandError: Something is wrong with them; it lists everything that is.
    """
    try:
        return load_processors(
            settings.processors.modules,
            settings.retry,
            settings.breakers,
        )
    except SettingsError as error:
        raise CommandError(str(error), ExitCode.USAGE) from error


def _sample_overlay(request: RunRequest) -> dict[str, str]:
    """Let the sample run beside another consumer: nobody needs its metrics at a known port."""
    is_free = request.config is None and _PORT_VARIABLE not in os.environ
    return {_PORT_VARIABLE: "0"} if request.sample_records is not None and is_free else {}


def _check_topics(settings: Settings) -> None:
    """Refuse to start on topics that would lose something.

    Raises:
        CommandError: A topic is wrong; it lists every problem and what mends it.
    """
    found = run_async(topics.check_topics(settings))
    lines = [f"  {each.message}\n    → {each.remedy}" for each in found]
    if any(each.severity == "error" for each in found):
        raise CommandError("\n".join(["the topics are not what they must be:", *lines]))
    for line in lines:
        tell(f"everonce: warning:\n{line}")


async def _serve(settings: Settings, registry: Registry) -> int:
    stop = asyncio.Event()
    service = Service(settings, registry)
    with stopping(stop, service.signalled):
        await service.run(stop)
    return ExitCode.OK
