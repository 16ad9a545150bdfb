"""How does a real Prometheus watch a real process?

With the settings that are deployed; only where it finds the process, and how often it asks, are
the test's own.
"""

import asyncio
import contextlib
import math
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from consumer.embedded.ports import free_addresses
from consumer.embedded.properties import HOST
from tests.monitoring.binaries import NoPrometheusError, bring, find
from tests.monitoring.promtool import DEPLOYED, RULES

PATIENCE_SECONDS = 40.0
_EVERY = "500ms"


@dataclass(frozen=True)
class Prometheus:
    """One that runs."""

    client: httpx.AsyncClient

    async def asked(self, query: str) -> list[dict[str, Any]]:
        """Return what *query* gives now.

        Raises:
            AssertionError: Prometheus does not understand it.
        """
        answer = (await self.client.get("/api/v1/query", params={"query": query})).json()
        assert answer["status"] == "success", f"{query}: {answer}"
        data = answer["data"]
        return data["result"] if data["resultType"] == "vector" else [data]

    async def _figures(self, query: str) -> list[float]:
        values = [float(each["value"][1]) for each in await self.asked(query)]
        return [value for value in values if not math.isnan(value)]

    async def rules(self) -> list[dict[str, Any]]:
        """Return every rule with its health."""
        groups = (await self.client.get("/api/v1/rules")).json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def unanswered(self, queries: dict[str, str]) -> dict[str, str]:
        """Ask until all *queries* are answered by numbers; return those that are not in time."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        left = dict(queries)
        while left and asyncio.get_running_loop().time() < deadline:
            left = {name: query for name, query in left.items() if not await self._figures(query)}
            await asyncio.sleep(0.25)
        return left


@asynccontextmanager
async def prometheus_of(port: int, directory: Path) -> AsyncIterator[Prometheus]:
    """Run a Prometheus that asks the process at *port*, and keeps what it needs in *directory*."""
    try:
        bring()
    except NoPrometheusError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    log = directory / "prometheus.log"
    (address,) = free_addresses(1)
    listens = f"{HOST}:{address.broker}"
    running = _started(_settings(port, directory), listens, log)
    try:
        async with httpx.AsyncClient(base_url=f"http://{listens}", trust_env=False) as client:
            await _until_ready(client, running, log)
            yield Prometheus(client)
    finally:
        running.terminate()
        await asyncio.to_thread(running.wait)


def _settings(port: int, directory: Path) -> Path:
    settings = yaml.safe_load((DEPLOYED / "prometheus.yml").read_text())
    settings["global"] = {"scrape_interval": _EVERY, "evaluation_interval": _EVERY}
    settings["rule_files"] = [str(path) for path in RULES]
    job = settings["scrape_configs"][0]["job_name"]
    settings["scrape_configs"] = [
        {"job_name": job, "static_configs": [{"targets": [f"{HOST}:{port}"]}]}
    ]
    config = directory / "prometheus.yml"
    config.write_text(yaml.safe_dump(settings))
    return config


def _started(config: Path, listens: str, log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        return subprocess.Popen(
            [
                str(find("prometheus")),
                f"--config.file={config}",
                f"--storage.tsdb.path={config.with_name('series')}",
                f"--web.listen-address={listens}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


async def _until_ready(
    client: httpx.AsyncClient, running: "subprocess.Popen[bytes]", log: Path
) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            ended = running.poll()
            assert ended is None, f"it ended with {ended}, see {log}"
            with contextlib.suppress(httpx.TransportError):  # it does not listen yet
                if (await client.get("/-/ready")).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(0.05)
