"""How is a letter read back, and the record that it is about?"""

import orjson
from pydantic import ValidationError

from consumer.core.dead_letter_record import DeadLetterRecord
from consumer.core.record import LogRecord


class NotALetterError(ValueError):
    """A record of the dead-letter topic that this Everonce cannot read."""


class CutError(Exception):
    """A record was asked for of which the letter holds only a part."""


def read_letter(value: bytes) -> DeadLetterRecord:
    """Return the letter in the value of a record of the dead-letter topic.

    Raises:
        NotALetterError: It is none, or one of another version.
    """
    try:
        return DeadLetterRecord.model_validate(orjson.loads(value))
    except orjson.JSONDecodeError as error:
        raise NotALetterError(
            f"not a letter of Everonce: the value is no JSON ({error})"
        ) from error
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        member = ".".join(map(str, problem["loc"])) or "the value"
        raise NotALetterError(
            f"not a letter that this Everonce reads: {member}: {problem['msg']}",
        ) from error


def original_record(letter: DeadLetterRecord) -> LogRecord:
    """Return the record that *letter* is about, as it was read.

    Raises:
        CutError: Part of it did not fit the letter.
    """
    if letter.original.truncated:
        raise _cut(letter)
    source, original = letter.source, letter.original
    return LogRecord(
        topic=source.topic,
        partition=source.partition,
        offset=source.offset,
        timestamp=source.timestamp,
        key=None if original.key is None else original.key.decoded(),
        value=None if original.value is None else original.value.decoded(),
        headers=[header.decoded() for header in original.headers],
    )


def original_bytes(letter: DeadLetterRecord) -> bytes | None:
    """Return the record's value as it was read; None where it had none.

    Raises:
        CutError: Part of it did not fit the letter.
    """
    if "original.value" in letter.cut:
        raise _cut(letter)
    value = letter.original.value
    return None if value is None else value.decoded()


def _cut(letter: DeadLetterRecord) -> CutError:
    source = letter.source
    return CutError(
        f"letter {letter.dlq_id} holds its record only in part (cut: {', '.join(letter.cut)}): "
        f"read it from {source.topic}, partition {source.partition}, offset {source.offset}",
    )
