"""A letter always gets through, and a record that was not cut comes back byte for byte."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from consumer.core.dead_letter import LetterContext
from consumer.core.dead_letter_reading import original_bytes, original_record, read_letter
from consumer.core.dead_letter_size import SMALLEST_LETTER_BYTES
from consumer.core.failure import Failure
from consumer.core.record import LogRecord
from consumer.core.retry import GiveUp
from consumer.core.schemas import schemas
from tests.unit.core.letter_examples import (
    a_failure,
    a_history,
    a_letter,
    an_event,
    given_up,
    letter_bytes,
)

SCHEMA = Draft202012Validator(schemas()["dead-letter"])

# Half of a surrogate pair and control characters are what breaks naive encoders.
texts = st.text(st.characters(), max_size=30) | st.builds(
    lambda text, times: text * times, st.text(st.characters(), max_size=5), st.integers(0, 2000)
)
names = st.text(max_size=30)
octets = (
    st.binary(max_size=100)
    | st.text(max_size=50).map(str.encode)
    | st.builds(lambda part, times: part * times, st.binary(max_size=6), st.integers(0, 2000))
    | st.builds(
        lambda text, times: text.encode() * times, st.text(max_size=4), st.integers(0, 2000)
    )
)
records = st.builds(
    LogRecord,
    topic=st.text("abc._-", min_size=1, max_size=249),
    partition=st.integers(0, 2**31 - 1),
    offset=st.integers(0, 2**63 - 1),
    timestamp=st.integers(-1, 2**42),
    key=st.none() | octets,
    value=st.none() | octets,
    headers=st.lists(st.tuples(names, st.none() | octets), max_size=5),
)
failures = st.builds(
    Failure,
    code=texts,
    message=texts,
    failure_class=st.sampled_from(["transient", "permanent", "timeout", "crashed"]),
    rule=st.just("explicit"),
    type=texts,
    request_id=st.none() | texts,
    traceback=st.none() | texts,
    details=st.none() | st.dictionaries(texts, st.integers() | st.floats() | octets, max_size=3),
)
events = st.none() | st.builds(
    an_event, event_id=texts, event_type=texts, workflow_id=texts, workflow_run_id=texts
)
letters = st.fixed_dictionaries(
    {
        "event": events,
        "give_up": st.builds(GiveUp, st.just("exhausted"), failures, failures),
        "history": st.none() | st.integers(0, 40).map(a_history),
        "ledger_key": texts,
        "context": st.builds(LetterContext, names, names, texts, names, st.none() | texts),
        "redrive_count": st.integers(0, 9),
        "dialect": st.sampled_from(["none", "spring", "connect"]),
        "previous_dlq_ids": st.lists(st.just("d" * 36), max_size=30),
    }
)


@given(records, letters)
def test_a_whole_letter_gives_its_record_back(record: LogRecord, members: dict[str, Any]) -> None:
    letter = a_letter(record, **members, max_bytes=10_000_000)
    read = read_letter(letter.value)

    assert read.cut == []
    assert original_record(read) == record
    assert letter.key == record.key


@given(records, letters, st.integers(SMALLEST_LETTER_BYTES, 40_000))
def test_a_letter_fits_whatever_it_holds(
    record: LogRecord, members: dict[str, Any], max_bytes: int
) -> None:
    letter = a_letter(record, **members, max_bytes=max_bytes)
    read = read_letter(letter.value)

    assert letter_bytes(letter) <= max_bytes
    assert (read.source.topic, read.source.offset) == (record.topic, record.offset)
    SCHEMA.validate(orjson.loads(letter.value))


@given(records, st.integers(SMALLEST_LETTER_BYTES, 40_000))
def test_a_value_is_whole_or_named_as_cut(record: LogRecord, max_bytes: int) -> None:
    read = read_letter(a_letter(record, max_bytes=max_bytes).value)

    if "original.value" in read.cut:
        assert read.original.truncated
        assert read.original.value is not None
        assert (record.value or b"").startswith(read.original.value.decoded())
        assert read.original.size == len(record.value or b"")
    else:
        assert original_bytes(read) == record.value


@given(records, failures)
def test_a_letter_of_plain_parts_is_never_larger_than_its_record_allows(
    record: LogRecord, failure: Failure
) -> None:
    """The value costs at most base64 and its escaped copy: what `check` asks of the topic."""
    small = a_failure(message=failure.message[:100])
    with_value = a_letter(record, give_up=given_up(small), max_bytes=10_000_000)
    without = a_letter(
        LogRecord(
            record.topic,
            record.partition,
            record.offset,
            record.timestamp,
            record.key,
            None,
            record.headers,
        ),
        give_up=given_up(small),
        max_bytes=10_000_000,
    )

    size = len(record.value or b"")
    assert len(with_value.value) - len(without.value) <= 2.5 * size + 100
