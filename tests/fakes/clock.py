"""How does a test decide what time it is, and what has happened by then?

A ``StepLoop`` is a real asyncio loop whose clock does not run: when nothing is left to do it either
stops, for a test that moves the clock itself, or jumps to its next timer.  Hours pass in no time,
and two runs of one test do the same things in the same order.
"""

import asyncio
import selectors
from collections.abc import Callable, Sequence
from typing import Any

EPOCH = 1_760_000_000.0
PATIENCE_SECONDS = 300.0


class StepClock:
    """The time of one test; moved, never running."""

    def __init__(self) -> None:
        self.monotonic = 0.0
        """Seconds since the test began."""
        self.skew = 0.0
        """Seconds by which the wall clock was set forward."""

    def now(self) -> float:
        """Return the wall clock, seconds since the epoch."""
        return EPOCH + self.monotonic + self.skew


class NothingLeftError(Exception):
    """Nobody will ever do anything again: what the test waits for cannot come."""


class _Selector(selectors.DefaultSelector):
    """Asks its loop what to do where another one would wait."""

    idle: Callable[[float | None], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if not events and (timeout is None or timeout > 0):
            self.idle(timeout)
        return events


class StepLoop(asyncio.SelectorEventLoop):
    """A loop on a ``StepClock``.

    Args:
        clock: Shared by all loops of a test.
        jumps: Whether an idle loop moves the clock to its next timer; else it stops.
    """

    def __init__(self, clock: StepClock | None = None, *, jumps: bool = True) -> None:
        selector = _Selector()
        selector.idle = self._idle
        self.clock = clock or StepClock()
        self.next_timer: float | None = None
        """When there is something to do again, as of the last stop."""
        self._jumps = jumps
        super().__init__(selector)

    def time(self) -> float:
        return self.clock.monotonic

    def run_until_idle(self) -> None:
        """Do everything that can be done without the clock moving."""
        self.next_timer = None
        self.run_forever()

    @property
    def has_work(self) -> bool:
        """Whether somebody has given it something to do since it stopped."""
        return bool(self._ready)  # type: ignore[attr-defined]

    def _idle(self, timeout: float | None) -> None:
        if not self._jumps:
            self.next_timer = None if timeout is None else self.clock.monotonic + timeout
            self.stop()
        elif timeout is None:
            raise NothingLeftError("no timer is set and nobody is ready")
        else:
            self.clock.monotonic += timeout


def settle(loops: Sequence[StepLoop]) -> None:
    """Run *loops* until none has anything to do: each may give work to the others."""
    for loop in loops:
        loop.run_until_idle()
    while any(loop.has_work for loop in loops):
        for loop in loops:
            loop.run_until_idle()


def advance(clock: StepClock, loops: Sequence[StepLoop], seconds: float) -> None:
    """Move *clock* on, and let *loops* do what is due on the way, in order of time."""
    end = clock.monotonic + seconds
    while True:
        settle(loops)
        timers = [loop.next_timer for loop in loops if loop.next_timer is not None]
        if not timers or min(timers) > end:
            break
        clock.monotonic = max(clock.monotonic, min(timers))
    clock.monotonic = end
    settle(loops)


async def eventually(is_so: Callable[[], Any], what: str = "") -> None:
    """Return once *is_so*; looked at often, for a bounded time of the loop's own clock."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_SECONDS
    while not is_so():
        assert loop.time() < end, f"never came true: {what or is_so}"
        await asyncio.sleep(0.002)


async def pass_time(seconds: float) -> None:
    """Let *seconds* go by on a loop that jumps."""
    assert isinstance(asyncio.get_running_loop(), StepLoop), "only where time costs nothing"
    await asyncio.sleep(seconds)
