"""Which acts does a run ask for, one letter after the other?"""

from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass

from config.topics import TopicSettings
from consumer.core.act import Act
from consumer.core.dead_letter_reading import NotALetterError
from consumer.core.dead_letter_record import DeadLetterRecord
from consumer.core.record import LogRecord, Record
from consumer.desk.acts import Request, act_id
from consumer.desk.envelopes import envelope_of
from consumer.desk.errors import SourceMissingError
from consumer.desk.letter_record import whole_record
from consumer.desk.outlook import Kind, Outlook
from consumer.kafka.tap import Tap

LeaveOut = Callable[[str, str], None]
"""Told the dlq_id of a letter that could not be asked for, and why."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, in which run."""

    run: str
    operator: str
    reason: str | None


def letter_act(
    kind: Kind,
    letter: DeadLetterRecord,
    asker: Asker,
    *,
    at: float,
    record: LogRecord | None = None,
    has_entry: bool = True,
    edited: bool = False,
) -> Act:
    """Return the act of *kind* about *letter*.

    Args:
        kind: What is asked for.
        letter: The whole letter.
        asker: Who asks.
        at: When; seconds since the epoch.
        record: Of a redrive, what is to run.
        has_entry: Whether this cluster's ledger knows it.
        edited: Whether its value is another than the letter's.
    """
    return Act(
        kind,
        act_id(kind, letter.dlq_id, asker.run),
        asker.operator,
        asker.reason,
        at,
        (letter.ledger_key or None) if has_entry else None,
        letter.dlq_id,
        edited=edited,
        record=record,
    )


async def letter_requests(
    outlook: Outlook,
    taps: tuple[Tap, Tap],
    topics: TopicSettings,
    asker: Asker,
    *,
    now: Callable[[], float],
    leave_out: LeaveOut,
) -> AsyncGenerator[Request, None]:
    """Yield the acts for the letters that *outlook* has chosen, all partitions side by side.

    Args:
        outlook: Which letters.
        taps: Connected; by the first the letters are read again, by the second what was cut.
        topics: Names of the topics.
        asker: Who asks.
        now: Seconds since the epoch.
        leave_out: Told of each letter that turns out not to be redrivable.

    Raises:
        TapError: The dead-letter topic cannot be read on.
    """
    letters, sources = taps
    spans = outlook.spans()
    chosen = {number: outlook.chosen_of(number) for number in spans}
    if not spans:
        return
    async with aclosing(letters.read(topics.dlq, spans)) as reading:
        async for records in reading:
            for record in _chosen(records, chosen[records[0].partition]):
                try:
                    letter = envelope_of(record)
                    about = (
                        await whole_record(sources, letter) if outlook.kind == "redrive" else None
                    )
                except (NotALetterError, SourceMissingError) as error:
                    leave_out(f"{record.partition}/{record.offset}", str(error))
                    continue
                act = letter_act(
                    outlook.kind,
                    letter,
                    asker,
                    at=now(),
                    record=about,
                    has_entry=outlook.has_entry(record),
                )
                yield Request(act, record.partition)


def _chosen(records: Collection[Record], offsets: frozenset[int]) -> list[Record]:
    return [each for each in records if each.offset in offsets]
