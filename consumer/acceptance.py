"""How does an operator let a refused partition go on?

The command acts as the partition's owner: it takes the transactional id, restores the ledger, and
writes what is accepted in one transaction, which the next owner finds.  While a consumer owns the
partition it fences it; a refused one holds nothing and looks again by itself.
"""

import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from config.settings import Settings
from consumer.core.dedup_key import COORDINATES_PREFIX, PROGRESS_KEY
from consumer.core.ledger_entry import decode_entry, encode
from consumer.core.progress import Progress, decode_progress, encode_progress
from consumer.core.record import Record, TopicPartition
from consumer.core.start_position import Found, Refused, Start, start_position
from consumer.kafka.admin import Admin
from consumer.kafka.group_offsets import commit_group_offsets
from consumer.kafka.log_reader import LogReader
from consumer.kafka.state_log import KafkaStateLog
from consumer.kafka.topics import topic_limits
from consumer.kafka.writers import writers
from consumer.ports import CommitBatch, LogBounds, OutputRecord, Writer

Accepting = Literal["adopt", "accept"]
PORTION = 2000
"""Entries rewritten in one transaction."""
_RECREATED = frozenset({"beyond_end", "topic_recreated"})


class NothingToAcceptError(Exception):
    """The partition is not refused, or not for what this command accepts."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted, and from where the partition is read now."""

    partition: int
    rule: str
    next_input: int
    rewritten: int
    """Entries that were made fit for a recreated input."""


async def accept(settings: Settings, partition: int, accepting: Accepting) -> Accepted:
    """Accept what *partition* is refused for.

    Raises:
        NothingToAcceptError: It is not refused, or another command accepts it.
        ConnectionError: Kafka did not answer.
        SessionLostError: It did not answer in the middle of it; nothing or all was accepted.
    """
    async with AsyncExitStack() as stack:
        reader = LogReader(settings.kafka, [settings.topics.input, settings.topics.state])
        await stack.enter_async_context(reader)
        commit_offsets = partial(commit_group_offsets, settings.kafka)
        writer = writers(settings, await topic_limits(settings), commit_offsets)(partition)
        stack.push_async_callback(writer.close)
        await writer.fence()
        ledger = await _ledger(settings, reader, partition)
        found = await _found(settings, reader, partition, _progress(ledger))
        refused = _refused(start_position(found), accepting)
        return await _write(settings, writer, found, refused, ledger)


async def _ledger(settings: Settings, reader: LogReader, partition: int) -> dict[str, bytes]:
    """Return the partition's ledger as of now: key -> entry."""
    log = KafkaStateLog(settings, reader)
    start, end = await log.bounds(partition)
    ledger: dict[str, bytes] = {}
    async for portion in log.read(partition, start, end):
        for record in portion:
            _remember(ledger, record)
    return ledger


def _remember(ledger: dict[str, bytes], record: Record) -> None:
    key = (record.key or b"").decode()
    if record.value is None:
        ledger.pop(key, None)
    else:
        ledger[key] = record.value


def _progress(ledger: dict[str, bytes]) -> Progress | None:
    encoded = ledger.get(PROGRESS_KEY)
    return decode_progress(encoded) if encoded is not None else None


async def _found(
    settings: Settings,
    reader: LogReader,
    partition: int,
    progress: Progress | None,
) -> Found:
    place = TopicPartition(settings.topics.input, partition)
    async with Admin(settings.kafka) as admin:
        committed = await admin.group_offset(settings.kafka.group_id, place)
    bounds = await reader.bounds(place)
    return Found(
        group=settings.kafka.group_id,
        topic=place.topic,
        partition=partition,
        template=settings.dedup.key,
        committed=committed,
        progress=progress,
        log_start=bounds.start,
        log_end=bounds.end,
        last_still_there=await _still_there(reader, place, bounds, progress),
        at_first=settings.kafka.start,
        on_retention_gap=settings.kafka.retention_gap,
        guarantee=settings.processing.guarantee,
    )


async def _still_there(
    reader: LogReader,
    place: TopicPartition,
    bounds: LogBounds,
    progress: Progress | None,
) -> bool | None:
    last = progress.last if progress is not None else None
    if last is None or not bounds.start <= last.offset < bounds.end:
        return None
    return await reader.timestamp_of(place, last.offset) == last.timestamp


def _refused(decision: Start | Refused, accepting: Accepting) -> Refused:
    if isinstance(decision, Start):
        raise NothingToAcceptError(
            f"nothing is refused: it is read from offset {decision.offset} ({decision.rule})",
        )
    if f"ledger {accepting} " not in decision.command:
        raise NothingToAcceptError(f"{decision.message}; what accepts that: {decision.command}")
    return decision


async def _write(
    settings: Settings,
    writer: Writer,
    found: Found,
    refused: Refused,
    ledger: dict[str, bytes],
) -> Accepted:
    progress = _accepted_progress(settings, found, refused)
    rewritten = _rewritten(ledger) if refused.rule in _RECREATED else []
    for first in range(0, len(rewritten), PORTION):
        await writer.commit(CommitBatch(entries=rewritten[first : first + PORTION]))
    place = TopicPartition(found.topic, found.partition)
    last = OutputRecord(PROGRESS_KEY.encode(), encode_progress(progress))
    await writer.commit(CommitBatch(entries=[last], offsets={place: progress.next_input}))
    return Accepted(found.partition, refused.rule, progress.next_input, len(rewritten))


def _accepted_progress(settings: Settings, found: Found, refused: Refused) -> Progress:
    """Return the progress that makes ``start_position`` start."""
    known = found.progress
    if refused.rule == "template_changed" and known is not None:
        if not (known.clean and known.gap_free):
            raise NothingToAcceptError(
                f"dedup.key can only be changed after a clean end without gaps: start a consumer "
                f"with dedup.key={known.template}, let it work off what it has, and stop it with "
                "SIGTERM",
            )
        return replace(known, template=found.template)
    committed = found.committed
    following = refused.rule in {"ledger_missing", "ledger_behind"} and committed is not None
    next_input = committed if following and committed is not None else found.log_start
    return Progress(
        group=found.group,
        topic=found.topic,
        # Another lineage: no ledger that a living process has kept may be taken for this one.
        lineage=secrets.token_hex(8),
        template=settings.dedup.key,
        next_input=min(max(next_input, found.log_start), found.log_end),
        next_control=known.next_control if known is not None else 0,
        clean=True,
        gap_free=True,
        instance="everonce ledger",
        epoch=known.epoch + 1 if known is not None else 0,
    )


def _rewritten(ledger: dict[str, bytes]) -> list[OutputRecord]:
    """Return the entries without the offsets of a log that is gone.

    Ids stay known; what was known by its place in the old log is forgotten, or the new log's
    records at those places would be skipped.
    """
    entries = []
    for key, encoded in ledger.items():
        if key == PROGRESS_KEY:
            continue
        if key.startswith(COORDINATES_PREFIX):
            entries.append(OutputRecord(key.encode(), None))
        else:
            entry = replace(decode_entry(encoded), input_offset=None)
            entries.append(OutputRecord(key.encode(), encode(entry)))
    return entries
