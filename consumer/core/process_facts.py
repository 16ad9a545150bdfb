"""What is telemetry told of the process, its membership and its client?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consumer.core.status import LifeState

IntakeBound = Literal["records", "bytes", "window", "waiting", "entries", "parked"]


@dataclass(frozen=True, slots=True)
class AssignmentChanged:
    """The group gave or took partitions."""

    assigned: Sequence[int]
    revoked: Sequence[int]
    owned: Sequence[int]


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """The client failed in a poll; every partition was sought back to its next offset."""

    message: str
    failures: int
    """In a row."""


@dataclass(frozen=True, slots=True)
class IntakeChanged:
    """A bound stopped the reading of records, or the reading goes on."""

    paused: bool
    bound: IntakeBound


@dataclass(frozen=True, slots=True)
class LifeCycleChanged:
    """The process starts, runs, drains or stopped."""

    state: LifeState
    details: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoopLagged:
    """Something blocked the event loop; heartbeats waited with it."""

    seconds: float
