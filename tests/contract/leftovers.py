"""Is anything left running, or any error left unread, when a test is over?"""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest


@pytest.fixture(autouse=True)
async def nothing_is_left(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Fail the test that leaves a task behind, or a failure that nobody has looked at."""
    before = asyncio.all_tasks()
    yield
    await asyncio.sleep(0)  # callbacks of what has just been closed
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left
    gc.collect()  # asyncio complains when the forgotten future goes
    complaints = [
        record.getMessage()
        for phase in ("setup", "call", "teardown")
        for record in caplog.get_records(phase)
        if record.name == "asyncio" and record.levelname == "ERROR"
    ]
    assert not complaints
