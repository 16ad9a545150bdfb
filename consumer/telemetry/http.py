"""Where are metrics and health read?

A small HTTP server inside our event loop: an answer is itself a sign that the loop turns.  It
takes no signals over and keeps no access log.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from structlog.typing import FilteringBoundLogger
from uvicorn import Config, Server

from config.settings import HttpSettings
from consumer.ports import StatusReader
from consumer.telemetry.exposition import Exposition
from consumer.telemetry.readiness import degradations, readiness_problems

START_SECONDS = 5.0
"""How long a name may take to resolve."""
STOP_SECONDS = 2.0
"""How long a stop waits for answers that are under way."""

ProblemsReader = Callable[[], Sequence[str]]


class HttpAddressError(Exception):
    """Metrics and health cannot be offered where the settings say."""


def pages(exposition: Exposition, status: StatusReader, live: ProblemsReader) -> Starlette:
    """Return the application.

    Args:
        exposition: What is scraped.
        status: The process at this moment.
        live: Why the process should be restarted; empty while it should not.
    """

    async def metrics(request: Request) -> Response:
        body, content_type = exposition.encode(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type})

    async def health_live(_request: Request) -> Response:
        return _health(live())

    async def health_ready(_request: Request) -> Response:
        now = status()
        return _health(readiness_problems(now), degradations(now))

    async def health_started(_request: Request) -> Response:
        starting = status().state == "starting"
        return _health(["the process is starting"] if starting else [])

    return Starlette(
        routes=[
            Route("/metrics", metrics),
            Route("/health/live", health_live),
            Route("/health/ready", health_ready),
            Route("/health/started", health_started),
        ],
    )


def _health(problems: Sequence[str], degraded: Sequence[str] = ()) -> Response:
    said = {"ok": not problems, "problems": [*problems]}
    if degraded:
        said["degraded"] = [*degraded]
    return JSONResponse(
        said,
        status_code=503 if problems else 200,
        headers={"cache-control": "no-store"},
    )


class HttpServer:
    """Serves an application from ``start`` to ``stop``."""

    def __init__(
        self,
        settings: HttpSettings,
        application: Starlette,
        logger: FilteringBoundLogger,
    ) -> None:
        """Serve *application* where *settings* say; nothing is opened before ``start``."""
        self._settings = settings
        self._application = application
        self._logger = logger
        self._server: _QuietServer | None = None
        self._task: asyncio.Task[None] | None = None
        self.port = settings.port
        """Port listened on, once started."""

    async def start(self) -> None:
        """Listen; return once requests are answered.

        Raises:
            HttpAddressError: The address is taken, not ours, or not allowed.
        """
        listener = await _listen(self._settings)
        self.port = listener.getsockname()[1]
        config = Config(
            self._application,
            access_log=False,
            date_header=False,
            http="h11",
            lifespan="off",
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=int(STOP_SECONDS),
            ws="none",
        )
        self._server = _QuietServer(config)
        self._task = asyncio.create_task(self._server.serve([listener]), name="http")
        listening = asyncio.create_task(self._server.listening.wait())
        await asyncio.wait([self._task, listening], return_when=asyncio.FIRST_COMPLETED)
        if not listening.done():
            listening.cancel()
            listener.close()
            self._task.result()
        self._logger.info("http.listening", host=self._settings.host, port=self.port)

    async def stop(self) -> None:
        """Close the port and end what is under way, within a bounded time; may be repeated."""
        server, task = self._server, self._task
        if server is None or task is None:
            return
        self._server = self._task = None
        server.should_exit = True
        # uvicorn's own bound is for the answers; ours is for uvicorn.
        await asyncio.wait([task], timeout=STOP_SECONDS + 1)
        if not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=1)


class _QuietServer(Server):
    """uvicorn, told to leave our signals alone and to say when it listens."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


async def _listen(settings: HttpSettings) -> socket.socket:
    host, port = settings.host, settings.port
    try:
        async with asyncio.timeout(START_SECONDS):
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        return socket.create_server((str(address[0]), port), family=family)
    except OSError as error:
        # Python adds the address once more.
        reason = (error.strerror or type(error).__name__).partition(" (while")[0]
        raise HttpAddressError(
            f"metrics and health cannot be served on http.host={host} http.port={port} "
            f"({reason}): end what holds the port, set http.port "
            "(EVERONCE_HTTP__PORT) to another one or to 0 for a free one, or correct http.host "
            "(EVERONCE_HTTP__HOST)",
        ) from error
