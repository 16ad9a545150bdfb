"""Who is told facts, and what if one of the sinks fails?

A sink's failure is counted and logged once; the runtime never notices.
"""

import contextlib
from collections.abc import Callable

from structlog.typing import FilteringBoundLogger

from config.settings import LogSettings
from consumer.core.facts import Fact
from consumer.telemetry.liveness import Activity
from consumer.telemetry.logs import Logs
from consumer.telemetry.metrics import Metrics

Sink = Callable[[Fact], None]


class Telemetry:
    """The observer of the process: metrics, logs, and what liveness goes by."""

    def __init__(
        self,
        metrics: Metrics,
        activity: Activity,
        logger: FilteringBoundLogger,
        settings: LogSettings,
        *beside: tuple[str, Sink],
    ) -> None:
        """Tell each fact to *metrics*, *activity*, *logger*, and who is *beside* them by name."""
        self.wants_each_event = settings.level == "debug"
        """Whether ``EventSettled`` is stated for every event."""
        self._failures = metrics.telemetry_failures
        self._logger = logger
        self._failed: set[str] = set()
        self._sinks: tuple[tuple[str, Sink], ...] = (
            ("metrics", metrics.tell),
            ("activity", activity.tell),
            ("logs", Logs(logger).tell),
            *beside,
        )

    def observe(self, fact: Fact) -> None:
        """Tell every sink; never raises."""
        for name, tell in self._sinks:
            try:
                tell(fact)
            except Exception as error:  # noqa: BLE001 - telling must not fail what is told of
                self._note_failure(name, fact, error)

    def _note_failure(self, sink: str, fact: Fact, error: Exception) -> None:
        self._failures.add(1, (sink,))
        if sink in self._failed:
            return
        self._failed.add(sink)
        with contextlib.suppress(Exception):
            self._logger.error(
                "telemetry.failed",
                sink=sink,
                fact=type(fact).__name__,
                advice="a defect of Everonce: further failures of this sink are only counted",
                exc_info=error,
            )
