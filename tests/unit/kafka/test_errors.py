"""Which reaction does an error of the client get?"""

import pytest
from aiokafka.errors import (
    CommitFailedError,
    CorruptRecordException,
    InvalidProducerEpoch,
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    ProducerFenced,
    RecordListTooLargeError,
    for_code,
)

from consumer.kafka.errors import InvalidRecordError, session_lost
from consumer.ports import ProducerFencedError, RefusedError, SessionLostError


def wrapped(cause: Exception) -> KafkaError:
    """Return what the client's sender makes of an error: a bland one with a cause."""
    error = KafkaError("Unexpected error during batch delivery")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        MessageSizeTooLargeError(),
        RecordListTooLargeError(),
        InvalidTimestampError(),
        InvalidRecordError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_refusal_of_a_record_names_its_topic(error: Exception) -> None:
    lost = session_lost(error, "produce_failed", "writing", "dlq")
    assert isinstance(lost, RefusedError)
    assert lost.role == "dlq"
    assert lost.reason == "refused"


def test_refusal_without_records_is_no_refusal() -> None:
    lost = session_lost(MessageSizeTooLargeError(), "commit_failed", "committing")
    assert type(lost) is SessionLostError


def test_code_87_is_an_invalid_record() -> None:
    assert for_code(87) is InvalidRecordError


@pytest.mark.parametrize(
    "error",
    [
        ProducerFenced(),
        InvalidProducerEpoch(),
        wrapped(InvalidProducerEpoch()),
        CommitFailedError(),
    ],
    ids=["fenced", "epoch", "wrapped", "plain commit"],
)
def test_fenced_producer_and_stale_member_are_fenced(error: Exception) -> None:
    lost = session_lost(error, "commit_failed", "committing", "state")
    assert isinstance(lost, ProducerFencedError)


@pytest.mark.parametrize(
    "error",
    [
        OutOfOrderSequenceNumber(),
        CorruptRecordException(),
        wrapped(KeyError("x")),
        AssertionError("Invalid state transition"),
        OSError("broken pipe"),
    ],
    ids=["sequence", "checksum", "wrapped", "assertion", "socket"],
)
def test_everything_else_is_a_lost_session_that_says_what_was_done(error: Exception) -> None:
    lost = session_lost(error, "produce_failed", "writing 3 records to t", "state")
    assert type(lost) is SessionLostError
    assert lost.reason == "produce_failed"
    assert str(lost).startswith("writing 3 records to t: ")
    assert type(error).__name__ in str(lost)


def test_the_telling_cause_is_in_the_message() -> None:
    lost = session_lost(wrapped(KeyError("partition")), "commit_failed", "committing")
    assert "KeyError: 'partition'" in str(lost)


def test_time_that_is_up_is_a_deadline() -> None:
    lost = session_lost(TimeoutError(), "commit_failed", "committing")
    assert lost.reason == "deadline"
    assert str(lost) == "committing: no answer in time"
    assert session_lost(TimeoutError(), "setup_failed", "fencing").reason == "setup_failed"


def test_error_of_ours_stays_as_it_is() -> None:
    ours = RefusedError("results", "too large")
    assert session_lost(ours, "commit_failed", "committing") is ours
