"""The whole letter that a record of the dead-letter topic holds."""

import pytest

from consumer.core.dead_letter_reading import NotALetterError, original_record
from consumer.core.record import Headers
from consumer.desk.envelopes import envelope_bytes, envelope_of, is_ours
from consumer.desk.summary import UNKNOWN_MESSAGE, summary
from tests.builders import event_bytes
from tests.unit.core.letter_examples import a_letter
from tests.unit.desk.desk_examples import (
    CONNECT,
    SPRING,
    STREAMS,
    foreign,
    in_topic,
    nothing_known,
)


def test_letter_of_ours_is_itself_byte_for_byte() -> None:
    written = a_letter()

    assert envelope_bytes(in_topic(written)) == written.value
    assert envelope_of(in_topic(written)).dlq_id == written.dlq_id


@pytest.mark.parametrize(
    ("headers", "source", "kept"),
    [
        (SPRING, ("orders", 7, 1_234_567), [SPRING[0]]),
        (CONNECT, ("orders", 3, 42), [CONNECT[0]]),
        (STREAMS, ("orders", 0, 9), []),
    ],
    ids=["spring", "connect", "streams"],
)
def test_letter_of_another_system_gives_its_record_back_byte_for_byte(
    headers: Headers, source: tuple[str, int, int], kept: Headers
) -> None:
    value = b'{"n": 1.00000000000000000001, "b": "\xff"}'

    letter = envelope_of(foreign(headers, value))
    original = original_record(letter)

    assert (original.topic, original.partition, original.offset) == source
    assert (original.key, original.value, list(original.headers)) == (b"k", value, kept)
    assert letter.ledger_key == ""


def test_its_event_and_trace_are_told_where_the_value_is_an_event() -> None:
    letter = envelope_of(foreign(SPRING, event_bytes("e-9")))

    assert letter.context.event_id == "e-9"
    assert letter.context.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert letter.original_event["event_id"] == "e-9"
    assert "Spring Kafka (order-processor)" in letter.error.suggested_actions[0]


def test_without_coordinates_the_record_stands_where_it_is() -> None:
    letter = envelope_of(foreign([("__connect.errors.stage", b"TASK_PUT")]))

    assert (letter.source.topic, letter.source.partition, letter.source.offset) == ("dlq", 3, 17)


def test_what_nobody_can_read_is_told_in_our_form_too() -> None:
    letter = envelope_of(foreign([("a", b"\xff"), ("b", None)], None, key=None))

    assert letter.error.message == UNKNOWN_MESSAGE
    assert original_record(letter).value is None
    assert original_record(letter).headers == [("a", b"\xff"), ("b", None)]


def test_envelope_and_summary_have_the_same_name() -> None:
    for record in (in_topic(), foreign(SPRING), foreign([], b"x")):
        assert envelope_of(record).dlq_id == summary(record, nothing_known()).dlq_id


def test_letter_that_only_says_it_is_ours_is_refused_with_the_member() -> None:
    record = foreign([], b'{"schema":"everonce.dead-letter/1"}')

    assert is_ours(record)
    with pytest.raises(NotALetterError, match="dlq_id"):
        envelope_of(record)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b'"everonce.dead-letter/1"',
        b'{"a":"everonce.dead-letter/1"}',
        b"everonce.dead-letter/1",
    ],
)
def test_word_alone_does_not_make_it_ours(value: bytes | None) -> None:
    assert not is_ours(foreign([], value))
