"""A notice reaches a webhook over a real socket, signed; a bad webhook harms nobody."""

import asyncio
import contextlib
import hashlib
import hmac
import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from config.notify import NotifySettings
from config.settings import LogSettings
from consumer.core.notice_record import Posted
from consumer.telemetry.output import own_logger
from consumer.telemetry.webhook import QUEUED_NOTICES, Webhook
from tests.runtime.telemetry.listening import flood, hang, hang_up, listening, trickle
from tests.unit.telemetry.stderr import Written

SECRET = "0123456789abcdef"  # noqa: S105 - of a test
NOTICE = Posted("id-1", b'{"kind":"breaker.opened"}')
NOW = 1_760_000_000.7


@dataclass
class Sent:
    """What became of notices, and what was waited between deliveries."""

    outcomes: Counter[str] = field(default_factory=Counter)
    log: Written = field(default_factory=Written)
    waits: list[float] = field(default_factory=list)
    ended: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@contextlib.asynccontextmanager
async def a_webhook(
    url: str, sent: Sent, *, seconds: float = 5.0, max_attempts: int = 3
) -> AsyncIterator[Webhook]:
    settings = NotifySettings(
        urls=(SecretStr(url),),
        secret=SecretStr(SECRET),
        timeout=seconds,
        max_attempts=max_attempts,
    )
    webhook = Webhook(
        url,
        settings,
        own_logger(LogSettings(level="debug"), sent.log),
        lambda outcome: sent.outcomes.update([outcome]),
        clock=lambda: NOW,
        sleep=sent.sleep,
    )
    webhook.start()
    try:
        yield webhook
    finally:
        await webhook.stop(grace_seconds=10)


async def test_notice_is_posted_with_a_signature_that_the_receiver_can_check() -> None:
    sent = Sent()
    async with listening() as listener:
        async with a_webhook(listener.url, sent) as webhook:
            webhook.offer(NOTICE)
        (posting,) = listener.postings
    assert posting.path == "/hook?token=s3cr3t"
    assert posting.body == NOTICE.body
    assert posting.headers["content-type"] == "application/json"
    assert posting.headers["everonce-notice"] == "id-1"
    parts = dict(part.split("=", 1) for part in posting.headers["everonce-signature"].split(","))
    signed = parts["t"].encode() + b"." + posting.body
    assert parts["t"] == "1760000000"
    assert parts["v1"] == hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert sent.outcomes == {"delivered": 1}
    assert sent.log.text() == ""


@pytest.mark.parametrize("first", [500, 503, 429, 408, hang, hang_up, trickle], ids=str)
async def test_delivery_that_fails_in_passing_is_repeated_after_a_wait(first: object) -> None:
    sent = Sent()
    seconds = 0.5 if first in {hang, trickle} else 5.0
    async with listening(first, 200) as listener:  # type: ignore[arg-type]
        async with a_webhook(listener.url, sent, seconds=seconds) as webhook:
            webhook.offer(NOTICE)
        assert len(listener.postings) == 2
        assert {each.body for each in listener.postings} == {NOTICE.body}
    assert sent.outcomes == {"delivered": 1}
    assert len(sent.waits) == 1
    assert 1 <= sent.waits[0] <= 2


@pytest.mark.parametrize("answer", [301, 400, 401, 404, 410])
async def test_delivery_that_is_refused_is_not_repeated(answer: int) -> None:
    sent = Sent()
    async with listening(answer) as listener:
        async with a_webhook(listener.url, sent) as webhook:
            webhook.offer(NOTICE)
        assert len(listener.postings) == 1
    assert sent.outcomes == {"failed": 1}
    entry = sent.log.entry()
    assert entry["event"] == "notice.undelivered"
    assert entry["message"] == f"it answered {answer}"


async def test_deliveries_are_bounded_in_number_and_their_waits_grow() -> None:
    sent = Sent()
    async with listening(*[503] * 9) as listener:
        async with a_webhook(listener.url, sent, max_attempts=5) as webhook:
            webhook.offer(NOTICE)
        assert len(listener.postings) == 5
    assert sent.outcomes == {"failed": 1}
    assert len(sent.waits) == 4
    assert all(low <= wait <= low + 1 for low, wait in zip([1, 2, 4, 8], sent.waits, strict=True))


async def test_answer_that_does_not_end_is_not_read() -> None:
    sent = Sent()
    async with listening(flood) as listener, a_webhook(listener.url, sent) as webhook:
        webhook.offer(NOTICE)
    assert sent.outcomes == {"delivered": 1}


async def test_webhook_that_is_away_fails_with_words_and_without_its_address() -> None:
    sent = Sent()
    async with listening() as listener:
        url = listener.url
    async with a_webhook(url, sent) as webhook:
        webhook.offer(NOTICE)
    assert sent.outcomes == {"failed": 1}
    entry = sent.log.entry()
    assert entry["webhook"] == url.split("/")[2]
    assert "ConnectError" in entry["message"]
    assert "s3cr3t" not in sent.log.text()


async def test_no_log_line_of_the_http_client_shows_the_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sent = Sent()
    with caplog.at_level(logging.DEBUG, "httpx"):
        async with listening() as listener, a_webhook(listener.url, sent) as webhook:
            webhook.offer(NOTICE)
    assert sent.outcomes == {"delivered": 1}
    assert "s3cr3t" not in caplog.text


async def test_more_than_the_queue_takes_is_dropped_and_counted() -> None:
    sent = Sent()
    async with (
        listening(hang) as listener,
        a_webhook(listener.url, sent, seconds=5.0) as webhook,
    ):
        webhook.offer(NOTICE)
        await listener.wait_for(1)
        for _ in range(QUEUED_NOTICES + 3):
            webhook.offer(NOTICE)
        assert sent.outcomes == {"dropped": 3}
        await webhook.stop(grace_seconds=0.01)
    assert sent.outcomes == {"dropped": 3, "failed": QUEUED_NOTICES + 1}


async def test_hanging_webhook_holds_an_ending_process_no_longer_than_it_may() -> None:
    sent = Sent()
    async with (
        listening(hang) as listener,
        a_webhook(listener.url, sent, seconds=600.0) as webhook,
    ):
        webhook.offer(NOTICE)
        await listener.wait_for(1)
        async with asyncio.timeout(5):
            await webhook.stop(grace_seconds=0.01)
    assert sent.outcomes == {"failed": 1}
    assert sent.log.entry()["message"] == "the process ended"
