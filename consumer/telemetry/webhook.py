"""How does a notice get to a webhook, which may be slow, away or mad?

Each webhook has a bounded queue and a task of its own: one that hangs delays neither the others nor
anything else.  A delivery is tried a bounded number of times, each bounded in time; the answer's
body is never read.  The address is shown nowhere, only its host: it may hold a token.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Literal

import httpx
from structlog.typing import FilteringBoundLogger
from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    wait_exponential_jitter,
)

from config.notify import NotifySettings
from consumer.core.notice_record import Posted
from consumer.core.signature import NOTICE_HEADER, SIGNATURE_HEADER, signature

QUEUED_NOTICES = 100
"""What waits for one webhook; more is dropped and counted."""
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 30.0
_PASSING = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)

DeliveryOutcome = Literal["delivered", "failed", "dropped"]


class NotDeliveredError(Exception):
    """One delivery did not arrive.

    Args:
        message: Why, without the address.
        may_pass: Whether another one might.
    """

    def __init__(self, message: str, *, may_pass: bool) -> None:
        super().__init__(message)
        self.may_pass = may_pass


class Webhook:
    """One address that notices are posted to.

    Args:
        url: The address.
        settings: Those of ``notify``.
        logger: Of our own lines.
        count: Told what became of each notice.
        clock: Seconds since the epoch, for the signature.
        sleep: Waits between deliveries, seconds.
    """

    def __init__(
        self,
        url: str,
        settings: NotifySettings,
        logger: FilteringBoundLogger,
        count: Callable[[DeliveryOutcome], None],
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._url = httpx.URL(url)
        self._secret = settings.secret.get_secret_value().encode() if settings.secret else b""
        self._timeout_seconds = settings.timeout
        self._max_attempts = settings.max_attempts
        self._logger = logger
        self._count = count
        self._clock = clock
        self._sleep = sleep
        self._queue: asyncio.Queue[Posted] = asyncio.Queue(QUEUED_NOTICES)
        self._client: httpx.AsyncClient | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def host(self) -> str:
        """Its name in messages."""
        return self._url.netloc.decode("ascii", "replace").rpartition("@")[2]

    def offer(self, posted: Posted) -> None:
        """Deliver *posted* when its turn comes; never waits, never raises."""
        try:
            self._queue.put_nowait(posted)
        except asyncio.QueueFull:
            self._undelivered(posted, "dropped", f"{QUEUED_NOTICES} notices wait already")

    def start(self) -> None:
        """Begin to deliver; inside the running loop."""
        logging.getLogger("httpx").addFilter(self._is_sayable)
        self._client = httpx.AsyncClient(timeout=self._timeout_seconds)
        self._task = asyncio.create_task(self._work(self._client), name=f"webhook-{self.host}")

    async def stop(self, grace_seconds: float) -> None:
        """Deliver what waits within *grace_seconds*, then end; what is left has failed."""
        task, self._task = self._task, None
        if task is None or self._client is None:
            return
        try:
            async with asyncio.timeout(grace_seconds):
                await self._queue.join()
        except TimeoutError:
            pass  # the process must end: what is left is told of below
        task.cancel()
        await asyncio.wait([task])
        while not self._queue.empty():
            self._undelivered(self._queue.get_nowait(), "failed", "the process ended")
        await self._client.aclose()
        logging.getLogger("httpx").removeFilter(self._is_sayable)

    async def _work(self, client: httpx.AsyncClient) -> None:
        while True:
            posted = await self._queue.get()
            try:
                await self._deliver(client, posted)
                self._count("delivered")
            except NotDeliveredError as error:
                self._undelivered(posted, "failed", str(error))
            except asyncio.CancelledError:
                self._undelivered(posted, "failed", "the process ended")
                raise
            finally:
                self._queue.task_done()

    async def _deliver(self, client: httpx.AsyncClient, posted: Posted) -> None:
        deliveries = AsyncRetrying(
            stop=stop_after_attempt(self._max_attempts),
            wait=wait_exponential_jitter(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS),
            retry=retry_if_exception(_may_pass),
            sleep=self._sleep,
            reraise=True,
        )
        await deliveries(self._post, client, posted)

    async def _post(self, client: httpx.AsyncClient, posted: Posted) -> None:
        headers = {
            "Content-Type": "application/json",
            NOTICE_HEADER: posted.notice_id,
            SIGNATURE_HEADER: signature(self._secret, posted.body, int(self._clock())),
        }
        try:
            # httpx bounds each read, not their sum: a byte now and then would hold it for ever.
            async with (
                asyncio.timeout(self._timeout_seconds),
                client.stream("POST", self._url, content=posted.body, headers=headers) as answer,
            ):
                status = answer.status_code
        except TimeoutError:
            message = f"no answer within notify.timeout ({self._timeout_seconds:g} s)"
            raise NotDeliveredError(message, may_pass=True) from None
        except (httpx.HTTPError, OSError) as error:
            raise NotDeliveredError(f"{type(error).__name__}: {error}", may_pass=True) from error
        if not 200 <= status < 300:
            may_pass = status in _PASSING or status >= 500
            raise NotDeliveredError(f"it answered {status}", may_pass=may_pass)

    def _undelivered(self, posted: Posted, outcome: DeliveryOutcome, message: str) -> None:
        self._count(outcome)
        self._logger.warning(
            "notice.undelivered",
            notice_id=posted.notice_id,
            webhook=self.host,
            outcome=outcome,
            message=message,
        )

    def _is_sayable(self, record: logging.LogRecord) -> bool:
        """Whether a line of httpx may be written: at debug it names the address."""
        return not (isinstance(record.args, tuple) and self._url in record.args)


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, NotDeliveredError) and error.may_pass
