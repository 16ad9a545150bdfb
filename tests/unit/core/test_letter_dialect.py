"""Letters can be read by tools made for the dead letters of Spring Kafka and Kafka Connect."""

import struct
from typing import Literal

import pytest

from consumer.core.dead_letter_size import SMALLEST_LETTER_BYTES
from consumer.core.letter_dialect import SMALLEST_WITH_DIALECT_BYTES
from tests.unit.core.letter_examples import (
    a_failure,
    a_letter,
    a_record,
    given_up,
    letter_bytes,
)

FAILURE = a_failure(type="bank.TimeoutError", message="no answer", traceback="Traceback\n  here")


def others(letter_headers: object, prefix: str) -> dict[str, bytes]:
    assert isinstance(letter_headers, list)
    return {
        name.removeprefix(prefix): value
        for name, value in letter_headers
        if name.startswith(prefix)
    }


def test_letter_carries_our_headers_alone_unless_asked() -> None:
    assert {name.split("-")[0] for name, _ in a_letter().headers} == {"everonce"}


def test_spring_finds_topic_numbers_as_bytes_and_exception() -> None:
    letter = a_letter(give_up=given_up(FAILURE), dialect="spring")
    found = others(letter.headers, "kafka_dlt-")
    assert found == {
        "original-topic": b"workflow-events",
        "original-partition": struct.pack(">i", 3),
        "original-offset": struct.pack(">q", 42),
        "original-timestamp": struct.pack(">q", 1_699_999_999_123),
        "original-consumer-group": b"billing",
        "exception-fqcn": b"bank.TimeoutError",
        "exception-message": b"no answer",
        "exception-stacktrace": b"Traceback\n  here",
    }


def test_record_without_a_timestamp_has_minus_one_as_in_spring() -> None:
    letter = a_letter(a_record(timestamp=-1), dialect="spring")
    found = others(letter.headers, "kafka_dlt-")
    assert found["original-timestamp"] == struct.pack(">q", -1)


def test_connect_finds_numbers_as_text() -> None:
    letter = a_letter(give_up=given_up(FAILURE), dialect="connect")
    found = others(letter.headers, "__connect.errors.")
    assert found == {
        "topic": b"workflow-events",
        "partition": b"3",
        "offset": b"42",
        "connector.name": b"billing",
        "task.id": b"3",
        "stage": b"TASK_PUT",
        "class.name": b"charge",
        "exception.class.name": b"bank.TimeoutError",
        "exception.message": b"no answer",
        "exception.stacktrace": b"Traceback\n  here",
    }


def test_failure_without_exception_is_named_by_its_code() -> None:
    letter = a_letter(give_up=given_up(a_failure(type="", code="INVALID_INPUT")), dialect="spring")
    assert others(letter.headers, "kafka_dlt-")["exception-fqcn"] == b"INVALID_INPUT"


@pytest.mark.parametrize("dialect", ["spring", "connect"])
def test_long_traceback_keeps_its_end_and_the_letter_fits(
    dialect: Literal["spring", "connect"],
) -> None:
    traceback = "é" * 100_000 + "the end"
    failure = a_failure(traceback=traceback, message="m" * 100_000, type="t" * 100_000)
    letter = a_letter(
        give_up=given_up(failure), dialect=dialect, max_bytes=SMALLEST_WITH_DIALECT_BYTES
    )
    stacks = [value for name, value in letter.headers if name.endswith("stacktrace")]
    assert stacks[0] is not None
    assert stacks[0].decode().endswith("é" + "the end")
    assert letter_bytes(letter) <= SMALLEST_WITH_DIALECT_BYTES


@pytest.mark.parametrize("max_bytes", [SMALLEST_LETTER_BYTES, SMALLEST_WITH_DIALECT_BYTES - 1])
def test_where_there_is_little_room_the_letter_comes_first(max_bytes: int) -> None:
    letter = a_letter(dialect="spring", max_bytes=max_bytes)
    assert others(letter.headers, "kafka_dlt-") == {}
    assert letter_bytes(letter) <= max_bytes
