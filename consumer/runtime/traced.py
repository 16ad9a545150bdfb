"""How are attempts traced, where tracing is on, and not a step added where it is off?

What runs attempts, settles them and calls processors is replaced at the start by what does the same
with a span around it.  The span of an attempt begins when its processor is called and ends when its
outcome is settled; results and letters carry it as ``traceparent``.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from config.settings import Settings
from consumer.core.facts import EventOutcome
from consumer.core.failure import Failure
from consumer.core.in_flight import InFlight
from consumer.core.output import OutputRecord, TopicRole
from consumer.core.parked_event import Hold
from consumer.core.record import Headers, Record
from consumer.core.retry import GiveUp
from consumer.core.settlement import Settled
from consumer.core.span_shape import is_late, letter_attributes
from consumer.core.timestamps import rfc3339
from consumer.ports.tracer import TRACE_BYTES, AttemptSpan, Tracer
from consumer.runtime.attempts import Attempts
from consumer.runtime.gates import Gates
from consumer.runtime.settlements import Settlements
from consumer.runtime.settling import Settling
from consumer.runtime.worker import Worker
from processors.contract import Context
from processors.registry import Processor, Registry


class Turn:
    """A worker's turn with one event."""

    __slots__ = ("item", "span")

    def __init__(self, item: InFlight) -> None:
        self.item = item
        self.span: AttemptSpan | None = None
        """Of its attempt, once there is one."""


_turn: ContextVar[Turn] = ContextVar("everonce_turn")
"""Whose turn it is here; threads of processors see it too."""


def attempts_for(
    settings: Settings,
    gates: Gates,
    *,
    now: Callable[[], float],
    tracer: Tracer | None,
) -> Attempts:
    """Return what runs attempts, with spans where there is a *tracer*."""
    kind = Attempts if tracer is None else TracedAttempts
    return kind(settings, gates, now=now)


def registry_for(registry: Registry, tracer: Tracer | None) -> Registry:
    """Return the processors, each call of them in a span where there is a *tracer*."""
    if tracer is None:
        return registry
    return Registry(_traced(processor, tracer) for processor in registry)


def limits_for(limits: Mapping[TopicRole, int], tracer: Tracer | None) -> dict[TopicRole, int]:
    """Return what topics take, less what a trace context adds where there is a *tracer*."""
    if tracer is None:
        return dict(limits)
    added: dict[TopicRole, int] = {"results": TRACE_BYTES, "dlq": TRACE_BYTES}
    return {role: limit - added.get(role, 0) for role, limit in limits.items()}


class TracedAttempts(Attempts):
    """Runs attempts, and ends their spans."""

    async def run(self, worker: Worker, item: InFlight) -> None:
        """Run one attempt of *item*; raises only when the pool ends."""
        turn = Turn(item)
        token = _turn.set(turn)
        try:
            await super().run(worker, item)
        finally:
            _turn.reset(token)
            if turn.span is not None:
                if item.owner.ended:
                    turn.span.note("dropped", {})
                turn.span.end()


class TracedSettling(Settling):
    """Decides, and tells the span of the attempt."""

    def failed(
        self,
        item: InFlight,
        failure: Failure,
        started_at: float,
        finished_at: float,
    ) -> None:
        """Decide what follows the failed attempt; seconds since the epoch."""
        if (span := _span_of(item)) is not None:
            span.fail(failure.code, failure.type)
        super().failed(item, failure, started_at, finished_at)

    def _wait(self, item: InFlight, delay_seconds: float) -> float | None:
        span = _span_of(item)
        due_at = super()._wait(item, delay_seconds)
        if span is not None and due_at is not None:
            span.note("parked", {"everonce.due_at": rfc3339(due_at)})
        elif span is not None:
            span.note("waiting", {"everonce.delay_seconds": delay_seconds})
        return due_at


class TracedSettlements(Settlements):
    """Settles, and tells the span of the attempt what the event has become."""

    def _count_letter(
        self,
        record: Record,
        item: InFlight | None,
        give_up: GiveUp,
        settled: Settled,
    ) -> None:
        super()._count_letter(record, item, give_up, settled)
        dlq_id = settled.dlq_id or ""
        span = _span_of(item)
        if span is not None:
            span.note("dead_lettered", letter_attributes(dlq_id, give_up))
        elif (tracer := self._env.tracer) is not None:
            late = item is not None and is_late(item, self._env.settings.topics.input)
            tracer.letter(record, dlq_id, give_up, is_late=late)

    def settle(
        self,
        item: InFlight,
        settled: Settled,
        outcome: EventOutcome,
        duration_seconds: float,
        holds: Hold | None = None,
    ) -> None:
        """Let what *item* left behind go into the next commit, with the context of its span."""
        if (span := _span_of(item)) is not None:
            headers = span.headers()
            settled = settled._replace(
                result=_with(settled.result, headers),
                letter=_with(settled.letter, headers),
            )
        super().settle(item, settled, outcome, duration_seconds, holds)


def _span_of(item: InFlight | None) -> AttemptSpan | None:
    """Return the span of the attempt of *item* that runs here, if one does.

    Settling one event may settle others, which have no attempt.
    """
    turn = _turn.get(None)
    return turn.span if turn is not None and turn.item is item else None


def _with(record: OutputRecord | None, headers: Headers) -> OutputRecord | None:
    return None if record is None else record._replace(headers=[*record.headers, *headers])


def _traced(processor: Processor, tracer: Tracer) -> Processor:
    function = processor.function

    def begin(context: Context) -> AbstractContextManager[object]:
        turn = _turn.get()
        turn.span = tracer.attempt(turn.item, context.attempt, processor.name)
        return turn.span.current()

    async def call(event: Any, context: Context) -> Any:
        with begin(context):
            return await function(event, context)

    def call_in_thread(event: Any, context: Context) -> Any:
        with begin(context):
            return function(event, context)

    fallback = processor.fallback
    return replace(
        processor,
        function=call if processor.is_async else call_in_thread,
        fallback=_traced(fallback, tracer) if isinstance(fallback, Processor) else fallback,
    )
