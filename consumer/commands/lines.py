"""How are lines read from a file or a pipe without holding up the event loop?

By a thread of its own, a daemon: a read from a terminal cannot be cancelled, and must not keep
the process from ending.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator

_CHUNK_BYTES = 64 * 1024
_CHUNKS = 16
_LONGEST_LINE_BYTES = 64 * 1024 * 1024


class LineTooLongError(ValueError):
    """A line that no record could hold: this is no file of lines."""


async def lines_of(descriptor: int) -> AsyncIterator[bytes]:
    r"""Yield the lines of *descriptor* without their \n or \r\n; empty ones too.

    Raises:
        LineTooLongError: No line break within 64 MiB.
    """
    rest = b""
    async for chunk in _chunks(descriptor):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r")
        if len(rest) > _LONGEST_LINE_BYTES:
            raise LineTooLongError(f"a line is longer than {_LONGEST_LINE_BYTES:,} bytes")
    if rest:
        yield rest.removesuffix(b"\r")


async def _chunks(descriptor: int) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[bytes] = asyncio.Queue()
    room = threading.Semaphore(_CHUNKS)

    def read() -> None:
        data = b"-"
        while data:
            room.acquire()
            try:
                # Past Python's own buffer, whose lock a blocked thread would hold at the end.
                data = os.read(descriptor, _CHUNK_BYTES)
            except OSError:
                data = b""
            try:
                loop.call_soon_threadsafe(arrived.put_nowait, data)
            except RuntimeError:
                return  # the loop has ended, and nobody waits for more

    threading.Thread(target=read, name="lines", daemon=True).start()
    while data := await arrived.get():
        room.release()
        yield data
