"""What is the record that a letter is about, whole?

Of a letter that was cut it is taken from its source, for as long as retention leaves it there, and
only where it is the very same.
"""

from hashlib import sha256

from consumer.core.dead_letter_reading import original_record
from consumer.core.dead_letter_record import DeadLetterRecord
from consumer.core.parked_event import copied
from consumer.core.record import LogRecord
from consumer.desk.errors import SourceMissingError
from consumer.desk.sources import source_record
from consumer.kafka.tap import Tap


async def whole_record(tap: Tap, letter: DeadLetterRecord) -> LogRecord:
    """Return the record that *letter* is about.

    Args:
        tap: Connected; nothing else reads by it meanwhile.
        letter: The whole letter.

    Raises:
        SourceMissingError: The letter is cut, and its record is gone or is another.
    """
    if not letter.original.truncated:
        return original_record(letter)
    source = letter.source
    found = await source_record(tap, source)
    if sha256(found.value or b"").hexdigest() != letter.original.sha256:
        raise SourceMissingError(
            f"the letter holds its record only in part, and what stands in {source.topic}, "
            f"partition {source.partition}, offset {source.offset} now is another"
        )
    return copied(found)
