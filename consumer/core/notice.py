"""Which facts is somebody told of without asking, and in which words?

A *sighting* says how a subject stands now; ``consumer.core.notices`` decides whether that becomes a
*notice*.  What others wrote is not repeated: of a message its shape, of an event its type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from config.notify import NoticeKind
from consumer.core.facts import EventDeadLettered, Fact
from consumer.core.failure_shape import group_id, shape_of
from consumer.core.outage_facts import BreakerChanged, GuardChanged
from consumer.core.session_facts import PartitionRefused, SessionStarted

Severity = Literal["info", "warning", "error"]
Details = Mapping[str, str | int | float | None]

SEVERITY: Mapping[NoticeKind, Severity] = {
    "group_appeared": "warning",
    "letters_exceeded": "error",
    "breaker_opened": "error",
    "breaker_closed": "info",
    "guard_paused": "error",
    "guard_resumed": "info",
    "partition_refused": "error",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a subject stands."""

    subject: str
    """What it is about: a group, a breaker, a partition; sightings of one replace each other."""
    kind: NoticeKind | None
    """None: nothing is the matter any more, and nobody is told."""
    summary: str = ""
    """One sentence for people."""
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told."""

    kind: NoticeKind
    severity: Severity
    subject: str
    at: float
    """When it was decided, by the clock of whoever decided, seconds."""
    summary: str
    details: Details
    repeated: int
    """Further sightings of the subject that came before this one could be told."""


NOTEWORTHY: frozenset[type[Fact]] = frozenset(
    {EventDeadLettered, BreakerChanged, GuardChanged, PartitionRefused, SessionStarted},
)
"""Facts that ``sightings_of`` makes something of; nobody need hear of the others."""


def sightings_of(fact: Fact) -> Sequence[Sighting]:
    """Return what *fact* says of its subjects; empty where nobody need hear of it."""
    match fact:
        case EventDeadLettered():
            return (_group(fact),)
        case BreakerChanged(before="closed") | BreakerChanged(after="closed"):
            return (_breaker(fact),)
        case GuardChanged(before="passing") | GuardChanged(after="passing"):
            return (_guard(fact),)
        case PartitionRefused():
            return (_refused(fact),)
        case SessionStarted():
            # Its guard is a new one, so the pause of an earlier session is over too.
            log = f"{fact.topic}/{fact.partition}"
            return (Sighting(f"partition:{log}", None), Sighting(f"guard:{log}", None))
        case _:
            return ()


def letters_sighting(letters: int, threshold: int, window_seconds: float) -> Sighting:
    """Return that so many *letters* within *window_seconds* are *threshold* or more."""
    return Sighting(
        "letters",
        "letters_exceeded",
        f"{letters} dead letters within {window_seconds:g} s: see `everonce dlq groups`",
        {"letters": letters, "threshold": threshold, "window_seconds": window_seconds},
    )


def _group(fact: EventDeadLettered) -> Sighting:
    code = fact.cause or fact.code
    shape = shape_of(fact.message, (fact.event_id, fact.workflow_run_id))
    group = group_id(code, fact.processor, fact.exception, shape)
    where = fact.processor or "no processor"
    return Sighting(
        f"group:{group}",
        "group_appeared",
        f"First dead letter of a new group: {code} in {where}: {shape}",
        {
            "group": group,
            "code": code,
            "processor": fact.processor,
            "exception": fact.exception,
            "shape": shape,
            "disposition": fact.disposition,
            "event_type": fact.event_type,
            "dlq_id": fact.dlq_id,
            "topic": fact.topic,
            "partition": fact.partition,
            "offset": fact.offset,
        },
    )


def _breaker(fact: BreakerChanged) -> Sighting:
    opened = fact.after != "closed"
    does = "holds calls back" if opened else "lets calls through again"
    return Sighting(
        f"breaker:{fact.kind}:{fact.breaker}",
        "breaker_opened" if opened else "breaker_closed",
        f"The breaker of {fact.kind} {fact.breaker} {does}: {fact.reason}",
        {
            "breaker": fact.breaker,
            "of": fact.kind,
            "reason": fact.reason,
            "open_seconds": fact.open_seconds,
        },
    )


def _guard(fact: GuardChanged) -> Sighting:
    paused = fact.after != "passing"
    where = f"{fact.topic}/{fact.partition}"
    does = "is paused, too much of it becomes dead letters" if paused else "goes on"
    return Sighting(
        f"guard:{where}",
        "guard_paused" if paused else "guard_resumed",
        f"Partition {where} {does}: {fact.reason}",
        {
            "topic": fact.topic,
            "partition": fact.partition,
            "smell": fact.smell,
            "reason": fact.reason,
            "pause_seconds": fact.pause_seconds,
        },
    )


def _refused(fact: PartitionRefused) -> Sighting:
    where = f"{fact.topic}/{fact.partition}"
    return Sighting(
        f"partition:{where}",
        "partition_refused",
        f"Partition {where} stays closed until an operator accepts what was found: {fact.command}",
        {
            "topic": fact.topic,
            "partition": fact.partition,
            "rule": fact.rule,
            "found": fact.message,
            "command": fact.command,
        },
    )
