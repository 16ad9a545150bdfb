"""Where duplicates are answered, each gets the stored result once, also across a restart."""

import pytest

from tests.integration.app.stage import Stage
from tests.integration.app.work import Work, event

pytestmark = pytest.mark.broker


async def test_each_duplicate_is_answered_once_with_the_stored_result(
    stage: Stage, work: Work
) -> None:
    settings = stage.settings(dedup={"on_duplicate": "answer"})
    original = event("a", amount=12)
    async with stage.running(work.registry(), settings) as app:
        await stage.publish(original, original, event("g", "gated"))
        await app.until(lambda: [each.committable for each in app.status().partitions] == [2])
        await stage.publish(original, event("g", "gated"))
        await app.until(lambda: app.status().partitions[0].position == 5)
        # An end that nobody drained: g is read again, and what stands behind it.
        await app.cut_off()
    work.gates["g"].set()
    async with stage.running(work.registry(), settings) as app:
        await stage.caught_up(app)
        await stage.publish(original)
        await stage.caught_up(app)
    results = await stage.results()

    answers = [each for each in results if each["status"] == "duplicate"]
    assert sorted(each["event_id"] for each in answers) == ["a", "a", "a", "g"]
    assert [each["result"] for each in answers if each["event_id"] == "a"] == [
        {"id": "a", "amount": 12}
    ] * 3
    assert sorted(each["event_id"] for each in results if each["status"] == "success") == ["a", "g"]
    assert work.runs.count("a") == 1
    assert await stage.committed() == await stage.ends() == {0: 6}
