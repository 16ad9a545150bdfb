"""Where is the record of which a letter holds only a part?

In its source topic, for as long as retention leaves it there.  It is taken only where it is the
very same: by its hash and its timestamp.
"""

from contextlib import aclosing
from hashlib import sha256

from consumer.core.dead_letter_reading import original_record
from consumer.core.dead_letter_record import DeadLetterRecord
from consumer.core.record import LogRecord, Record
from consumer.kafka.tap import Tap, TopicMissingError
from consumer.ports import LogBounds


class GoneError(Exception):
    """The record of a cut letter is not to be had any more; the message says why."""


class SourceRecords:
    """Records of letters, whole.

    Args:
        tap: Connected; nothing else reads by it.
    """

    def __init__(self, tap: Tap) -> None:
        self._tap = tap

    async def record(self, letter: DeadLetterRecord) -> LogRecord:
        """Return the record that *letter* is about, from its source where the letter is cut.

        Raises:
            GoneError: The letter is cut, and its record is gone or is another.
        """
        if not letter.original.truncated:
            return original_record(letter)
        source = letter.source
        place = f"{source.topic}/{source.partition}/{source.offset}"
        found = await self._at(source.topic, source.partition, source.offset)
        if found is None:
            raise GoneError(f"it holds its record only in part, and {place} is gone")
        digest = sha256(found.value or b"").hexdigest()
        if digest != letter.original.sha256 or found.timestamp != source.timestamp:
            raise GoneError(
                f"it holds its record only in part, and what stands at {place} now is another"
            )
        return LogRecord(
            found.topic,
            found.partition,
            found.offset,
            found.timestamp,
            found.key,
            found.value,
            tuple(found.headers),
        )

    async def _at(self, topic: str, partition: int, offset: int) -> Record | None:
        try:
            bounds = (await self._tap.bounds(topic)).get(partition)
        except TopicMissingError:
            return None
        if bounds is None or not bounds.start <= offset < bounds.end:
            return None
        async with aclosing(
            self._tap.read(topic, {partition: LogBounds(offset, offset + 1)})
        ) as reading:
            async for records in reading:
                return next((each for each in records if each.offset == offset), None)
        return None
