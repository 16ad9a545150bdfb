"""A rate is kept on the whole."""

import time

from consumer.commands.pace import each, paced


async def seconds_for(items: int, rate: float | None) -> float:
    began = time.monotonic()
    assert [item async for item in paced(each(range(items)), rate)] == list(range(items))
    return time.monotonic() - began


async def test_items_come_no_faster_than_the_rate() -> None:
    assert await seconds_for(items=41, rate=200) >= 40 / 200


async def test_without_a_rate_nothing_waits() -> None:
    assert await seconds_for(items=1000, rate=None) < await seconds_for(items=41, rate=200)
