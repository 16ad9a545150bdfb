"""What letters of other systems say: the very headers that those systems write."""

import struct

import pytest

from consumer.core.record import Headers
from consumer.desk.dialects import foreign_letter
from tests.unit.desk.desk_examples import CONNECT, SPRING, STREAMS, foreign


def test_spring_says_what_was_thrown_where_in_big_endian_numbers() -> None:
    said = foreign_letter(foreign(SPRING))

    assert said is not None
    assert said.dialect == "spring"
    assert (said.topic, said.partition, said.offset) == ("orders", 7, 1_234_567)
    assert said.timestamp == 1_712_620_800_000
    assert said.error_type == "java.lang.NullPointerException"
    assert said.message == "Order.customerId is null"
    assert said.traceback is not None
    assert said.processor == "order-processor"
    assert said.headers == [SPRING[0]]


def test_spring_without_a_cause_names_the_exception_itself() -> None:
    headers = [each for each in SPRING if "cause" not in each[0]]
    said = foreign_letter(foreign(headers))

    assert said is not None
    assert said.error_type.endswith("ListenerExecutionFailed")


def test_spring_behind_retry_topics_has_headers_of_another_prefix_and_counts_attempts() -> None:
    headers: Headers = [
        ("kafka_original-topic", b"orders"),
        ("kafka_original-partition", struct.pack(">i", 2)),
        ("kafka_original-offset", struct.pack(">q", 5)),
        ("kafka_exception-fqcn", b"a.B"),
        ("kafka_exception-message", b"no"),
        ("retry_topic-attempts", struct.pack(">i", 4)),
        ("retry_topic-original-timestamp", struct.pack(">q", 9)),
        ("kafka_mine", b"kept"),
    ]
    said = foreign_letter(foreign(headers))

    assert said is not None
    assert (said.dialect, said.partition, said.offset, said.attempts) == ("spring", 2, 5, 4)
    assert said.headers == [("kafka_mine", b"kept")]


def test_spring_letter_of_a_broken_key_tells_what_is_wrong_with_the_key() -> None:
    headers: Headers = [
        ("kafka_dlt-original-topic", b"orders"),
        ("kafka_dlt-key-exception-fqcn", b"a.KeyError"),
        ("kafka_dlt-key-exception-message", b"no key"),
        ("kafka_dlt-key-exception-stacktrace", b"trace"),
    ]
    said = foreign_letter(foreign(headers))

    assert said is not None
    assert (said.error_type, said.message, said.traceback) == ("a.KeyError", "no key", "trace")


def test_last_of_headers_that_recur_counts_in_spring() -> None:
    said = foreign_letter(foreign([*SPRING, ("kafka_dlt-exception-message", b"the second time")]))

    assert said is not None
    assert said.message == "the second time"


def test_connect_says_stage_connector_and_exception_in_texts() -> None:
    said = foreign_letter(foreign(CONNECT))

    assert said is not None
    assert said.dialect == "connect"
    assert (said.topic, said.partition, said.offset) == ("orders", 3, 42)
    assert said.processor == "jdbc-sink"
    assert said.error_type == "org.apache.kafka.connect.errors.DataException"
    assert said.message == "VALUE_CONVERTER: Failed to deserialize data for topic orders"
    assert said.headers == [("mine", b"kept")]


def test_connect_letter_of_a_source_connector_knows_no_coordinates() -> None:
    headers: Headers = [
        ("__connect.errors.topic", b""),
        ("__connect.errors.partition", b"-1"),
        ("__connect.errors.offset", b"-1"),
    ]
    said = foreign_letter(foreign(headers))

    assert said is not None
    assert (said.topic, said.partition, said.offset) == (None, None, None)
    assert (said.message, said.error_type) == ("", "")


def test_streams_says_exception_and_coordinates_in_texts() -> None:
    said = foreign_letter(foreign(STREAMS))

    assert said is not None
    assert said.dialect == "streams"
    assert (said.topic, said.partition, said.offset) == ("orders", 0, 9)
    assert (said.error_type, said.message) == ("java.lang.IllegalStateException", "no such store")
    assert said.headers == []


def test_record_without_such_headers_is_no_letter_of_theirs() -> None:
    assert foreign_letter(foreign([("kafka_replyTopic", b"x"), ("errors", b"y")])) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (b"12345678", 12_345_678),
        (b"1234", 1234),
        (struct.pack(">q", 0), 0),
        (struct.pack(">q", -1), None),
        (b"", None),
        (b"-1", None),
        (b"nonsense", None),
        (None, None),
        (b"9" * 400, None),
        (b"\x05", 5),
    ],
)
def test_number_is_read_in_digits_and_in_bytes(value: bytes | None, number: int | None) -> None:
    headers = [("kafka_dlt-original-topic", b"t"), ("kafka_dlt-original-offset", value)]
    said = foreign_letter(foreign(headers))

    assert said is not None
    assert said.offset == number


def test_text_that_is_not_utf_8_is_kept_as_escapes() -> None:
    said = foreign_letter(foreign([("__streams.errors.message", b"\xff!")]))

    assert said is not None
    assert said.message == r"\xff!"
