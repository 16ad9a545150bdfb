"""A worker is hit at the passage that it was armed with, and at no other."""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from tests.faults.points import Trigger


@pytest.fixture
def hits() -> Iterator[list[int]]:
    """Collect SIGUSR1 in place of dying by SIGKILL."""
    received: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _frame: received.append(number))
    yield received
    signal.signal(signal.SIGUSR1, before)


def test_the_wanted_passage_hits_once(hits: list[int]) -> None:
    trigger = Trigger("before_send", 3, signal.SIGUSR1)
    counts = []
    for _ in range(5):
        trigger.pass_by("before_send")
        counts.append(len(hits))

    assert counts == [0, 0, 1, 1, 1]


def test_other_points_do_not_count(hits: list[int]) -> None:
    trigger = Trigger("before_send", 1, signal.SIGUSR1)
    trigger.pass_by("before_commit")

    assert hits == []


def test_a_worker_that_is_not_armed_is_left_alone(hits: list[int]) -> None:
    trigger = Trigger(None, 1, signal.SIGUSR1)
    trigger.pass_by("before_send")

    assert hits == []


async def test_midway_hits_a_moment_later() -> None:
    hit = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, hit.set)
    try:
        Trigger("mid_send", 1, signal.SIGUSR1).pass_midway("mid_send")
        at_once = hit.is_set()
        async with asyncio.timeout(5):
            await hit.wait()
    finally:
        loop.remove_signal_handler(signal.SIGUSR1)

    assert not at_once
