"""What happens when one event meets its processor?

The only place where any exception is caught: whatever a processor raises becomes an outcome, data
like any other, and is decided about in ``consumer.core``.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from config.settings import Settings
from consumer.core.classification import classify, timeout_failure
from consumer.core.failure import Failure
from consumer.core.in_flight import InFlight
from consumer.core.precaution import Precaution
from consumer.core.trace import trace_of
from consumer.runtime.gates import NO_GATE, Gate, Gates, Passes, Refusal
from consumer.runtime.outcomes import Outcomes, Told
from consumer.runtime.stand_ins import StandIn, answered_before, postpone, reject
from consumer.runtime.worker import Worker
from processors.contract import Context
from processors.current import current_attempt
from processors.registry import Processor


class Attempts:
    """Runs attempts, one at a time per worker."""

    def __init__(self, settings: Settings, gates: Gates, *, now: Callable[[], float]) -> None:
        """Make the threads for sync processors; *now* is seconds since the epoch."""
        self._gates = gates.by_pattern
        self._observer = gates.observer
        self._classification = settings.classification
        self._timeout_seconds = settings.processing.timeout
        self._now = now
        self._threads = ThreadPoolExecutor(settings.processing.threads, "processor")

    def close(self) -> None:
        """Let the threads go; what runs in them is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, worker: Worker, item: InFlight) -> None:  # noqa: C901, PLR0912 - hot: a call is 0.1 us
        """Run one attempt of *item* and tell its session; raises only when the pool ends."""
        processor = item.processor
        session: Outcomes = item.owner.settling
        if session.guard.tripped and not session.guard.admits(item, worker.time()):
            return
        if processor is None or item.preset is not None:
            session.gave_up(item)
            return
        told: Told = session
        gate = self._gates[processor.pattern] if self._gates else NO_GATE
        passes = gate.passes
        if item.precaution is Precaution.ALONE:
            # All others wait for it: it must not wait for what only they could change.
            gate, passes = NO_GATE, ()
        elif passes is None:
            begun = self._enter(worker, item, processor, gate)
            if begun is None:
                return
            processor, told, gate, passes = begun
        policy, event, record, history = item.policy, item.event, item.record, item.history
        if history is None:
            gate.starts.count += 1
        timeout = policy.timeout or processor.timeout or self._timeout_seconds
        context = Context(
            item.key[2:],
            1 if history is None else history.count + 1,
            policy.max_attempts,
            trace_of(record.headers) if record.headers else None,
            event,
            record,
        )
        current_attempt.set(context)
        started_at = self._now()
        failure: Failure | None = None
        value: Any = None
        worker.item = item
        began = worker.time()
        worker.deadline = began + timeout
        try:
            if processor.payload is not None:
                event = event.with_payload(processor.payload.validate_python(event.payload))
            if processor.is_async:
                value = await processor.function(event, context)
            else:
                value = await self._in_thread(worker, processor.function, event, context)
        except BaseException as error:  # noqa: BLE001 - a processor may raise anything at all
            failure = self._failure(worker, item, error, timeout)
        told_to_end = worker.end()
        finished_at = self._now()
        if item.owner.ended or (told_to_end and worker.reason == "dropped"):
            gate.abandoned(passes, worker.time())
        elif failure is None:
            if passes is gate.passes and gate.answers is None:
                # As begun, so ended: of one of many the clock may be that of its beginning.
                for count_success in gate.counts:
                    count_success(began)
            else:
                gate.succeeded(passes, item, value, worker.time())
            told.succeeded(item, value, started_at, finished_at)
        else:
            gate.failed(passes, failure, worker.time())
            told.failed(item, failure, started_at, finished_at)

    def _enter(
        self,
        worker: Worker,
        item: InFlight,
        processor: Processor,
        gate: Gate,
    ) -> tuple[Processor, Told, Gate, Passes] | None:
        """Ask breakers of which not all are closed: who is called now, and who hears of it?

        None where nobody is: what they ask for in place of an attempt is done.
        """
        now = worker.time()
        entered = gate.enter(now)
        if not isinstance(entered, Refusal):
            return processor, item.owner.settling, gate, entered
        match entered.on_open, processor.fallback:
            case "reject", _:
                reject(item, entered)
            case "park", _ if entered.state == "open":
                postpone(item, entered)
            case "fallback", Processor() as fallback:
                told = StandIn(fallback, gate, entered, observer=self._observer, time=worker.time)
                return fallback, told, NO_GATE, ()
            case "fallback", _ if answered_before(item, gate, now=self._now()):
                pass
            case _:
                gate.hold(item, entered.hold.seconds, now)
        return None

    def _failure(
        self,
        worker: Worker,
        item: InFlight,
        error: BaseException,
        timeout: float,
    ) -> Failure:
        """Make data of an exception; only the end of the pool itself passes."""
        if isinstance(error, asyncio.CancelledError):
            if worker.ends:
                worker.end()
                raise error
            if worker.cancelled_at is not None and worker.reason == "timeout":
                return timeout_failure(
                    timeout,
                    settings=self._classification,
                    policy=item.policy,
                )
        return classify(
            error,
            settings=self._classification,
            policy=item.policy,
            now=self._now(),
        )

    async def _in_thread(
        self,
        worker: Worker,
        function: Callable[..., Any],
        *arguments: Any,
    ) -> Any:
        """Run *function* in a thread; return only when it has really ended.

        A thread cannot be cancelled.  Told to end, its worker stays with it, because the event's
        next attempt must not run beside it; the pool bounds how long.
        """
        run = contextvars.copy_context().run
        submitted = self._threads.submit(run, _called, function, *arguments)
        thread = asyncio.wrap_future(submitted)
        try:
            return await asyncio.shield(thread)
        except asyncio.CancelledError:
            submitted.cancel()
            await self._outlive(worker, thread)
            raise

    async def _outlive(self, worker: Worker, thread: "asyncio.Future[Any]") -> None:
        """Wait for a thread whose attempt was told to end, unless the pool itself ends."""
        while not thread.done() and worker.cancelled_at is not None and not worker.ends:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([thread])
        if thread.done() and not thread.cancelled():
            thread.exception()


def _called(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call *function*; a StopIteration of its own cannot be carried by a future."""
    try:
        return function(*arguments)
    except StopIteration as error:
        raise RuntimeError("the processor raised StopIteration") from error
