"""What do gauges and health look up?

Not told, but read when somebody asks: how things are at one moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consumer.core.breaker import BreakerState
from consumer.core.flood_guard import GuardState

BreakerKind = Literal["processor", "dependency"]
LifeState = Literal["starting", "running", "draining", "stopped"]


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    """One partition, as the gauges and the health page show it."""

    partition: int
    state: Literal["starting", "running", "draining", "refused", "lost"]
    committable: int
    position: int
    lag_records: int | None
    """High watermark less committable; None before the first fetch."""
    in_flight_events: int
    ledger_entries: int
    progress_age_seconds: float
    """Since the committable last moved, or nothing was left to do."""
    guard: GuardState = "passing"
    """Of its flood guard."""
    held_events: int = 0
    """Events that its flood guard holds."""
    parked_events: Mapping[str, int] = field(default_factory=dict)
    """Events that wait in the ledger, by policy."""
    parked_oldest_age_seconds: float = 0.0
    """Since the longest parked of them was parked; 0 where none is."""
    overdue_seconds: float = 0.0
    """Since the longest due of them was due, and has not begun to run; 0 where none is due."""
    held_keys: int = 0
    """Keys that wait for what becomes of a letter."""
    open_letters: int = 0
    letter_oldest_age_seconds: float = 0.0
    """Since the oldest open letter was settled; 0 where none is open."""


@dataclass(frozen=True, slots=True)
class BreakerStatus:
    """One breaker, as the gauges and the health page show it."""

    name: str
    kind: BreakerKind
    state: BreakerState


@dataclass(frozen=True, slots=True)
class Status:
    """The process at one moment."""

    state: LifeState
    partitions: Sequence[PartitionStatus]
    in_flight_events: int
    in_flight_bytes: int
    running_attempts: int
    waiting_retries: int
    problems: Sequence[str]
    """What makes the process not ready, for people."""
    breakers: Sequence[BreakerStatus] = ()
    held_events: int = 0
    """Events that wait behind breakers, of all partitions."""
    letter_retention_seconds: float | None = None
    """How long a letter stays in its topic; None before it is known."""
