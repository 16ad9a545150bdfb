"""How are records spread over time, so many a second?"""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import TypeVar

Item = TypeVar("Item")

_TICK_SECONDS = 0.02


async def paced(items: AsyncIterable[Item], rate: float | None) -> AsyncIterator[Item]:
    """Yield *items*, *rate* of them a second, in small bursts; all at once without a rate."""
    began = time.monotonic()
    number = 0
    async for item in items:
        # Against the beginning, not the last item: the rate is true on the whole.
        if rate is not None and (early := number / rate - (time.monotonic() - began)) > 0:
            await asyncio.sleep(max(early, _TICK_SECONDS))
        number += 1
        yield item


async def each(items: Iterable[Item]) -> AsyncIterator[Item]:
    """Yield *items*, which are there already, as if they had been waited for."""
    for item in items:
        yield item
