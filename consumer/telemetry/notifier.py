"""Who turns facts into notices, and sees to it that nothing waits for them?

The runtime's call is an append to a bounded queue.  A task of its own looks at the facts, a few at
a time, asks ``consumer.core.notices`` what is to be told, writes the log line and hands the notice
to the webhooks.  In a flood, facts beyond the queue are not looked at, and counted; the number of
letters comes from the commits and misses none.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import uuid4

from structlog.typing import FilteringBoundLogger

from config.notify import NotifySettings
from consumer.core.facts import BatchCommitted, Fact
from consumer.core.notice import NOTEWORTHY, Notice, sightings_of
from consumer.core.notice_record import NoticeSource, Posted, notice_body
from consumer.core.notices import Notices
from consumer.telemetry.metrics import Metrics

QUEUED_FACTS = 1000
FACTS_PER_TURN, PAUSE_SECONDS = 50, 0.05
"""A fact takes some 20 µs, so that even a flood of letters takes 2 % of the process."""
FAREWELL_SECONDS = 2.0
"""How long an ending process tries to deliver what it has told last."""
_AFTER_DEFECT_SECONDS = 1.0


class Receiver(Protocol):
    """Who is handed notices: a webhook."""

    def offer(self, posted: Posted) -> None:
        """Take *posted*; never waits, never raises."""
        ...

    def start(self) -> None:
        """Begin to deliver."""
        ...

    async def stop(self, grace_seconds: float) -> None:
        """Deliver what waits within *grace_seconds*, then end."""
        ...


class Notifier:
    """Tells people what they should hear of without asking.

    Args:
        settings: Those of ``notify``.
        source: Who tells.
        metrics: Count notices and failures.
        logger: Of our own lines.
        receivers: The webhooks.
        now: Monotonic seconds, for windows and rates.
        clock: Seconds since the epoch, for people.
    """

    def __init__(
        self,
        settings: NotifySettings,
        source: NoticeSource,
        metrics: Metrics,
        logger: FilteringBoundLogger,
        receivers: Sequence[Receiver] = (),
        *,
        now: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        self._notices = Notices(settings, now())
        self._source = source
        self._metrics = metrics
        self._logger = logger
        self._receivers = receivers
        self._now = now
        self._clock = clock
        self._facts: deque[Fact] = deque()
        self._letters = 0
        self._told = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_defective = False

    def tell(self, fact: Fact) -> None:
        """Take *fact*, where somebody may have to hear of it."""
        if isinstance(fact, BatchCommitted):
            if fact.tally.letters:
                self._letters += sum(fact.tally.letters.values())
                self._told.set()
        elif type(fact) in NOTEWORTHY:
            if len(self._facts) >= QUEUED_FACTS:
                self._metrics.notices_overlooked.add()
                return
            self._facts.append(fact)
            self._told.set()

    def start(self) -> None:
        """Begin to tell; inside the running loop."""
        for receiver in self._receivers:
            receiver.start()
        self._task = asyncio.create_task(self._work(), name="notifier")

    async def stop(self) -> None:
        """Tell what can be told at once, and end; may be repeated."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.wait([task])
        self._turn()
        await asyncio.gather(*(each.stop(FAREWELL_SECONDS) for each in self._receivers))

    async def _work(self) -> None:
        while True:
            try:
                await self._wait()
                self._turn()
            except Exception as error:  # noqa: BLE001 - telling must not end with one bad fact
                self._note_defect(error)
                await asyncio.sleep(_AFTER_DEFECT_SECONDS)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _wait(self) -> None:
        """Return when there is a fact, or a notice is due that waits."""
        if self._facts:
            return
        try:
            async with asyncio.timeout(self._notices.due_seconds(self._now())):
                await self._told.wait()
        except TimeoutError:
            return
        self._told.clear()

    def _turn(self) -> None:
        now = self._now()
        letters, self._letters = self._letters, 0
        if letters:
            self._notices.count_letters(letters, now)
        for _ in range(min(FACTS_PER_TURN, len(self._facts))):
            for sighting in sightings_of(self._facts.popleft()):
                self._notices.see(sighting, now)
        while (notice := self._notices.next(now)) is not None:
            self._issue(notice)

    def _issue(self, notice: Notice) -> None:
        notice_id = str(uuid4())
        self._metrics.notices.add(1, (notice.kind,))
        getattr(self._logger, notice.severity)(
            "notice.issued",
            kind=notice.kind,
            subject=notice.subject,
            summary=notice.summary,
            details=dict(notice.details),
            repeated=notice.repeated,
            notice_id=notice_id,
        )
        if self._receivers:
            body = notice_body(notice, notice_id, self._clock(), self._source)
            for receiver in self._receivers:
                receiver.offer(Posted(notice_id, body))

    def _note_defect(self, error: Exception) -> None:
        self._metrics.telemetry_failures.add(1, ("notices",))
        if not self._is_defective:
            self._is_defective = True
            self._logger.error(
                "telemetry.failed",
                sink="notices",
                advice="a defect of Everonce: further failures of this sink are only counted",
                exc_info=error,
            )
