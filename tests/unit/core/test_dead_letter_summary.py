"""What can be told of a letter without decoding it: its name, key and headers."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from consumer.core.dead_letter import letter_id
from consumer.core.dead_letter_reading import read_letter
from consumer.core.retry import GiveUp
from tests.unit.core.letter_examples import (
    NOW,
    a_failure,
    a_history,
    a_letter,
    a_record,
    given_up,
    header,
)


def test_the_same_failure_met_again_is_the_same_letter() -> None:
    again = a_letter(now=NOW + 3600, give_up=given_up(a_failure(message="other words")))

    assert again.dlq_id == a_letter().dlq_id
    assert UUID(again.dlq_id).version == 5


@pytest.mark.parametrize(
    "members",
    [{"topic": "t"}, {"partition": 4}, {"offset": 43}, {"timestamp": 1}],
    ids=lambda members: next(iter(members)),
)
def test_another_record_is_another_letter(members: dict[str, Any]) -> None:
    assert letter_id(a_record(**members), 0) != letter_id(a_record(), 0)


def test_a_redriven_event_that_fails_again_is_another_letter() -> None:
    assert letter_id(a_record(), 1) != letter_id(a_record(), 0)


def test_the_name_of_a_letter_never_changes() -> None:
    assert letter_id(a_record(), 0) == "647c69d5-4766-5e47-a162-b7a7fa7c8990"


def test_headers_tell_the_summary() -> None:
    cause = a_failure()
    failure = replace(cause, code="MAX_RETRIES_EXCEEDED")
    letter = a_letter(give_up=GiveUp("exhausted", failure, cause), history=a_history(3))

    assert dict(letter.headers) == {
        "everonce-dlq-id": letter.dlq_id.encode(),
        "everonce-dlq-disposition": b"exhausted",
        "everonce-dlq-code": b"MAX_RETRIES_EXCEEDED",
        "everonce-dlq-cause": b"TIMEOUT",
        "everonce-dlq-event-id": b"e-1",
        "everonce-dlq-event-type": b"invoice.created",
        "everonce-dlq-source": b"workflow-events/3/42",
        "everonce-dlq-attempts": b"3",
    }


def test_headers_of_a_poison_record_name_no_event() -> None:
    letter = a_letter(event=None)

    assert header(letter, "event-id") is header(letter, "event-type") is None
    assert header(letter, "attempts") == b"0"


def test_the_key_of_a_letter_is_that_of_its_record() -> None:
    assert a_letter().key == b"k-1"
    assert a_letter(record=a_record(key=None)).key is None


def test_text_that_no_utf_8_can_hold_stops_no_letter() -> None:
    failure = a_failure(message="\ud800", type="\ud801", code="\ud802", request_id="\ud803")
    letter = a_letter(give_up=given_up(failure), ledger_key="\ud804")

    assert read_letter(letter.value).error.message == "\\ud800"
    assert header(letter, "code") == b"\\ud802"
