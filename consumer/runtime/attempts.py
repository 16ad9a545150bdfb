"""What happens when one event meets its processor?

The only place where any exception is caught: whatever a processor raises becomes an outcome, data
like any other, and is decided about in ``consumer.core``.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from config.settings import Settings
from consumer.core.classification import classify, timeout_failure
from consumer.core.failure import Failure
from consumer.core.in_flight import InFlight
from consumer.core.trace import trace_of
from consumer.runtime.gates import Gate, Gates, Passes, Refusal
from consumer.runtime.outcomes import Outcomes, Told
from consumer.runtime.stand_ins import StandIn, answered_before, postpone, reject
from consumer.runtime.workers import Worker
from processors.contract import Context
from processors.current import current_attempt
from processors.registry import Processor


class _Done:
    """Awaited, it has nothing to wait for."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, None]:
        return
        yield


DONE = _Done()


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

    def run(self, worker: Worker, item: InFlight) -> Awaitable[None]:
        """Run one attempt of *item* and tell its session; raises only when the pool ends."""
        processor = item.processor
        session: Outcomes = item.owner.settling
        if session.guard.tripped and not session.guard.admits(item, worker.time()):
            return DONE
        if processor is None or item.preset is not None:
            session.gave_up(item)
            return DONE
        if not self._gates:
            return self._attempt(worker, item, processor, session)
        gate = self._gates[processor.pattern]
        if gate.passes is not None:
            return self._attempt(worker, item, processor, session, gate, gate.passes)
        now = worker.time()
        entered = gate.enter(now)
        if isinstance(entered, Refusal):
            return self._instead(worker, item, processor, gate, entered)
        return self._attempt(worker, item, processor, session, gate, entered)

    def _instead(
        self,
        worker: Worker,
        item: InFlight,
        processor: Processor,
        gate: Gate,
        refusal: Refusal,
    ) -> Awaitable[None]:
        """Do what an open breaker asks for, in place of an attempt."""
        now = worker.time()
        match refusal.on_open, processor.fallback:
            case "reject", _:
                reject(item, refusal)
            case "park", _ if refusal.state == "open":
                postpone(item, gate, refusal, now)
            case "fallback", Processor() as fallback:
                told = StandIn(fallback, gate, refusal, observer=self._observer, time=worker.time)
                return self._attempt(worker, item, fallback, told)
            case "fallback", _ if answered_before(item, gate, now=self._now()):
                pass
            case _:
                gate.hold(item, refusal.hold.seconds, now)
        return DONE

    async def _attempt(
        self,
        worker: Worker,
        item: InFlight,
        processor: Processor,
        told: Told,
        gate: Gate | None = None,
        passes: Passes = (),
    ) -> None:
        """Call *processor* for *item*; *told* and *gate* hear how it ended."""
        policy, event, record, history = item.policy, item.event, item.record, item.history
        if gate is not None and history is None:
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
            if gate is not None:
                gate.abandoned(passes, worker.time())
        elif failure is None:
            if passes and gate is not None:
                gate.succeeded(passes, item, value, began, worker.time)
            told.succeeded(item, value, started_at, finished_at)
        else:
            if gate is not None:
                gate.failed(passes, failure, worker.time())
            told.failed(item, failure, started_at, finished_at)

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
