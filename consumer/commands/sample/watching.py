"""How is the view kept up to date: drawn anew on a terminal, a line now and then elsewhere?"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rich.console import Console
from rich.live import Live

from consumer.commands.sample.view import Glance, line, picture

DRAW_SECONDS = 0.25
LINE_SECONDS = 2.0


@asynccontextmanager
async def watched(console: Console, glance: Callable[[], Glance]) -> AsyncIterator[None]:
    """Show what *glance* returns for as long as the body takes, and once more at its end."""
    watch = _draw if console.is_terminal else _print
    task = asyncio.create_task(watch(console, glance), name="view")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
        if not console.is_terminal:
            console.print(line(glance()), soft_wrap=True)


async def _draw(console: Console, glance: Callable[[], Glance]) -> None:
    # Drawn by our own hand: rich's thread would read what the event loop is changing.
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            now = glance()
            now.tallies.mark()
            live.update(picture(now, console.height), refresh=True)
            await asyncio.sleep(DRAW_SECONDS)


async def _print(console: Console, glance: Callable[[], Glance]) -> None:
    while True:
        now = glance()
        now.tallies.mark()
        console.print(line(now), soft_wrap=True)
        await asyncio.sleep(LINE_SECONDS)
