"""The pages, over a real socket in a real event loop."""

import asyncio
import contextlib
import io
import signal
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import orjson
import pytest

from config.settings import HttpSettings, LogSettings
from consumer.core.status import BreakerStatus, Status
from consumer.telemetry.exposition import Exposition
from consumer.telemetry.http import HttpAddressError, HttpServer, pages
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.output import own_logger
from tests.unit.telemetry.examples import A_PARTITION, A_STATUS, a_status


class Process:
    """What the pages tell of; set by the test."""

    def __init__(self) -> None:
        self.status = A_STATUS
        self.live_problems: list[str] = []
        self.log = io.BytesIO()

    def read(self) -> Status:
        return self.status

    def server(self, *, host: str = "127.0.0.1", port: int = 0) -> HttpServer:
        exposition = Exposition(Metrics(), self.read, lambda: 0.0)
        application = pages(exposition, self.read, lambda: self.live_problems)
        logger = own_logger(LogSettings(), self.log)
        return HttpServer(HttpSettings(host=host, port=port), application, logger)


@contextlib.asynccontextmanager
async def served(process: Process) -> AsyncIterator[httpx.AsyncClient]:
    """Serve *process*, and return a client of its pages."""
    server = process.server()
    await server.start()
    address = f"http://127.0.0.1:{server.port}"
    try:
        async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
            yield client
    finally:
        await server.stop()


@pytest.mark.parametrize(
    ("accept", "content_type", "ends"),
    [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8", "\n"),
        (
            "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5",
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            "# EOF\n",
        ),
    ],
    ids=["plain", "OpenMetrics"],
)
async def test_metrics_come_in_the_format_that_is_asked_for(
    accept: str, content_type: str, ends: str
) -> None:
    async with served(Process()) as client:
        answer = await client.get("/metrics", headers={"accept": accept})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(content_type)
    assert "everonce_in_flight_events 4.0\n" in answer.text
    assert answer.text.endswith(ends)


@pytest.mark.parametrize("page", ["/health/live", "/health/ready", "/health/started"])
async def test_a_process_that_is_well_is_live_ready_and_started(page: str) -> None:
    async with served(Process()) as client:
        answer = await client.get(page)

    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "problems": []}


async def test_a_process_that_is_not_ready_says_what_is_in_the_way() -> None:
    process = Process()
    process.status = replace(
        a_status(replace(A_PARTITION, state="starting")), problems=["no coordinator"]
    )

    async with served(process) as client:
        ready, live = await client.get("/health/ready"), await client.get("/health/live")

    assert ready.status_code == 503
    assert ready.json() == {
        "ok": False,
        "problems": ["no coordinator", "partition 3 is starting"],
    }
    assert live.status_code == 200


async def test_a_process_that_holds_events_back_is_ready_and_says_so() -> None:
    process = Process()
    process.status = replace(
        a_status(replace(A_PARTITION, guard="paused")),
        breakers=[BreakerStatus("payments", "dependency", "open")],
    )

    async with served(process) as client:
        answer = await client.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "problems": [],
        "degraded": [
            "the breaker of dependency payments is open",
            "partition 3 is paused by its flood guard",
        ],
    }


async def test_a_process_that_is_stuck_is_not_live() -> None:
    process = Process()
    process.live_problems = ["partition 3 has 4 events in flight"]

    async with served(process) as client:
        answer = await client.get("/health/live")

    assert answer.status_code == 503
    assert answer.json()["problems"] == ["partition 3 has 4 events in flight"]


async def test_a_starting_process_has_not_started_and_a_draining_one_has() -> None:
    process = Process()

    async with served(process) as client:
        process.status = replace(A_STATUS, state="starting")
        starting = await client.get("/health/started")
        process.status = replace(A_STATUS, state="draining")
        draining = await client.get("/health/started")

    assert (starting.status_code, draining.status_code) == (503, 200)


async def test_a_page_that_fails_does_not_take_the_others_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Process()

    async with served(process) as client:
        monkeypatch.delattr(process, "status")
        failed = await client.get("/health/ready")
        live = await client.get("/health/live")

    assert (failed.status_code, live.status_code) == (500, 200)


async def test_port_0_takes_a_free_one_and_says_which() -> None:
    process = Process()
    server = process.server(port=0)

    await server.start()
    port = server.port
    await server.stop()

    assert port > 0
    line = orjson.loads(process.log.getvalue())
    assert (line["event"], line["host"], line["port"]) == ("http.listening", "127.0.0.1", port)


async def test_a_port_in_use_is_an_error_that_names_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(HttpAddressError) as raised:
            await Process().server(port=port).start()

    message = str(raised.value)
    assert f"http.host=127.0.0.1 http.port={port} (Address already in use)" in message
    assert "EVERONCE_HTTP__PORT" in message


async def test_an_address_that_is_not_ours_is_an_error_that_names_the_setting() -> None:
    # TEST-NET-1 of RFC 5737: no machine has it.
    with pytest.raises(HttpAddressError, match=r"http\.host=192\.0\.2\.1"):
        await Process().server(host="192.0.2.1").start()


async def test_a_start_takes_no_signal_over() -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]

    async with served(Process()):
        during = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]

    assert during == before


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n", b"GET /metrics HT"],
    ids=["nothing", "one whole request", "half a request"],
)
async def test_a_stop_is_bounded_whatever_clients_hold_open(sent: bytes) -> None:
    server = Process().server()
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    await writer.drain()
    if sent.endswith(b"\r\n\r\n"):
        await reader.readuntil(b"\r\n\r\n")

    async with asyncio.timeout(4):
        await server.stop()

    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", server.port)
    writer.close()


async def test_a_stop_may_be_repeated_and_may_come_before_the_start() -> None:
    server = Process().server()
    await server.stop()
    await server.start()

    await server.stop()
    await server.stop()

    assert still_running("http") == []


async def test_a_server_that_was_stopped_can_start_again() -> None:
    server = Process().server()
    await server.start()
    await server.stop()

    await server.start()
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.close()
    await server.stop()


def still_running(name: str) -> list[asyncio.Task[object]]:
    is_named: Callable[[asyncio.Task[object]], bool] = lambda task: task.get_name() == name  # noqa: E731
    return [*filter(is_named, asyncio.all_tasks())]
