"""``everonce stats`` tells of a run that goes on."""

import asyncio
import json

import pytest

from consumer.commands.cli import ended
from tests.integration.app.stage import Stage
from tests.integration.app.work import Work, event

pytestmark = pytest.mark.broker


async def test_stats_tell_what_a_process_has_done(
    stage: Stage, work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    work.broken.add("p")
    async with stage.running(work.registry()) as app:
        await stage.publish(event("a"), event("a"), event("f", "flaky"), event("p"))
        await stage.caught_up(app)
        await app.until(lambda: sum(each.open_letters for each in app.status().partitions) == 1)
        url = f"127.0.0.1:{app.process.http.port}"
        code = await asyncio.to_thread(ended, ["stats", "--url", url, "--json"])
        document = json.loads(capsys.readouterr().out)
        shown = await asyncio.to_thread(ended, ["stats", "--url", url])
        text = capsys.readouterr().out

    assert (code, shown) == (0, 0)
    assert document["settled"] == {"completed": 2, "dead_lettered": 1, "duplicate": 1}
    assert document["duplicates"] == {"dropped": 1}
    assert document["attempts_per_event"] == {"1": 2, "2": 1}
    assert {each["code"] for each in document["errors"]} == {"NETWORK_ERROR", "INVALID_INPUT"}
    assert document["now"]["open_letters"] == 1
    assert "2 completed, 1 dead_lettered, 1 duplicate" in text
