"""At which moment does a worker end or stop itself?

A worker is armed with one point at most; it counts the passages of that point and signals itself
at the wanted one.  SIGKILL and SIGSTOP take effect before the call returns.
"""

import asyncio
import os
import random
import signal

_MIDWAY_SECONDS = 0.004
"""A send and its answer take 2 to 5 ms: somewhere in there."""


class Trigger:
    """The point a worker is armed with.

    Args:
        point: Its name; None is a worker that is left alone.
        passage: The passage that counts; the first is 1.
        number: The signal.
    """

    def __init__(self, point: str | None, passage: int, number: signal.Signals) -> None:
        self._point = point
        self._left = passage
        self._signal = number

    def pass_by(self, point: str) -> None:
        """Note that *point* is passed now."""
        if self._counts(point):
            os.kill(os.getpid(), self._signal)

    def pass_midway(self, point: str) -> None:
        """Note that *point* is somewhere in the next milliseconds."""
        if self._counts(point):
            delay = random.random() * _MIDWAY_SECONDS  # noqa: S311 - not a secret
            asyncio.get_running_loop().call_later(delay, os.kill, os.getpid(), self._signal)

    def _counts(self, point: str) -> bool:
        if point != self._point:
            return False
        self._left -= 1
        return self._left == 0
