"""What runs in one process of the consumer: the application, what it tells, and its pages.

Beside it stands only what a command adds: signals, an embedded broker, a live view.
"""

import asyncio
import gc
import os
import socket
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from structlog.typing import FilteringBoundLogger

from config.settings import Settings
from consumer.app import Application
from consumer.core.facts import Fact
from consumer.core.notice_record import NoticeSource
from consumer.core.status import Status
from consumer.ports import Observer
from consumer.telemetry.exposition import Exposition
from consumer.telemetry.http import HttpServer, pages
from consumer.telemetry.liveness import Activity, liveness_problems, stall_seconds
from consumer.telemetry.loop_lag import LoopWatch
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.notifier import Notifier, Receiver
from consumer.telemetry.observer import Telemetry
from processors.registry import Registry

if TYPE_CHECKING:
    from consumer.telemetry.tracing import OtelTracer


class MissingExtraError(Exception):
    """Something that the settings ask for needs an extra of the package."""


class ConsumerProcess:
    """One replica: everything from the sockets to the event loop's watch.

    Args:
        settings: The deployment's.
        registry: The processors.
        logger: Of our own lines.
        beside: Another observer, told every fact after telemetry: the live view.
        parts: Passed on to ``Application``.

    Raises:
        MissingExtraError: Attempts are to be traced, and what that needs is not installed.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        logger: FilteringBoundLogger,
        *,
        beside: Observer | None = None,
        **parts: Any,
    ) -> None:
        metrics = Metrics()
        self._activity = Activity(time.monotonic)
        self._notifier = notifier_for(settings, metrics, logger)
        notices = ("notices", self._notifier.tell)
        telemetry = Telemetry(metrics, self._activity, logger, settings.log, notices)
        observer: Observer = telemetry if beside is None else Both(telemetry, beside)
        self._tracer = tracer_for(settings)
        self._application = Application(
            settings,
            registry=registry,
            observer=observer,
            tracer=self._tracer,
            **parts,
        )
        self._lag = LoopWatch(observer, time.monotonic)
        longest = max((p.timeout or 0.0 for p in registry), default=0.0)
        self._stall_seconds = stall_seconds(settings, longest)
        exposition = Exposition(metrics, self.status, self._lag.worst_seconds)
        self.http = HttpServer(
            settings.http,
            pages(exposition, self.status, self._liveness_problems),
            logger,
        )

    def status(self) -> Status:
        """Return the process at this moment."""
        return self._application.status()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until *stop*, then drain; see ``Application.run`` for what it raises.

        Raises:
            HttpAddressError: Metrics and health cannot be offered where the settings say.
        """
        calm_garbage_collector()
        self._lag.start()
        self._notifier.start()
        if self._tracer is not None:
            self._tracer.start()
        try:
            await self.http.start()
            await self._application.run(stop)
        finally:
            await self.http.stop()
            await self._lag.stop()
            await self._notifier.stop()
            if self._tracer is not None:
                await self._tracer.stop()

    def _liveness_problems(self) -> list[str]:
        still = self._activity.still_seconds()
        return [*liveness_problems(self.status(), still, self._stall_seconds)]


def notifier_for(
    settings: Settings,
    metrics: Metrics,
    logger: FilteringBoundLogger,
) -> Notifier:
    """Return who tells people of things, with the webhooks that *settings* name."""
    source = NoticeSource(
        consumer=settings.kafka.group_id,
        instance=_instance(),
        version=version("everonce"),
    )
    receivers: list[Receiver] = []
    if settings.notify.urls:
        # Its HTTP client takes a moment to import: only where somebody is told.
        from consumer.telemetry.webhook import Webhook  # noqa: PLC0415

        def count(outcome: str) -> None:
            metrics.notice_deliveries.add(1, (outcome,))

        receivers += [
            Webhook(url.get_secret_value(), settings.notify, logger, count, clock=time.time)
            for url in settings.notify.urls
        ]
    return Notifier(
        settings.notify,
        source,
        metrics,
        logger,
        receivers,
        now=time.monotonic,
        clock=time.time,
    )


def tracer_for(settings: Settings) -> "OtelTracer | None":
    """Return who makes spans of attempts, where *settings* ask for it.

    Raises:
        MissingExtraError: What that needs is not installed.
    """
    if not settings.tracing.enabled:
        return None
    try:
        # An extra: not there in most deployments.
        from consumer.telemetry.tracing import OtelTracer  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"tracing.enabled is set, but {error.name} is not installed: install everonce[otel], "
            "or set tracing.enabled to false",
        ) from error
    return OtelTracer(settings, version=version("everonce"), instance=_instance())


def _instance() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def calm_garbage_collector() -> None:
    """Let the collector look less often, and never at what the start has made.

    Each event leaves a dozen objects behind, none of them in a cycle: with Python's defaults the
    collector runs hundreds of times a second to find nothing, for a fifth of all CPU.  What is in
    flight alone is above 100,000 objects, and comes and goes with every commit.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


class Both:
    """Two observers, told one after the other."""

    def __init__(self, first: Observer, second: Observer) -> None:
        self._first = first
        self._second = second
        self.wants_each_event = first.wants_each_event or second.wants_each_event
        """Whether ``EventSettled`` is stated for every event."""

    def observe(self, fact: Fact) -> None:
        """Tell both."""
        self._first.observe(fact)
        self._second.observe(fact)
