"""How are many acts asked for, and waited for?

As ``consumer.desk.ramp`` allows it, and only while workers carry them out.  Whatever ends a run,
nothing is lost: what was asked stands on the control topic, and asking again changes nothing.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass

from config.settings import Settings
from consumer.core.act import Act
from consumer.desk.acts import OWN_CLOCK_SECONDS, Acts, Asked, Request, light, run_began, subject_of
from consumer.desk.ramp import Ask, Pace, Plan, Stop, Wait, next_step
from consumer.desk.report import Report, is_final
from consumer.desk.verdicts import Told
from consumer.desk.watching import LedgerWatch, Watch, watch_for
from consumer.desk.workers import Workers
from consumer.kafka.publish import RecordRefusedError
from consumer.kafka.tap import Tap
from consumer.ports import LogBounds

Requests = AsyncGenerator[Request, None]
_LOOK_SECONDS = 0.5
_WORKER_CLOCK_SECONDS = 900.0
"""How far a worker's clock, which dates audit records, may be behind the desk's."""


@dataclass(slots=True)
class _Under:
    """An act of which something may yet be heard."""

    act: Act
    place: Asked | None = None
    told: Told | None = None


class Campaign:
    """One run.

    Args:
        settings: The deployment's.
        plan: How careful it is.
        run: Its name.
        wait_seconds: It ends when nothing was heard or asked for so long.
        tell: Called whenever the report has changed.
    """

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        run: str,
        *,
        wait_seconds: float,
        tell: Callable[[Report], None],
    ) -> None:
        self._settings = settings
        self._plan = plan
        self._run = run
        self._wait_seconds = wait_seconds
        self._tell = tell
        self.report = Report()
        self._under: dict[str, _Under] = {}
        self._news = asyncio.Event()
        self._heard_at = 0.0

    async def carry_out(self, requests: Requests, before: Mapping[str, Asked]) -> Report:
        """Ask for *requests*, and return once all are answered, or the run ends by itself.

        Args:
            requests: What to ask for, in order; none that is in *before*.
            before: What an earlier part of this run has asked for, by act id.

        Raises:
            ConnectionError: No broker answered in time.
            PublishError: A delivery failed.
            TapError: The topic that tells the outcome cannot be read on.
        """
        settings = self._settings
        async with AsyncExitStack() as stack:
            tap = await stack.enter_async_context(Tap(settings.kafka))
            workers = await stack.enter_async_context(Workers(settings))
            watch, topic = watch_for(settings, tap)
            spans = await self._spans(tap, topic, is_resumed=bool(before))
            acts = await stack.enter_async_context(
                Acts(
                    settings,
                    await workers.largest_act(),
                    lambda asked: self._confirmed(asked, workers),
                )
            )
            await stack.enter_async_context(aclosing(requests))
            for asked in before.values():
                self._expect(asked.act, watch)
                self._confirmed(asked, workers)
            if (why := await workers.nobody()) is not None:
                return self._ended_without(why)
            beside = [
                asyncio.create_task(watch.follow(spans, lambda *told: self._hear(watch, *told))),
                asyncio.create_task(self._look(workers, watch)),
            ]
            try:
                await self._go(requests, acts, watch, workers, beside)
            finally:
                for task in beside:
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await task
        return self.report

    async def _spans(self, tap: Tap, topic: str, *, is_resumed: bool) -> Mapping[int, LogBounds]:
        if is_resumed:
            slack = OWN_CLOCK_SECONDS + _WORKER_CLOCK_SECONDS
            return await tap.since(topic, run_began(self._run) - slack)
        bounds = await tap.bounds(topic)
        return {number: LogBounds(span.end, span.end) for number, span in bounds.items()}

    async def _go(
        self,
        requests: Requests,
        acts: Acts,
        watch: Watch,
        workers: Workers,
        beside: "list[asyncio.Task[None]]",
    ) -> None:
        pace = Pace(self._plan.rate, time.monotonic())
        self._heard_at = time.monotonic()
        is_over = False
        while not (is_over and self.report.course.going == 0):
            for task in beside:
                if task.done():
                    task.result()
            if (why := await workers.absence()) is not None:
                self._end_without(why)
                return
            # What lies before an owner that does not come is a matter of the workers' patience.
            is_silent = time.monotonic() - self._heard_at > self._wait_seconds
            if is_silent and not workers.patience.behind:
                self._end_waiting()
                return
            step = Wait(None) if is_over else self._next(pace)
            match step:
                case Ask(most):
                    is_over = not await self._ask(requests, most, acts, watch, pace)
                case Stop(why):
                    self.report.end, self.report.why = "stopped", why
                    is_over = True
                case Wait(seconds):
                    await self._wait(seconds)

    def _next(self, pace: Pace) -> Ask | Wait | Stop:
        allowed = pace.allows(time.monotonic())
        return next_step(
            self._plan, self.report.course, allowed=allowed, seconds_to_next=pace.seconds_to_next
        )

    async def _ask(
        self, requests: Requests, most: int, acts: Acts, watch: Watch, pace: Pace
    ) -> bool:
        """Ask for at most so many; return whether there may be more."""
        for _ in range(most):
            request = await anext(requests, None)
            if request is None:
                await acts.flush()
                return False
            # Before it is sent: its outcome may be there before its confirmation.
            self._expect(request.act, watch)
            try:
                await acts.ask(request)
            except RecordRefusedError as error:
                self._unask(request.act, watch, str(error))
                continue
            pace.spend(1)
        await acts.flush()
        self._heard_at = time.monotonic()
        return True

    def _expect(self, act: Act, watch: Watch) -> None:
        self._under[act.act_id] = _Under(light(act))
        self.report.course.asked += 1
        watch.expect(act)

    def _unask(self, act: Act, watch: Watch, why: str) -> None:
        del self._under[act.act_id]
        watch.forget(act.act_id)
        self.report.course.asked -= 1
        self.report.leave_out(subject_of(act), why)

    def _confirmed(self, asked: Asked, workers: Workers) -> None:
        workers.patience.asked(asked.partition, asked.offset, time.monotonic())
        under = self._under.get(asked.act.act_id)
        if under is not None:
            under.place = asked

    def _hear(self, watch: Watch, act_id: str, told: Told) -> None:
        under = self._under.get(act_id)
        if under is None:
            return
        self.report.hear(under.act, under.told, told)
        under.told = told
        if is_final(told):
            del self._under[act_id]
            watch.forget(act_id)
        self._heard_at = time.monotonic()
        self._news.set()
        self._tell(self.report)

    async def _look(self, workers: Workers, watch: Watch) -> None:
        """See how far the owners have come, again and again."""
        while True:
            await workers.look()
            if isinstance(watch, LedgerWatch):
                for under in self._under.values():
                    place = under.place
                    if place and workers.patience.has_passed(place.partition, place.offset):
                        watch.passed(under.act)
                watch.look(lambda *told: self._hear(watch, *told))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _wait(self, seconds: float | None) -> None:
        self._news.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(_LOOK_SECONDS, seconds or _LOOK_SECONDS)):
                await self._news.wait()

    def _ended_without(self, why: str) -> Report:
        self._end_without(why)
        return self.report

    def _end_without(self, why: str) -> None:
        self.report.end, self.report.why = "no_worker", why

    def _end_waiting(self) -> None:
        course = self.report.course
        if self.report.end == "answered":
            self.report.end = "waiting"
            self.report.why = (
                f"nothing was heard for {self._wait_seconds:g} s of the {course.going:,} that are "
                f"under way, of which {self.report.accepted:,} run or are parked"
            )
