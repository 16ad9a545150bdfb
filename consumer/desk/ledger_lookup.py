"""What does the ledger know under a name: an event id, a ledger key, or a letter's dlq_id?"""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from config.topics import TopicSettings
from consumer.core.decode import decode
from consumer.core.dedup_key import CONTENT_PREFIX, EVENT_PREFIX, PROGRESS_KEY
from consumer.core.failure import Failure
from consumer.core.ledger_entry import Entry, UnknownEntryVersionError, decode_entry
from consumer.core.record import Record, source_of
from consumer.desk.errors import StateUnreadableError
from consumer.kafka.tap import Tap


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of the ledger."""

    partition: int
    ledger_key: str
    entry: Entry | None
    """None where it was there, and has been removed since by a tombstone that is still there."""
    value: bytes | None
    """The entry as it stands in the state topic."""
    offset: int
    """Of the state topic."""
    written_at: float
    """Seconds since the epoch."""


async def look_up(tap: Tap, topics: TopicSettings, name: str) -> Sequence[Found]:
    """Return what the ledger has under *name*, by partition.

    Args:
        tap: Connected.
        topics: Names of the topics.
        name: An event id, a ledger key, or the dlq_id of a letter.

    Raises:
        StateUnreadableError: What stands there is no ledger of this version.
        TopicMissingError: There is no state topic.
        TapError: It cannot be read on.
    """
    found: dict[tuple[int, str], Record] = {}
    bounds = await tap.bounds(topics.state)
    async with aclosing(tap.read(topics.state, bounds)) as reading:
        async for records in reading:
            for record in records:
                key = (record.key or b"").decode(errors="replace")
                place = record.partition, key
                if key != PROGRESS_KEY and (place in found or _is_named(name, key, record)):
                    found[place] = record
    return [_found(key, record) for (_, key), record in sorted(found.items())]


def _is_named(name: str, key: str, record: Record) -> bool:
    if key in (name, EVENT_PREFIX + name):
        return True
    if key.startswith(CONTENT_PREFIX) and key.endswith(f":{EVENT_PREFIX}{name}"):
        return True
    # Most entries do not even contain the name, and decoding a million takes its time.
    if name.encode("utf-8", "surrogateescape") not in (record.value or b""):
        return False
    entry = entry_in(record)
    return entry is not None and (_has_letter(entry, name) or _has_event(entry, name))


def _has_letter(entry: Entry, name: str) -> bool:
    return entry.letter is not None and name in entry.letter.dlq_ids


def _has_event(entry: Entry, name: str) -> bool:
    """Whether it is the entry of a parked event of that id, whatever dedup.key is."""
    if entry.parked is None:
        return False
    event = decode(entry.parked.record.value or b"")
    return not isinstance(event, Failure) and event.event_id == name


def _found(key: str, record: Record) -> Found:
    return Found(
        record.partition,
        key,
        entry_in(record),
        record.value,
        record.offset,
        record.timestamp / 1000,
    )


def entry_in(record: Record) -> Entry | None:
    """Return the entry in a *record* of the state topic; None of a tombstone.

    Raises:
        StateUnreadableError: It is none of this version.
    """
    if record.value is None:
        return None
    try:
        return decode_entry(record.value)
    except UnknownEntryVersionError as error:
        raise StateUnreadableError(str(error)) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise StateUnreadableError(
            f"{source_of(record)} is no entry of a ledger ({error!r}): only the consumer may write "
            "there; name the state topic by EVERONCE_TOPICS__STATE"
        ) from error
