"""What becomes of an event whose attempt a breaker does not let start?

As the ``on_open`` of that breaker says: it waits, is put into the ledger, becomes a dead letter, or
gets its answer from what stands in for its processor.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from consumer.core.breaker import held_back
from consumer.core.failure import Failure
from consumer.core.in_flight import InFlight
from consumer.core.outage_facts import FallbackFailed
from consumer.core.retry import GiveUp
from consumer.ports import Observer
from consumer.runtime.gates import Gate, Refusal
from consumer.runtime.outcomes import Outcomes, Told
from processors.registry import Processor


class StandIn(Told):
    """Takes the outcome of a fallback: its answer settles the event, its failure spends nothing."""

    def __init__(
        self,
        processor: Processor,
        gate: Gate,
        refusal: Refusal,
        *,
        observer: Observer,
        time: Callable[[], float],
    ) -> None:
        """Let events that *processor*, a fallback, does not answer wait at *gate*."""
        self._processor = processor
        self._gate = gate
        self._refusal = refusal
        self._observer = observer
        self._time = time

    def succeeded(self, item: InFlight, value: Any, started_at: float, finished_at: float) -> None:
        """Settle *item* as completed by the fallback."""
        _settle_as(self._processor, item, value, started_at, finished_at)

    def failed(
        self,
        item: InFlight,
        failure: Failure,
        started_at: float,
        finished_at: float,
    ) -> None:
        """Let *item* wait for its processor."""
        del started_at, finished_at
        own = item.processor
        self._observer.observe(
            FallbackFailed(
                own.name if own is not None else "",
                self._processor.name,
                item.event.event_id,
                failure.code,
                failure.message,
            ),
        )
        self._gate.hold(item, self._refusal.hold.seconds, self._time())


def reject(item: InFlight, refusal: Refusal) -> None:
    """Dead-letter *item* without an attempt."""
    failure = held_back(refusal.name, refusal.hold)
    item.preset = GiveUp("exhausted", failure, failure)
    session: Outcomes = item.owner.settling
    session.gave_up(item)


def postpone(item: InFlight, refusal: Refusal) -> None:
    """Put *item* into the ledger until the breaker may let it through; no attempt is spent."""
    session: Outcomes = item.owner.settling
    session.postpone(item, refusal.hold.seconds)


def answered_before(item: InFlight, gate: Gate, *, now: float) -> bool:
    """Settle *item* with the last answer to the same content; False where none is kept.

    Args:
        item: The event.
        gate: Of its processor.
        now: Seconds since the epoch.
    """
    processor = item.processor
    found = gate.answers.find(item) if gate.answers is not None else None
    if found is None or processor is None:
        return False
    _settle_as(replace(processor, name=f"{processor.name}:cache"), item, found[0], now, now)
    return True


def _settle_as(
    processor: Processor,
    item: InFlight,
    value: Any,
    started_at: float,
    finished_at: float,
) -> None:
    """Settle *item* so that its result and the metrics name who answered."""
    session: Outcomes = item.owner.settling
    own, item.processor = item.processor, processor
    session.succeeded(item, value, started_at, finished_at)
    # Its slot is given back by this name.
    item.processor = own
