"""Which fact tells of an outcome, and which headers name and trace a record."""

import pytest

from consumer.core.failure import Attempt
from consumer.core.in_flight import InFlight
from consumer.core.ledger_entry import Entry
from consumer.core.outcome_facts import attempt_failed, event_dead_lettered, event_settled
from consumer.core.output import RECORD_OVERHEAD, OutputRecord, output_bytes
from consumer.core.record import Headers, TopicPartition, record_bytes, source_of
from consumer.core.retry import GiveUp
from consumer.core.source_header import SOURCE_HEADER, source_header
from consumer.core.trace import trace_of
from processors.contract import Trace
from tests.builders import NOW, a_failure, a_history, a_record, an_entry, in_flight

ATTEMPT = Attempt(2, "timeout", NOW, 0.5, "TIMEOUT", "late", None, 1.5)


def without_processor() -> InFlight:
    item = in_flight(offset=8)
    item.processor = None
    return item


def test_a_failed_attempt_is_told_with_what_decided_it() -> None:
    item = in_flight(offset=8)
    fact = attempt_failed(item, ATTEMPT, a_failure("timeout", code="TIMEOUT"), NOW + 2)

    assert (fact.topic, fact.partition, fact.offset) == ("workflow-events", 0, 8)
    assert (fact.event_id, fact.event_type) == ("event-1", "order.created")
    assert (fact.attempt, fact.max_attempts) == (2, item.policy.max_attempts)
    assert (fact.code, fact.failure_class, fact.rule) == ("TIMEOUT", "timeout", "explicit")
    assert (fact.duration_seconds, fact.delay_seconds) == (0.5, 1.5)
    assert fact.due_at == NOW + 2
    assert item.processor is not None
    assert fact.processor == item.processor.name


def test_an_event_without_a_processor_is_told_too() -> None:
    assert attempt_failed(without_processor(), ATTEMPT, a_failure()).processor == ""


def test_a_letter_is_told_with_its_event_and_its_attempts() -> None:
    item = in_flight(offset=8)
    item.history = a_history(3)
    failure = a_failure("permanent", code="INVALID_INPUT")
    fact = event_dead_lettered(item.record, item, GiveUp("permanent", failure, failure), "letter-1")

    assert (fact.dlq_id, fact.event_id, fact.attempts) == ("letter-1", "event-1", 3)
    assert (fact.disposition, fact.code) == ("permanent", "INVALID_INPUT")


def test_a_letter_of_poison_is_told_without_an_event() -> None:
    failure = a_failure("permanent")
    give_up = GiveUp("poison", failure, failure)
    fact = event_dead_lettered(a_record(offset=8), None, give_up, "letter-1")

    assert (fact.event_id, fact.event_type, fact.attempts) == (None, None, 0)
    assert fact.offset == 8


def test_a_settled_event_is_told_with_its_outcome() -> None:
    fact = event_settled(in_flight(offset=8), "completed", 2, 0.25)

    assert (fact.offset, fact.event_id, fact.outcome) == (8, "event-1", "completed")
    assert (fact.attempts, fact.duration_seconds) == (2, 0.25)


@pytest.mark.parametrize(
    ("prior", "attempts", "accepted"),
    [
        pytest.param(None, 0, ("b1:one",), id="new"),
        pytest.param(an_entry(fingerprints=("b1:two",)), 0, ("b1:two", "b1:one"), id="resend"),
        pytest.param(an_entry("running", history=a_history(2)), 2, ("b1:one",), id="unfinished"),
    ],
)
def test_an_event_takes_over_what_its_entry_knows(
    prior: Entry | None, attempts: int, accepted: tuple[str, ...]
) -> None:
    item = in_flight(prior=prior)

    assert item.attempts == attempts
    assert set(item.accepted) == set(accepted)


def test_an_event_that_was_let_go_holds_nothing() -> None:
    item = in_flight(offset=8)
    item.let_go()

    assert item.record.value is None
    assert item.event.payload == {}
    assert item.key == "e:event-1"


def test_a_record_is_named_and_weighed() -> None:
    record = a_record(b"12345", key=b"abc", offset=8)

    assert source_of(record) == "workflow-events/0/8"
    assert list(source_header(record)) == [(SOURCE_HEADER, b"workflow-events/0/8")]
    assert record_bytes(record) == 8
    assert record_bytes(a_record(None, key=None)) == 0
    assert str(TopicPartition("workflow-events", 3)) == "workflow-events/3"


def test_an_output_is_weighed_with_its_headers() -> None:
    headers = [("näme", b"12345"), ("none", None)]

    assert output_bytes(OutputRecord(None, None)) == RECORD_OVERHEAD
    assert output_bytes(OutputRecord(b"k", b"12", headers)) == RECORD_OVERHEAD + 3 + 20 + 14


@pytest.mark.parametrize(
    ("headers", "trace"),
    [
        pytest.param([], None, id="none"),
        pytest.param([("traceparent", b"00-1")], Trace("00-1"), id="parent alone"),
        pytest.param(
            [("tracestate", b"a=1"), ("traceparent", b"00-1")], Trace("00-1", "a=1"), id="both"
        ),
        pytest.param([("tracestate", b"a=1")], None, id="state alone"),
        pytest.param([("traceparent", None)], None, id="null"),
        pytest.param([("traceparent", b"")], None, id="empty"),
        pytest.param([("Traceparent", b"00-1"), ("x-retry", b"9")], None, id="other names"),
        pytest.param([("traceparent", b"0\xff")], Trace("0\ufffd"), id="not ASCII"),
    ],
)
def test_a_trace_is_read_from_its_headers_alone(headers: Headers, trace: Trace | None) -> None:
    assert trace_of(headers) == trace
