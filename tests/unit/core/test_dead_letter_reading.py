"""A letter gives its record back, or says why it cannot."""

import orjson
import pytest

from consumer.core.dead_letter_reading import (
    CutError,
    NotALetterError,
    original_bytes,
    original_record,
    read_letter,
)
from consumer.core.record import LogRecord
from tests.unit.core.letter_examples import EVENT_VALUE, a_letter, a_record


@pytest.mark.parametrize(
    "record",
    [
        a_record(),
        a_record(key=None, value=None),
        a_record(key=b"\xff", value=b"\x00\xff", headers=[("a", b"\xff"), ("a", None), ("b", b"")]),
        a_record(timestamp=-1, value=b""),
    ],
    ids=["event", "nothing", "binary", "empty"],
)
def test_the_record_comes_back_as_it_was(record: LogRecord) -> None:
    letter = read_letter(a_letter(record=record).value)

    assert original_record(letter) == record


def test_the_value_comes_back_as_it_was() -> None:
    assert original_bytes(read_letter(a_letter().value)) == EVENT_VALUE
    assert original_bytes(read_letter(a_letter(record=a_record(value=None)).value)) is None


def test_a_cut_value_is_not_handed_out() -> None:
    letter = read_letter(a_letter(record=a_record(value=b"x" * 9000), max_bytes=5000).value)

    with pytest.raises(CutError, match="read it from workflow-events, partition 3, offset 42"):
        original_bytes(letter)
    with pytest.raises(CutError, match=r"cut: original\.value"):
        original_record(letter)


def test_a_whole_value_is_handed_out_though_headers_were_cut() -> None:
    record = a_record(headers=[("h", b"h" * 9000)])
    letter = read_letter(a_letter(record=record, max_bytes=5000).value)

    assert original_bytes(letter) == EVENT_VALUE
    with pytest.raises(CutError, match=r"original\.headers"):
        original_record(letter)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"{", "not a letter of Everonce: the value is no JSON"),
        (b"[]", "not a letter that this Everonce reads: the value: "),
        (b"{}", "not a letter that this Everonce reads: schema: Field required"),
    ],
)
def test_what_is_no_letter_is_refused(value: bytes, message: str) -> None:
    with pytest.raises(NotALetterError) as refused:
        read_letter(value)

    assert str(refused.value).startswith(message)


def test_a_letter_of_another_version_is_refused_by_name() -> None:
    document = orjson.loads(a_letter().value) | {"schema": "everonce.dead-letter/2"}

    with pytest.raises(NotALetterError, match=r"schema: Input should be 'everonce.dead-letter/1'"):
        read_letter(orjson.dumps(document))


def test_members_of_a_later_version_are_passed_over() -> None:
    document = orjson.loads(a_letter().value) | {"mood": "sad"}

    assert read_letter(orjson.dumps(document)).dlq_id == a_letter().dlq_id
