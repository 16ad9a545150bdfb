"""How are the letters read, each with its state?

Partition by partition: first the ledger of the partition, of which only the marks of its letters
stay in memory, then the letters, one after the other.  The end of the letters is asked for before
that of the ledger, so every letter finds its entry.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

from config.topics import TopicSettings
from consumer.core.ledger_entry import UnknownEntryVersionError
from consumer.core.record import Record, source_of
from consumer.desk.bounds import audit_bounds, width
from consumer.desk.errors import PartitionMissingError, StateUnreadableError
from consumer.desk.letters import Letter
from consumer.desk.marks import Marks
from consumer.desk.outcomes import Outcomes
from consumer.desk.selection import Selection
from consumer.desk.summary import Known, summary
from consumer.kafka.tap import Tap
from consumer.ports import LogBounds

Progress = Callable[[int, int], None]
"""Told how many offsets have been passed, and of how many."""


async def read_letters(
    tap: Tap,
    topics: TopicSettings,
    selection: Selection,
    partition: int | None = None,
    progress: Progress | None = None,
) -> AsyncGenerator[Letter, None]:
    """Yield the letters of *selection*, partition by partition, oldest first.

    Args:
        tap: Connected.
        topics: Names of the topics.
        selection: Which letters are meant.
        partition: The only one that is read, as the selection's own; None for all.
        progress: Told now and then how far it has come.

    Raises:
        PartitionMissingError: There is no such partition.
        StateUnreadableError: What stands in the state topic is no ledger of this version.
        TopicMissingError: There is no dead-letter or no state topic.
        TapError: A partition cannot be read on.
    """
    reading = read_records(tap, topics, selection, partition, progress)
    async with aclosing(reading):
        async for letter, _ in reading:
            yield letter


async def read_records(
    tap: Tap,
    topics: TopicSettings,
    selection: Selection,
    partition: int | None = None,
    progress: Progress | None = None,
) -> AsyncGenerator[tuple[Letter, Record], None]:
    """Yield the same letters, each with the record of the dead-letter topic that it stands in."""
    only = selection.partition if partition is None else partition
    letters = await tap.bounds(topics.dlq)
    if only is not None and only not in letters:
        raise PartitionMissingError(
            f"{topics.dlq} has no partition {only}: it has {len(letters)}, from 0 on"
        )
    chosen = [number for number in sorted(letters) if only in (None, number)]
    ledger = Ledger(tap, topics, await tap.bounds(topics.state), await audit_bounds(tap, topics))
    step = _Steps(sum(ledger.span(number) + width(letters[number]) for number in chosen), progress)
    for number in chosen:
        span = letters[number]
        if not width(span):
            step.on(ledger.span(number))
            continue
        known = await ledger.known(number, step.on)
        passed = span.start
        reading = tap.read(topics.dlq, {number: span})
        async with aclosing(reading):
            async for records in reading:
                for record in records:
                    letter = summary(record, known)
                    if selection.wants(letter, record.value or b"") and not _again(letter, known):
                        yield letter, record
                step.on(records[-1].offset + 1 - passed)
                passed = records[-1].offset + 1
        step.on(span.end - passed)


class Ledger:
    """What the state topic and the audit topic know of letters, a partition at a time."""

    def __init__(
        self,
        tap: Tap,
        topics: TopicSettings,
        state: Mapping[int, LogBounds],
        audit: Mapping[int, LogBounds],
    ) -> None:
        """Read by *tap*.

        Args:
            tap: Connected.
            topics: Names of the topics.
            state: Up to where the state topic is read.
            audit: Up to where the audit topic is read; empty where there is none.
        """
        self._tap = tap
        self._topics = topics
        self._state = state
        self._audit = audit

    def span(self, partition: int) -> int:
        """Return how many offsets of a *partition* are to be read."""
        return width(self._state.get(partition)) + width(self._audit.get(partition))

    async def known(self, partition: int, passed: Callable[[int], None]) -> Known:
        """Return what is known of the letters of a *partition*.

        Args:
            partition: Whose ledger is read.
            passed: Told how many offsets more have been passed, ``span`` of them in all.

        Raises:
            StateUnreadableError: What stands there is no ledger of this version.
        """
        known = Known(Marks(), Outcomes())
        for topic, bounds in ((self._topics.state, self._state), (self._topics.audit, self._audit)):
            if topic is None or not width(bounds.get(partition)):
                continue
            span = bounds[partition]
            position = span.start
            reading = self._tap.read(topic, {partition: span})
            async with aclosing(reading):
                async for records in reading:
                    for record in records:
                        if topic == self._topics.audit:
                            known.outcomes.remember(record.value)
                        else:
                            _remember(known.marks, record)
                    passed(records[-1].offset + 1 - position)
                    position = records[-1].offset + 1
            passed(span.end - position)
        return known


def _remember(marks: Marks, record: Record) -> None:
    try:
        marks.remember(record.key, record.value)
    except UnknownEntryVersionError as error:
        raise StateUnreadableError(str(error)) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise StateUnreadableError(
            f"{source_of(record)} is no entry of a ledger ({error!r}): only the consumer may write "
            "there; name the state topic by EVERONCE_TOPICS__STATE"
        ) from error


def _again(letter: Letter, known: Known) -> bool:
    return letter.ledger_key is not None and known.marks.seen(letter.ledger_key, letter.dlq_id)


class _Steps:
    """How far a reading has come, told now and then."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total = total
        self._progress = progress
        self._passed = 0

    def on(self, offsets: int) -> None:
        """Note that so many offsets more were passed."""
        self._passed += offsets
        if self._progress is not None:
            self._progress(self._passed, self._total)
