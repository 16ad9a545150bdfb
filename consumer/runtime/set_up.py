"""How does a partition become ours, and what has it in store?

Fence, restore up to the high watermark taken after the fence, decide where to start.  Whatever an
earlier owner had open is aborted by the fence, so what is read afterwards is all there will be.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

from consumer.core.dedup_key import PROGRESS_KEY
from consumer.core.ledger_entry import Entry, UnknownEntryVersionError, decode_entry
from consumer.core.open_letters import OpenLetters
from consumer.core.parked_lanes import ParkedLanes
from consumer.core.parked_restore import may_wait, restored_lanes
from consumer.core.progress import LedgerTooNewError, Progress, decode_progress
from consumer.core.quarantine import after_end, ended_uncleanly
from consumer.core.record import Record
from consumer.core.start_position import Found, Refused, Start, start_position
from consumer.ports import LedgerStore
from consumer.runtime.environment import Environment


class PartitionRefusedError(Exception):
    """This partition stays closed until an operator accepts what was found."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.message)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Restored:
    """A shard that reflects everything committed before the fence."""

    ledger: LedgerStore
    records: int
    """Records of the state topic that were read for it."""


async def restore(env: Environment, partition: int, kept: LedgerStore | None) -> Restored:
    """Read the ledger of *partition*, the whole of it or what a *kept* one does not reflect.

    Raises:
        SessionLostError: The state topic cannot be read.
        PartitionRefusedError: Its entries were written by a newer Everonce.
    """
    start, end = await env.state_log.bounds(partition)
    if kept is not None and start <= kept.state_offset <= end:
        lineage = kept.progress.lineage if kept.progress is not None else None
        records = await _read(env, partition, kept, kept.state_offset, end)
        if kept.progress is None or kept.progress.lineage == lineage:
            return Restored(kept, records)
    ledger = env.ledgers()
    return Restored(ledger, await _read(env, partition, ledger, start, end))


async def _read(
    env: Environment,
    partition: int,
    ledger: LedgerStore,
    start: int,
    end: int,
) -> int:
    count = 0
    try:
        async for portion in env.state_log.read(partition, start, end):
            for record in portion:
                remember(ledger, record)
            count += len(portion)
    except (UnknownEntryVersionError, LedgerTooNewError) as error:
        topic = env.settings.topics.input
        raise PartitionRefusedError(
            Refused("newer_ledger", f"{topic}/{partition} is refused: {error}", ""),
        ) from error
    ledger.state_offset = max(ledger.state_offset, end)
    return count


def remember(ledger: LedgerStore, record: Record) -> None:
    """Let *ledger* reflect one record of the state topic.

    Raises:
        UnknownEntryVersionError: The entry is of a version that this code does not know.
        LedgerTooNewError: The ledger asks for a newer reader.
    """
    key = (record.key or b"").decode()
    value = record.value
    if key == PROGRESS_KEY:
        ledger.progress = decode_progress(value) if value is not None else None
    elif value is None:
        ledger.apply(key, None, None)
    else:
        ledger.apply(key, value, decode_entry(value).settled_at)


async def find_start(
    env: Environment, partition: int, progress: Progress | None
) -> tuple[Start, int]:
    """Decide where to read *partition* from; return that, and where its log ends.

    Raises:
        PartitionRefusedError: It must not be read before an operator has accepted what was found.
        SessionLostError: The broker did not answer.
    """
    place = env.input(partition)
    committed = await env.source.committed(place)
    bounds = await env.source.bounds(place)
    last_still_there: bool | None = None
    last = progress.last if progress is not None else None
    if committed is None and last is not None and bounds.start <= last.offset < bounds.end:
        last_still_there = await env.source.timestamp_of(place, last.offset) == last.timestamp
    decision = start_position(
        Found(
            group=env.settings.kafka.group_id,
            topic=place.topic,
            partition=partition,
            template=env.settings.dedup.key,
            committed=committed,
            progress=progress,
            log_start=bounds.start,
            log_end=bounds.end,
            last_still_there=last_still_there,
            at_first=env.settings.kafka.start,
            on_retention_gap=env.settings.kafka.retention_gap,
            guarantee=env.settings.processing.guarantee,
        ),
    )
    if isinstance(decision, Refused):
        raise PartitionRefusedError(decision)
    return decision, bounds.end


@dataclass(frozen=True, slots=True)
class ControlStart:
    """Where to read the control log from."""

    offset: int
    cautious_before: int
    """Below this offset stands what may have killed the last owner; 0 where nobody died."""
    skipped: int
    """Offsets that retention removed before they were read."""

    def note(self, note: str | None) -> str | None:
        """Return what an operator should hear of, after the *note* about the input."""
        if not self.skipped:
            return note
        own = (
            f"retention removed {self.skipped} offsets of the control log before they were read: "
            "acts, and events without a key on their way here, are lost; give the control topic a "
            "longer retention.ms"
        )
        return own if note is None else f"{note}; {own}"


async def find_control(env: Environment, partition: int, progress: Progress | None) -> ControlStart:
    """Decide where to read the control log from.

    Without an offset, or out of range, from its beginning: letters that were asked for and are
    unknown by now simply stay as they are.
    """
    bounds = await env.source.bounds(env.control(partition))
    known = progress.next_control if progress is not None else bounds.start
    start = known if bounds.start <= known <= bounds.end else bounds.start
    died = ended_uncleanly(progress, env.instance)
    return ControlStart(start, bounds.end if died else 0, max(0, bounds.start - known))


def lanes_of(
    env: Environment, ledger: LedgerStore, progress: Progress, letters: OpenLetters
) -> ParkedLanes:
    """Return who waits where, by what the *ledger* holds; note its open letters in *letters*."""

    def waiting() -> Iterator[tuple[str, int, Entry]]:
        for key, encoded in ledger.items():
            if may_wait(encoded):
                entry = decode_entry(encoded)
                letters.note(key, entry)
                yield key, len(key) + len(encoded), entry

    return restored_lanes(
        waiting(),
        ordering=env.settings.processing.ordering,
        next_seq=progress.next_seq,
        now=env.clocks.now(),
    )


def first_progress(
    env: Environment, known: Progress | None, start: Start, control: int, log_end: int
) -> Progress:
    """Return the progress that a new session begins with: one epoch on, and unclean.

    It knows whom the end of the last owner leaves as suspects; *log_end* is the input's.
    """
    if known is None:
        known = Progress(
            group=env.settings.kafka.group_id,
            topic=env.settings.topics.input,
            lineage=secrets.token_hex(8),
            template=env.settings.dedup.key,
            next_input=start.offset,
            next_control=control,
        )
    else:
        known = after_end(known, instance=env.instance, log_end=log_end)
    return replace(
        known,
        next_input=start.offset,
        next_control=control,
        clean=False,
        gap_free=False,
        instance=env.instance,
        epoch=known.epoch + 1,
    )
