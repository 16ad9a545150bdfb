"""What does a signal do to a command that runs until it is told to stop?

The first SIGTERM or SIGINT asks for an orderly end; the second ends the process at once, which
the design makes safe: what is not committed is read again by the next owner.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = "\x1b[?25h"
"""DECTCEM: a live view that hid it is not asked any more."""


@contextmanager
def stopping(stop: asyncio.Event, tell: Callable[[str], None]) -> Iterator[None]:
    """Let the first signal set *stop*; used inside the running loop.

    Args:
        stop: Set by the first signal.
        tell: Told a sentence for people when that happens.
    """
    loop = asyncio.get_running_loop()

    def received(number: signal.Signals) -> None:
        if stop.is_set():
            _end_at_once(number)
        stop.set()
        tell(f"{number.name}: draining; a second one ends at once")

    with _handled(loop, received):
        yield


def _end_at_once(number: signal.Signals) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(_SHOW_CURSOR)
        sys.stdout.flush()
    sys.stderr.write(f"everonce: {number.name} again: ended at once\n")
    sys.stderr.flush()
    # Not sys.exit: whatever the drain waits for, a thread included, is not waited for.
    os._exit(128 + number)


@contextmanager
def _handled(
    loop: asyncio.AbstractEventLoop, received: Callable[[signal.Signals], None]
) -> Iterator[None]:
    if sys.platform == "win32":  # its loops know no signals; Ctrl-C arrives between two steps
        before = {
            number: signal.signal(
                number, lambda got, _frame: loop.call_soon_threadsafe(received, signal.Signals(got))
            )
            for number in _ENDING
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return
    for number in _ENDING:
        loop.add_signal_handler(number, received, number)
    try:
        yield
    finally:
        for number in _ENDING:
            loop.remove_signal_handler(number)
