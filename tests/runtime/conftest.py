"""On which clock do the tests of the runtime run?

On one that jumps to the next timer when nothing is left to do; threads need the real one.
"""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from tests.fakes.clock import StepLoop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Return the loop of *item*: real time for what waits for threads or sockets."""
    if item.path.parent.name == "telemetry" or "threads" in item.path.name:
        return {"real": asyncio.new_event_loop}
    return {"steps": StepLoop}
