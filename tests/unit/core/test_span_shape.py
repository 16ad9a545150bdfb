"""The span of an attempt names its event, and is part of its record's trace while that is young."""

from dataclasses import replace

import pytest

from consumer.core.letter_mark import LetterMark
from consumer.core.retry import GiveUp
from consumer.core.span_shape import (
    attempt_attributes,
    is_late,
    letter_attributes,
    record_attributes,
)
from tests.builders import NOW, a_parked, a_record, an_entry, in_flight
from tests.unit.core.letter_examples import a_failure

TOPIC = "workflow-events"


def test_first_attempt_is_part_of_its_records_trace() -> None:
    assert not is_late(in_flight(), TOPIC)


@pytest.mark.parametrize("which", ["parked", "redriven", "control"])
def test_attempt_long_after_its_record_is_late(which: str) -> None:
    item = in_flight()
    if which == "parked":
        item.prior = replace(an_entry(), parked=a_parked())
    elif which == "redriven":
        item.prior = replace(an_entry(), letter=LetterMark.after(None, "d-1", NOW))
    else:
        item.record = a_record(topic="workflow-events-control")
    assert is_late(item, TOPIC)


def test_attempt_that_was_tried_before_in_memory_is_not_late() -> None:
    item = in_flight()
    item.prior = an_entry()
    assert not is_late(item, TOPIC)


def test_attributes_name_event_attempt_and_place() -> None:
    said = attempt_attributes(in_flight(offset=7), 2, "charge", "billing")
    assert said["messaging.system"] == "kafka"
    assert said["messaging.destination.name"] == TOPIC
    assert said["messaging.kafka.offset"] == 7
    assert said["messaging.consumer.group.name"] == "billing"
    assert (said["everonce.processor"], said["everonce.attempt"]) == ("charge", 2)
    assert record_attributes(in_flight(offset=7).record, "billing").items() <= said.items()


def test_letter_is_named_with_its_codes_and_never_its_message() -> None:
    failure = a_failure(code="MAX_RETRIES_EXCEEDED", message="card 4111")
    said = letter_attributes("d-1", GiveUp("exhausted", failure, a_failure()))
    assert said == {
        "everonce.dlq_id": "d-1",
        "everonce.disposition": "exhausted",
        "everonce.code": "MAX_RETRIES_EXCEEDED",
        "everonce.cause": "TIMEOUT",
    }
