"""What do all sessions of a process share?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from config.policies import RetryPolicy
from config.settings import Settings
from consumer.core.dedup_key import DedupKey, dedup_key_for
from consumer.core.fingerprint import Fingerprint, fingerprint_for
from consumer.core.ledger_entry import Entry
from consumer.core.output import TopicRole
from consumer.core.record import TopicPartition
from consumer.ports import LedgerStore, Observer, Source, StateLog, Tracer, Writer
from consumer.runtime.bounds import Bounds
from consumer.runtime.gates import Gates
from consumer.runtime.retry_budgets import RetryBudgets
from consumer.runtime.workers import WorkerPool
from processors.policies import Policies
from processors.registry import Processor, Registry

# Types come from producers: what is remembered of them is bounded in number and in size.
REMEMBERED_TYPES = 4096
REMEMBERED_TYPE_LENGTH = 256

Route = tuple[Processor | None, str, RetryPolicy]
"""Processor, name of the policy, policy."""


class Routes(dict[str, Route]):
    """Routes by event type, worked out when a type is first asked for.

    A dict, because it is asked for every event.
    """

    def __init__(self, registry: Registry, policies: Policies) -> None:
        super().__init__()
        self._registry = registry
        self._policies = policies

    def __missing__(self, event_type: str) -> Route:
        """Work the route out, and remember it where the bounds allow."""
        processor = self._registry.match(event_type)
        route = (processor, *self._policies.policy_for(event_type, processor))
        if len(event_type) <= REMEMBERED_TYPE_LENGTH:
            if len(self) >= REMEMBERED_TYPES:
                self.clear()
            self[event_type] = route
        return route


@dataclass(frozen=True, slots=True)
class Clocks:
    """The world's time and chance, as arguments."""

    now: Callable[[], float]
    """Seconds since the epoch."""
    draw: Callable[[], float]
    """Uniform in [0, 1)."""


@dataclass(slots=True)
class Environment:
    """Everything that a session is given; made once by the app."""

    settings: Settings
    registry: Registry
    observer: Observer
    source: Source
    state_log: StateLog
    writers: Callable[[int], Writer]
    """Makes the producer of a partition."""
    ledgers: Callable[[], LedgerStore]
    """Makes an empty shard."""
    clocks: Clocks
    pool: WorkerPool
    bounds: Bounds
    gates: Gates
    """What holds attempts back while what they depend on fails."""
    limits: Mapping[TopicRole, int]
    """Largest batch that each output topic takes, bytes."""
    letter_retention_seconds: float
    """How long a letter stays in its topic."""
    instance: str
    """This process, in every progress record."""
    version: str
    partitions: int = 1
    """Of the input, and of all other topics."""
    tracer: Tracer | None = None
    """Told of attempts, where they are traced."""
    sessions: int = 0
    """Sessions that run now; they share the rate of transactions."""
    fingerprint: Fingerprint = field(init=False)
    dedup_key: DedupKey = field(init=False)
    budgets: RetryBudgets = field(init=False)
    """Asked by each retry that is due."""
    routes: "Routes" = field(init=False)
    """Who processes the events of a type, and by which policy."""
    homes: int = field(init=False)
    """Partitions among which events without a key are spread by their ids; 0: they stay."""

    def __post_init__(self) -> None:
        """Compile what every event needs."""
        self.budgets = self.gates.budgets
        self.routes = Routes(self.registry, Policies(self.settings.retry))
        self.fingerprint = fingerprint_for(self.settings.dedup)
        self.dedup_key = dedup_key_for(self.settings.dedup.key)
        dedup, ordering = self.settings.dedup, self.settings.processing.ordering
        is_brought_home = dedup.scope == "topic" and ordering != "partition"
        self.homes = self.partitions if is_brought_home and self.partitions > 1 else 0

    def is_reread(self, entry: Entry | None, control_offset: int) -> bool:
        """Whether the control record at that offset is part of what *entry* says already.

        Only without transactions may it be read again; with them, an entry that has answered a
        higher offset tells of a control topic that was made anew.
        """
        if entry is None or self.settings.processing.guarantee == "exactly_once":
            return False
        return entry.has_answered_control(control_offset)

    def input(self, partition: int) -> TopicPartition:
        """Return the input log of *partition*."""
        return TopicPartition(self.settings.topics.input, partition)

    def control(self, partition: int) -> TopicPartition:
        """Return the control log of *partition*."""
        return TopicPartition(self.settings.topics.control, partition)
