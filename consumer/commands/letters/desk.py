"""How does a command ask the desk: connect, show how far it has come, tell what went wrong?"""

import os
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.settings import Settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.foreseen import foreseen
from consumer.commands.loop import run_async
from consumer.core.dead_letter_reading import CutError, NotALetterError
from consumer.desk.errors import DeskError, PartitionMissingError
from consumer.desk.reading import Progress as Told
from consumer.kafka.tap import Tap

Result = TypeVar("Result")
_PIPE_WIDTH = 100


def at_desk(
    settings: Settings,
    work: Callable[[Tap, Told | None], Awaitable[Result]],
    doing: str,
    *,
    streams: bool = False,
) -> Result:
    """Run *work* with a connected tap, and what it tells its progress to.

    Args:
        settings: Where Kafka is.
        work: What is to be done.
        doing: What it does, for the progress bar: reading letters.
        streams: Whether it writes to standard output meanwhile.

    Raises:
        CommandError: It cannot be done; the message says why.
    """

    async def connected(progress: Told | None) -> Result:
        async with Tap(settings.kafka) as tap:
            return await work(tap, progress)

    return foretold(settings, connected, doing, streams=streams)


def foretold(
    settings: Settings,
    work: Callable[[Told | None], Coroutine[Any, Any, Result]],
    doing: str,
    *,
    streams: bool = False,
) -> Result:
    """Run *work* with what it tells its progress to; what can be foreseen is a CommandError."""
    try:
        with foreseen(settings.kafka), told(doing, streams=streams) as progress:
            return _heard_out(work(progress))
    except PartitionMissingError as error:
        raise CommandError(str(error), ExitCode.USAGE) from error
    except (DeskError, NotALetterError, CutError) as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        raise CommandError("interrupted before it was done", ExitCode.INTERRUPTED) from None


def _heard_out(work: Coroutine[Any, Any, Result]) -> Result:
    """Run *work*; where whoever reads standard output has seen enough, end at once and well."""
    try:
        return run_async(work)
    except BrokenPipeError:
        # Else Python would complain when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(ExitCode.OK) from None


@contextmanager
def told(doing: str, *, streams: bool = False) -> Iterator[Told | None]:
    """Show a bar on standard error where that is a terminal; else tell nobody.

    Args:
        doing: What is done.
        streams: Whether lines are written to standard output meanwhile, which a bar would garble.
    """
    if (streams and sys.stdout.isatty()) or not sys.stderr.isatty():
        yield None
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(doing, total=None)
        yield lambda passed, total: bar.update(task, completed=passed, total=total)


def put(what: RenderableType) -> None:
    """Print *what* on standard output, 100 columns wide where that is no terminal."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=_PIPE_WIDTH)
    console.print(what)
