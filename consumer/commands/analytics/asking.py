"""How are running processes asked how processing goes?"""

import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from config.durations import LONGEST_SECONDS, parse_duration
from consumer.commands.analytics.figures import Figures, figures
from consumer.commands.analytics.scrape import metrics_address, scraped, together
from consumer.commands.analytics.shown import report
from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.printable import json_line, printable

_PIPE_WIDTH = 110
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not listened on


@dataclass(frozen=True, slots=True)
class StatsRequest:
    """What was asked of ``everonce stats``."""

    config: Path | None
    urls: tuple[str, ...]
    over: str | None
    """As it was typed."""
    as_json: bool


def show_stats(request: StatsRequest) -> int:
    """Show how processing goes; return the exit code.

    Raises:
        CommandError: A process does not answer, or what was asked for makes no sense.
    """
    seconds = None if request.over is None else _span(request.over)
    urls = request.urls or (_own_address(request.config),)
    scrapes = [scraped(url) for url in urls]
    if seconds is not None:
        try:
            time.sleep(seconds)
        except KeyboardInterrupt:
            raise CommandError("interrupted before it was over", ExitCode.INTERRUPTED) from None
        scrapes = [scraped(url).since(before) for url, before in zip(urls, scrapes, strict=True)]
    found = figures(together(scrapes))
    if request.as_json:
        sys.stdout.write(as_json_line(found, urls, seconds) + "\n")
        return ExitCode.OK
    when = "since they started" if seconds is None else f"over {request.over}"
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=_PIPE_WIDTH)
    console.print(report(found, f"{', '.join(metrics_address(url) for url in urls)}, {when}"))
    return ExitCode.OK


def as_json_line(found: Figures, urls: tuple[str, ...], seconds: float | None) -> str:
    """Return the figures as one JSON object; *seconds* is None where they are since the start."""
    document: dict[str, Any] = {"urls": list(urls), "over_seconds": seconds, **asdict(found)}
    return json_line(orjson.dumps(document).decode())


def _own_address(config: Path | None) -> str:
    http = chosen_settings(config).http
    if http.port == 0:
        raise CommandError(
            "http.port is 0, so each process listens where it likes: name its address with --url, "
            "the log says it at the start",
            ExitCode.USAGE,
        )
    host = _ANYWHERE.get(http.host, http.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{http.port}"


def _span(text: str) -> float:
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise CommandError(f"--over: {printable(str(error))}", ExitCode.USAGE) from error
    if not isinstance(seconds, float) or not 0 < seconds <= LONGEST_SECONDS:
        raise CommandError(f"--over takes a span above 0, not {text!r}", ExitCode.USAGE)
    return seconds
