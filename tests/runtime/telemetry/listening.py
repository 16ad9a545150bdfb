"""A real HTTP server on the loopback that keeps what is posted to it, and answers as it is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field


@dataclass
class Posting:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Listener:
    """What came, and what is answered: a status, or a coroutine that does as it likes."""

    answers: list[int | Callable[[asyncio.StreamWriter], Awaitable[None]]] = field(
        default_factory=list
    )
    """Consumed one by one; then 204."""
    postings: list[Posting] = field(default_factory=list)
    url: str = ""
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, number: int) -> list[Posting]:
        """Return the first *number* of postings as soon as there are as many."""
        async with asyncio.timeout(10), self.came:
            await self.came.wait_for(lambda: len(self.postings) >= number)
        return self.postings[:number]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests until the client goes."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError), closing(writer):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                pairs = [line.split(": ", 1) for line in head[1:] if line]
                headers = {name.lower(): value for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.postings.append(Posting(head[0].split()[1], headers, body))
                async with self.came:
                    self.came.notify_all()
                answer = self.answers.pop(0) if self.answers else 204
                if isinstance(answer, int):
                    extra = "location: http://127.0.0.1:9/\r\n" if 300 <= answer < 400 else ""
                    text = f"HTTP/1.1 {answer} -\r\n{extra}content-length: 0\r\n\r\n"
                    writer.write(text.encode())
                    await writer.drain()
                else:
                    await answer(writer)


@contextlib.asynccontextmanager
async def listening(
    *answers: int | Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[Listener]:
    """Serve a listener that gives *answers*."""
    listener = Listener([*answers])
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(listener.serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    listener.url = f"http://127.0.0.1:{port}/hook?token=s3cr3t"
    try:
        yield listener
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def hang(_writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


async def trickle(writer: asyncio.StreamWriter) -> None:
    """Answer one byte at a time, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nx: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def flood(writer: asyncio.StreamWriter) -> None:
    """Answer with a body that does not end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close the connection without a word."""
    writer.transport.abort()
