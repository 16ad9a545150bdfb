"""What does each fact say in the log, and how loud?

One line per failed attempt, letter, lost session and change of life; one per settled event only
at ``log.level=debug``.  Names are noun.past_participle, fields those of the fact.
"""

from dataclasses import fields
from typing import Any, assert_never

from structlog.typing import FilteringBoundLogger

from consumer.core.act_facts import ActDone
from consumer.core.facts import AttemptFailed, BatchCommitted, EventDeadLettered, EventSettled, Fact
from consumer.core.outage_facts import BreakerChanged, FallbackFailed, GuardChanged, RetryDelayed
from consumer.core.process_facts import (
    AssignmentChanged,
    IntakeChanged,
    LifeCycleChanged,
    LoopLagged,
    SourceFailed,
)
from consumer.core.session_facts import (
    ControlRefused,
    LedgerTrimmed,
    PartitionRefused,
    RecordsConsumed,
    SessionClosed,
    SessionLost,
    SessionStarted,
)
from consumer.core.timestamps import rfc3339

LONGEST_MESSAGE = 2000
"""Characters of a failure's message in a line; the letter has more of it."""

_ORDINARY_BOUNDS = frozenset({"records", "bytes"})


class Logs:
    """Writes facts with the logger it is given."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        """Write with *logger*, whose level decides what is seen."""
        self._logger = logger

    def tell(self, fact: Fact) -> None:  # noqa: C901, PLR0912, PLR0915 - one arm per fact: that is the idea
        """Write the line that *fact* deserves, if any."""
        log = self._logger
        match fact:
            case RecordsConsumed():
                pass  # counted; a line per poll says nothing
            case AttemptFailed():
                log.warning("attempt.failed", **_fields(fact) | _parked(fact))
            case EventDeadLettered():
                log.error("event.dead_lettered", **_fields(fact))
            case EventSettled():
                log.debug("event.settled", **_fields(fact))
            case BatchCommitted():
                log.debug("batch.committed", **_fields(fact, without="tally"))
            case SessionStarted():
                tell = log.warning if fact.skipped else log.info
                tell("session.started", **_fields(fact))
            case SessionLost():
                log.error("session.lost", **_fields(fact))
            case SessionClosed():
                log.info("session.closed", **_fields(fact))
            case PartitionRefused():
                log.error("partition.refused", **_fields(fact))
            case AssignmentChanged():
                log.info("assignment.changed", **_fields(fact))
            case SourceFailed():
                log.warning("source.failed", **_fields(fact))
            case IntakeChanged():
                self._intake_changed(fact)
            case BreakerChanged():
                tell = log.warning if fact.after == "open" else log.info
                tell("breaker.changed", **_fields(fact))
            case FallbackFailed():
                log.warning("fallback.failed", **_fields(fact))
            case RetryDelayed():
                log.debug("retry.delayed", **_fields(fact))
            case GuardChanged():
                tell = log.warning if fact.after == "paused" else log.info
                tell("guard.changed", **_fields(fact))
            case ControlRefused():
                log.warning("control.refused", **_fields(fact))
            case ActDone():
                self._act_done(fact)
            case LedgerTrimmed():
                tell = log.warning if fact.evicted or fact.released else log.debug
                tell("ledger.trimmed", **_fields(fact))
            case LifeCycleChanged():
                log.info("life_cycle.changed", state=fact.state, details=dict(fact.details))
            case LoopLagged():
                log.warning("loop.lagged", **_fields(fact))
            case _:
                assert_never(fact)

    def _act_done(self, fact: ActDone) -> None:
        if fact.outcome == "refused":
            self._logger.warning("act.done", **_fields(fact))
        elif fact.kind == "home":
            # One per event without a key: nobody has asked for it.
            self._logger.debug("act.done", **_fields(fact))
        else:
            self._logger.info("act.done", **_fields(fact))

    def _intake_changed(self, fact: IntakeChanged) -> None:
        name = "intake.paused" if fact.paused else "intake.resumed"
        # Under load the bounds on records and bytes are met many times a second, as they should.
        if fact.bound in _ORDINARY_BOUNDS:
            self._logger.debug(name, bound=fact.bound)
        elif fact.paused:
            self._logger.warning(name, bound=fact.bound)
        else:
            self._logger.info(name, bound=fact.bound)


def _parked(fact: AttemptFailed) -> dict[str, Any]:
    """Return whether the event is parked, and until when, as a moment that people can read."""
    due_at = fact.due_at
    return {"parked": due_at is not None, "due_at": None if due_at is None else rfc3339(due_at)}


def _fields(fact: Fact, *, without: str = "") -> dict[str, Any]:
    """Return the fields of *fact* as those of its line; a long message is cut."""
    shown: dict[str, Any] = {each.name: getattr(fact, each.name) for each in fields(fact)}
    if without:
        del shown[without]
    message = shown.get("message", "")
    if len(message) > LONGEST_MESSAGE:
        more = len(message) - LONGEST_MESSAGE
        shown["message"] = f"{message[:LONGEST_MESSAGE]}… ({more} characters more)"
    return shown
