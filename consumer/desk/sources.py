"""What stands in the log now where a letter's record was read?"""

from contextlib import aclosing

from consumer.core.dead_letter_record import LetterSource
from consumer.core.record import Record
from consumer.desk.errors import SourceMissingError
from consumer.kafka.tap import Tap, TopicMissingError
from consumer.ports import LogBounds


async def source_record(tap: Tap, source: LetterSource) -> Record:
    """Return the record that stands at *source*.

    Raises:
        SourceMissingError: There is none, no more, or another one.
    """
    place = f"{source.topic}, partition {source.partition}, offset {source.offset}"
    try:
        span = (await tap.bounds(source.topic)).get(source.partition)
    except TopicMissingError as error:
        raise SourceMissingError(
            f"there is no topic {source.topic!r} here: the letter was written elsewhere, or the "
            "topic is gone; compare with a file"
        ) from error
    if span is None or not span.start <= source.offset < span.end:
        raise SourceMissingError(
            f"{place} is no more (the log goes from {span.start if span else 0} to "
            f"{span.end if span else 0}): retention has passed it; the letter has its own copy"
        )
    at = LogBounds(source.offset, source.offset + 1)
    async with aclosing(tap.read(source.topic, {source.partition: at})) as reading:
        async for records in reading:
            found = records[0]
            if source.timestamp not in (-1, found.timestamp):
                raise SourceMissingError(
                    f"{place} holds another record than the letter is about (of "
                    f"{found.timestamp} ms, not {source.timestamp} ms): the topic was recreated"
                )
            return found
    raise SourceMissingError(f"{place} holds no record any more: it was compacted, or aborted")
