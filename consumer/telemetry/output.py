"""Where do log lines go, and who writes them how?

Our own and a processor's structlog lines go straight to standard error; what libraries and
processors say through ``logging`` is brought into the same format.  Configured once per process.
"""

import logging
import re
import sys
from typing import BinaryIO, Final, cast

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from config.settings import LogSettings
from consumer.telemetry.lines import Renderer, console_renderer, render_json
from processors.current import current_attempt

LIBRARIES: Final = ("aiokafka", "asyncio", "httpcore", "httpx", "jgo", "uvicorn")
"""Loggers whose level is one step above ours: their info is our debug."""

# On a fresh topic, and whenever a leader or the group moves: the client retries by itself.
_EXPECTED = re.compile(
    "NotLeaderForPartition|LeaderNotAvailable|not available during auto-create|is rebalancing"
)

# Not extra: fields of later Pythons, other formatters' notes, uvicorn's copy for terminals.
_RECORD_FIELDS = frozenset(
    {*vars(logging.makeLogRecord({})), "taskName", "message", "asctime", "color_message"}
)


class Output:
    """Standard error, or a stream in its place; never raises."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        """Write to *stream*; without it to whatever ``sys.stderr`` is when a line is written."""
        self._stream = stream

    @property
    def is_terminal(self) -> bool:
        """Whether people look at it right now."""
        stream = self._stream or sys.stderr
        return stream is not None and stream.isatty()

    def write(self, line: str) -> None:
        """Write one line."""
        stream = self._stream or getattr(sys.stderr, "buffer", None)
        if stream is None:
            return
        # A closed or full pipe must not fail the attempt that logs.
        try:
            stream.write(line.encode("utf-8", "backslashreplace") + b"\n")
            stream.flush()
        except (OSError, ValueError):
            return

    # The names by which structlog calls a logger's methods.
    debug = info = warning = error = critical = write


def configure_logging(settings: LogSettings, stream: BinaryIO | None = None) -> None:
    """Set up structlog and ``logging`` for this process; a second call replaces the first.

    structlog's own ``bind_contextvars`` is not merged: a worker runs one event after the other in
    one task, and what a processor bound would be said of the next event too.
    """
    output = Output(stream)
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    render = _renderer(settings, output)
    structlog.configure(
        processors=[merge_current_attempt, *_common(settings), cast("Processor", render)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: output,
        # Kept loggers would go on writing as the first of two calls said.
        cache_logger_on_first_use=False,
    )
    _route_logging(settings, level, render, output)


def own_logger(settings: LogSettings, stream: BinaryIO | None = None) -> FilteringBoundLogger:
    """Return the logger of our own lines: they say themselves which attempt they tell of."""
    output = Output(stream)
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    logger = structlog.wrap_logger(
        output,
        processors=[*_common(settings), cast("Processor", _renderer(settings, output))],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    return cast("FilteringBoundLogger", logger.bind(logger="everonce"))


def merge_current_attempt(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Name the event and the attempt in everything that is logged inside a processor."""
    attempt = current_attempt.get()
    if attempt is not None:
        for key, value in attempt.log_fields().items():
            entry.setdefault(key, value)
    return entry


def _add_extra(_logger: WrappedLogger, _method: str, entry: EventDict) -> EventDict:
    """Add what was given as ``extra``; the message stays, also beside an extra named event."""
    for key, value in vars(entry["_record"]).items():
        if key not in _RECORD_FIELDS:
            entry[f"extra_{key}" if key in entry else key] = value
    return entry


def _renderer(settings: LogSettings, output: Output) -> Renderer:
    return render_json if settings.format == "json" else console_renderer(colors=output.is_terminal)


def _common(settings: LogSettings) -> list[Processor]:
    people = settings.format == "console"
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S.%f" if people else "iso", utc=not people),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]


def _route_logging(settings: LogSettings, level: int, render: Renderer, output: Output) -> None:
    formatter = ProcessorFormatter(
        foreign_pre_chain=[
            _add_extra,
            merge_current_attempt,
            structlog.stdlib.add_logger_name,
            *_common(settings),
        ],
        processors=[ProcessorFormatter.remove_processors_meta, cast("Processor", render)],
    )
    handler = _ToOutput(output, level)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for earlier in [each for each in root.handlers if isinstance(each, _ToOutput)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(level + 10 if level < logging.WARNING else level)
    logging.captureWarnings(capture=True)


class _ToOutput(logging.Handler):
    """Writes what comes through ``logging`` beside our own lines."""

    def __init__(self, output: Output, level: int) -> None:
        super().__init__(level)
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if _is_expected(record):
                if self.level > logging.DEBUG:
                    return
                record = logging.makeLogRecord({**vars(record), "levelname": "DEBUG"})
            self._output.write(self.format(record))
        except Exception:  # noqa: BLE001 - as every handler: arguments that do not fit their format
            self.handleError(record)


def _is_expected(record: logging.LogRecord) -> bool:
    """Whether the Kafka client warns of the ordinary course of things."""
    return record.name.startswith("aiokafka.") and bool(_EXPECTED.search(record.getMessage()))
