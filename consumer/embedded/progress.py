"""How the first download shows: a bar on a terminal, a line before and after elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

PerFile = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Told the name and size of a file; what it gives is told each piece's number of bytes."""


@contextmanager
def shown(what: str, total_bytes: int, console: Console) -> Iterator[PerFile]:
    """Show the download of *what*, which is *total_bytes* long."""
    _say(console, f"Everonce: downloading {what}, {total_bytes / 1e6:.0f} MB, once")
    started = time.monotonic()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("downloading", total=total_bytes)

        @contextmanager
        def per_file(_name: str, _size_bytes: int) -> Iterator[Callable[[int], None]]:
            yield lambda size_bytes: bar.advance(task, size_bytes)

        yield per_file
    _say(console, f"Everonce: downloaded in {time.monotonic() - started:.0f} s")


def _say(console: Console, line: str) -> None:
    console.print(line, soft_wrap=True, markup=False, highlight=False)
