"""How is a client let go of within a bounded time, whatever state it is in?

The client's own ``stop`` waits for brokers that may be gone, and where it is cut off it leaves
tasks and sockets behind; what is left is ended here, from the inside.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any

_CLOSE_SECONDS = 1.0


async def end_consumer(consumer: Any, seconds: float) -> None:
    """Leave the group, if *consumer* is in one, and close it; never raises.

    Args:
        consumer: Started, half started or broken.
        seconds: Time for a polite end; then it is ended without asking anyone.
    """
    if await _ended(consumer.stop(), seconds):
        return
    coordinator, fetcher = consumer._coordinator, consumer._fetcher  # noqa: SLF001
    names = ("_coordination_task", "_heartbeat_task", "_commit_refresh_task")
    tasks = [getattr(coordinator, name, None) for name in (*names, "_reset_committed_task")]
    if fetcher is not None:
        tasks += [fetcher._fetch_task, *fetcher._pending_tasks]  # noqa: SLF001
    await end_tasks(tasks)
    await end_client(consumer._client)  # noqa: SLF001


async def end_tasks(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    """Cancel *tasks* and wait until they have ended, or have had the time to."""
    running = [task for task in tasks if task is not None and not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=_CLOSE_SECONDS)


async def end_client(client: Any) -> None:
    """Close the connections of *client*; never raises."""
    connections = list(client._conns.values())  # noqa: SLF001
    if await _ended(client.close(), _CLOSE_SECONDS):
        return
    for connection in connections:
        # A broker that no longer reads keeps a closed connection open: it has unsent bytes.
        protocol = connection._protocol  # noqa: SLF001
        transport = getattr(protocol, "_transport", None)
        if transport is not None:
            transport.abort()


async def _ended(ending: Coroutine[Any, Any, object], seconds: float) -> bool:
    """Return whether *ending* has ended well within *seconds*; it is cut off where it has not.

    In a task of its own: the client lets cancellations of its own tasks escape from a stop, and
    here they would look like ours.
    """
    task = asyncio.ensure_future(ending)
    try:
        await asyncio.wait([task], timeout=seconds)
    finally:
        await end_tasks([task])
    return task.done() and not task.cancelled() and task.exception() is None
