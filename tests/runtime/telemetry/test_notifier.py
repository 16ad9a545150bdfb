"""Facts become notices beside everything else: nothing waits for whoever is told."""

import asyncio
import time
from dataclasses import replace

import orjson
import pytest
from pydantic import SecretStr

from config.notify import NotifySettings
from config.settings import LogSettings, Settings
from consumer.core.facts import EventDeadLettered, Tally
from consumer.core.notice_record import NoticeSource, Posted
from consumer.process import notifier_for
from consumer.telemetry.metrics import Metrics
from consumer.telemetry.notifier import QUEUED_FACTS, Notifier
from consumer.telemetry.output import own_logger
from tests.runtime.telemetry.listening import hang, listening
from tests.unit.telemetry.examples import BREAKER_OPENED, a_commit, one_of_each
from tests.unit.telemetry.stderr import Written

LETTER = next(each for each in one_of_each() if isinstance(each, EventDeadLettered))
SOURCE = NoticeSource(consumer="billing", instance="host:1", version="0.1.0")


class Box:
    """A receiver that keeps what it is handed."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.came = asyncio.Event()

    def offer(self, posted: Posted) -> None:
        self.posted.append(posted)
        self.came.set()

    def start(self) -> None:
        """Nothing to begin."""

    async def stop(self, grace_seconds: float) -> None:
        """Nothing to end."""


class Told:
    """A notifier, and what it told."""

    def __init__(self, **limits: float | None) -> None:
        self.box = Box()
        self.log = Written()
        self.metrics = Metrics()
        self.notifier = Notifier(
            NotifySettings.model_validate(limits),
            SOURCE,
            self.metrics,
            own_logger(LogSettings(), self.log),
            [self.box],
            now=time.monotonic,
            clock=time.time,
        )

    def events(self) -> list[str]:
        return [each["kind"] for each in self.log.entries() if each["event"] == "notice.issued"]


async def test_fact_is_told_in_the_log_and_to_each_webhook() -> None:
    told = Told()
    told.notifier.start()
    told.notifier.tell(BREAKER_OPENED)
    async with asyncio.timeout(5):
        await told.box.came.wait()
    await told.notifier.stop()

    (posted,) = told.box.posted
    document = orjson.loads(posted.body)
    entry = told.log.entry()
    assert document["kind"] == entry["kind"] == "breaker_opened"
    assert document["notice_id"] == entry["notice_id"] == posted.notice_id
    assert document["source"] == SOURCE.model_dump()
    assert entry["level"] == "error"
    assert told.metrics.notices.sums["breaker_opened",] == 1


async def test_what_was_told_last_is_still_said_when_the_process_ends() -> None:
    told = Told()
    told.notifier.start()
    told.notifier.tell(LETTER)
    await told.notifier.stop()
    await told.notifier.stop()
    assert told.events() == ["group_appeared"]


async def test_waiting_notice_is_told_when_its_time_comes() -> None:
    told = Told(dedup_window=0.2)
    told.notifier.start()
    for after in ("open", "closed", "open"):
        told.notifier.tell(replace(BREAKER_OPENED, before="closed", after=after))
        told.box.came.clear()
        async with asyncio.timeout(5):
            await told.box.came.wait()
    await told.notifier.stop()
    assert told.events() == ["breaker_opened", "breaker_closed", "breaker_opened"]


async def test_letters_are_counted_by_their_commits() -> None:
    told = Told(letters=3)
    told.notifier.start()
    for letters in (0, 1, 2):
        tally = Tally(letters={("poison", "INVALID_INPUT"): letters} if letters else {})
        told.notifier.tell(a_commit(tally=tally))
    async with asyncio.timeout(5):
        await told.box.came.wait()
    await told.notifier.stop()
    assert told.events() == ["letters_exceeded"]


async def test_flood_of_facts_is_neither_kept_nor_waited_for() -> None:
    told = Told()
    for number in range(QUEUED_FACTS + 7):
        told.notifier.tell(replace(LETTER, offset=number))
    assert told.metrics.notices_overlooked.sums == {(): 7}
    told.notifier.start()
    async with asyncio.timeout(5):
        await told.box.came.wait()
    await told.notifier.stop()
    assert told.events() == ["group_appeared"]


async def test_defect_is_counted_and_logged_once_and_the_next_fact_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("consumer.telemetry.notifier._AFTER_DEFECT_SECONDS", 0.0)
    told = Told()
    told.notifier.tell(replace(LETTER, message=None))  # type: ignore[arg-type]
    told.notifier.tell(BREAKER_OPENED)
    told.notifier.start()
    async with asyncio.timeout(5):
        await told.box.came.wait()
    await told.notifier.stop()
    assert told.metrics.telemetry_failures.sums["notices",] == 1
    assert [each["event"] for each in told.log.entries()] == ["telemetry.failed", "notice.issued"]


async def test_hanging_webhook_delays_neither_the_others_nor_whoever_tells() -> None:
    metrics, log = Metrics(), Written()
    async with listening(*[hang] * 9) as mad, listening() as sane:
        settings = Settings(
            notify=NotifySettings(
                urls=(SecretStr(mad.url), SecretStr(sane.url)),
                secret=SecretStr("0123456789abcdef"),
            ),
        )
        notifier = notifier_for(settings, metrics, own_logger(LogSettings(), log))
        notifier.start()
        began = time.monotonic()
        for number in range(QUEUED_FACTS):
            notifier.tell(replace(LETTER, processor=f"p{number}"))
        assert time.monotonic() - began < 0.5
        await mad.wait_for(1)
        await sane.wait_for(20)
        await notifier.stop()
    assert metrics.notice_deliveries.sums["delivered",] == 20
    assert metrics.notice_deliveries.sums["failed",] == 20
    assert log.text().count('"notice.issued"') == 20


def test_without_webhooks_no_http_client_is_needed() -> None:
    notifier = notifier_for(Settings(), Metrics(), own_logger(LogSettings(), Written()))
    assert notifier._receivers == []
