"""How do output records become record batches?

Everything is built before anything is sent, so a record that cannot be written is refused while
nothing is on its way.  All records of a commit carry its time: a copy must not be deleted unread
because its original is old.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Any

from config.settings import TopicSettings
from consumer.ports import CommitBatch, OutputRecord, RefusedError, TopicRole

MAX_BATCH_BYTES = 384 * 1024
"""One batch per partition is in flight: its size per round trip is the partition's throughput."""

TopicLimits = Mapping[TopicRole, int | None]
"""max.message.bytes by role: of a batch, as sent; None where it could not be read."""

_ROLES: tuple[TopicRole, ...] = ("results", "dlq", "state", "audit", "control")


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one topic, built."""

    role: TopicRole
    topic: str
    builder: Any
    """The client's; it can be sent once."""
    records: int
    partition: int | None = None
    """None: the session's."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a session writes to."""

    topics: Mapping[TopicRole, str]
    limits: TopicLimits
    is_compressed: bool
    """Then the size as sent is not known before: too large is for the broker to say."""

    @classmethod
    def of(cls, topics: TopicSettings, limits: TopicLimits, compression: str) -> "Outputs":
        """Return the outputs as the settings name them."""
        names: dict[TopicRole, str] = {
            "results": topics.results,
            "dlq": topics.dlq,
            "state": topics.state,
            "control": topics.control,
        }
        if topics.audit is not None:
            names["audit"] = topics.audit
        return cls(names, limits, compression != "none")

    @property
    def max_batch_bytes(self) -> int:
        """Largest batch that every topic takes."""
        known = [limit for role in _ROLES if (limit := self.limits.get(role)) is not None]
        return min(MAX_BATCH_BYTES, *known) if known else MAX_BATCH_BYTES


def batches(
    commit: CommitBatch, outputs: Outputs, create: Callable[[], Any], timestamp_ms: int
) -> list[Batch]:
    """Return *commit* as batches, the first of every topic first.

    Args:
        commit: What is to be written.
        outputs: Where to.
        create: Makes an empty batch of the client's that is full at ``outputs.max_batch_bytes``.
        timestamp_ms: Milliseconds since the epoch, for every record.

    Raises:
        RefusedError: A record can never be written; nothing was sent.
    """
    contents = (commit.results, commit.letters, commit.entries, commit.audits)
    built = [
        _built(role, records, outputs, create, timestamp_ms)
        for role, records in zip(_ROLES, contents, strict=False)
        if records
    ]
    for home, records in _by_partition(commit.homeward).items():
        batch = _built("control", records, outputs, create, timestamp_ms)
        built.append([replace(each, partition=home) for each in batch])
    # A topic's second batch waits for its first to be on its way; the other topics need not.
    return [batch for batch in chain.from_iterable(zip_longest(*built)) if batch is not None]


def _by_partition(homeward: Sequence[tuple[int, OutputRecord]]) -> dict[int, list[OutputRecord]]:
    found: dict[int, list[OutputRecord]] = {}
    for partition, record in homeward:
        found.setdefault(partition, []).append(record)
    return found


def _built(
    role: TopicRole,
    records: Sequence[OutputRecord],
    outputs: Outputs,
    create: Callable[[], Any],
    timestamp_ms: int,
) -> list[Batch]:
    limit = None if outputs.is_compressed else outputs.limits.get(role)
    builders = []
    try:
        builders = list(_filled(records, create, timestamp_ms))
    except (TypeError, ValueError) as error:
        raise RefusedError(role, f"a record cannot be encoded: {error}") from error
    topic = outputs.topics[role]
    for builder in builders:
        # Only a record that fills a batch alone can be larger than the batches are made.
        if limit is not None and builder.size() > limit:
            raise RefusedError(
                role,
                f"a record of {builder.size()} bytes for {topic}, whose max.message.bytes is "
                f"{limit}: raise it, or make the record smaller",
            )
    return [Batch(role, topic, builder, builder.record_count()) for builder in builders]


def _filled(
    records: Sequence[OutputRecord], create: Callable[[], Any], timestamp_ms: int
) -> Iterable[Any]:
    """Return the batches that *records* fill.

    One call per record, to the C code beneath the client's builder, which would cost as much again.
    """
    builder = create()
    append = builder._builder.append  # noqa: SLF001
    filled = [builder]
    count = 0
    for key, value, headers in records:
        if headers.__class__ is not list:
            headers = list(headers)  # noqa: PLW2901 - the C code takes nothing else
        if append(count, timestamp_ms, key, value, headers) is None:
            builder._relative_offset = count  # noqa: SLF001 - what its own append would have left
            builder.close()
            builder = create()
            append = builder._builder.append  # noqa: SLF001
            filled.append(builder)
            append(0, timestamp_ms, key, value, headers)
            count = 0
        count += 1
    builder._relative_offset = count  # noqa: SLF001
    return filled
