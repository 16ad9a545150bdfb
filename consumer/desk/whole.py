"""What is there to know of one letter?

Its envelope, the entry that the ledger has of it, and what operators have done about it.
"""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from pydantic import ValidationError

from config.topics import TopicSettings
from consumer.core.audit_record import AUDIT_SCHEMA, AuditRecord
from consumer.core.dead_letter_record import DeadLetterRecord
from consumer.core.ledger_entry import Entry, UnknownEntryVersionError, decode_entry
from consumer.core.record import Record
from consumer.desk.bounds import audit_bounds
from consumer.desk.envelopes import envelope_of
from consumer.desk.errors import StateUnreadableError
from consumer.desk.finding import find
from consumer.desk.letters import Letter
from consumer.desk.marks import Marks
from consumer.desk.outcomes import Outcomes
from consumer.desk.summary import Known, summary
from consumer.kafka.tap import Tap
from consumer.ports import LogBounds

_MOST_AUDITED = 200


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything about one letter."""

    letter: Letter
    """In short, with its state."""
    envelope: DeadLetterRecord
    """Of a letter of another dialect: what it says, in our form."""
    record: Record
    """Of the dead-letter topic."""
    entry: Entry | None
    """Of the ledger; None where it has expired, or there never was one."""
    moved: Entry | None
    """Under which its mended record goes on: of a record that was no event."""
    audit: Sequence[AuditRecord]
    """What operators asked about it, and what became of that; oldest first, the newest 200."""

    @property
    def standing(self) -> Entry | None:
        """The entry that says how things are now."""
        return self.moved or self.entry


async def read_whole(tap: Tap, topics: TopicSettings, name: str) -> Whole:
    """Return everything about the letter that *name* names.

    Args:
        tap: Connected.
        topics: Names of the topics.
        name: Its dlq_id, at least the first six characters; or PARTITION/OFFSET of the dead-letter
            topic, with the topic before it or without.

    Raises:
        LetterMissingError: There is none.
        AmbiguousNameError: There are several.
        NotALetterError: It says that it is one of ours, and is not as ours are.
        StateUnreadableError: What stands in the state topic is no ledger of this version.
        TopicMissingError: There is no dead-letter or no state topic.
    """
    record = await find(tap, topics, name)
    envelope = envelope_of(record)
    marks, outcomes = Marks(), Outcomes()
    span = (await tap.bounds(topics.state)).get(record.partition)
    values: dict[str, bytes] = {}
    key: str | None = envelope.ledger_key or None
    # Twice at most: the second is the entry that the first one has moved to.
    while key is not None and span is not None and key not in values and len(values) < 2:
        value = await _entry(tap, topics.state, span, record.partition, key)
        if value is None:
            break
        values[key] = value
        marks.remember(key.encode(), value)
        letter = _decoded(topics.state, key, value).letter
        key = letter.moved_to if letter is not None else None
    audit = await _audit(tap, topics, record.partition, envelope.dlq_id, outcomes)
    entries = [_decoded(topics.state, each, value) for each, value in values.items()]
    return Whole(
        summary(record, Known(marks, outcomes)),
        envelope,
        record,
        entries[0] if entries else None,
        entries[1] if len(entries) > 1 else None,
        audit,
    )


async def _entry(tap: Tap, topic: str, span: LogBounds, partition: int, key: str) -> bytes | None:
    """Return the newest entry under *key*; None where there is none, or no more."""
    if span.start == span.end:
        return None
    wanted, value = key.encode("utf-8", "surrogatepass"), None
    async with aclosing(tap.read(topic, {partition: span})) as reading:
        async for records in reading:
            for record in records:
                if record.key == wanted:
                    value = record.value
    return value


def _decoded(topic: str, key: str, value: bytes) -> Entry:
    try:
        return decode_entry(value)
    except UnknownEntryVersionError as error:
        raise StateUnreadableError(str(error)) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise StateUnreadableError(
            f"the record of {key[:200]!r} in {topic} is no entry of a ledger ({error!r}): only the "
            "consumer may write there"
        ) from error


async def _audit(
    tap: Tap, topics: TopicSettings, partition: int, dlq_id: str, outcomes: Outcomes
) -> list[AuditRecord]:
    span = (await audit_bounds(tap, topics)).get(partition)
    if topics.audit is None or span is None or span.start == span.end:
        return []
    found: list[AuditRecord] = []
    wanted = dlq_id.encode("utf-8", "surrogatepass")
    async with aclosing(tap.read(topics.audit, {partition: span})) as reading:
        async for records in reading:
            for record in records:
                if record.value is None or wanted not in record.value:
                    continue
                outcomes.remember(record.value)
                if AUDIT_SCHEMA.encode() in record.value:
                    found += _audited(record.value, dlq_id)
    return found[-_MOST_AUDITED:]


def _audited(value: bytes, dlq_id: str) -> list[AuditRecord]:
    try:
        audited = AuditRecord.model_validate_json(value)
    except ValidationError:
        return []
    return [audited] if dlq_id in (audited.dlq_id, audited.new_dlq_id) else []
