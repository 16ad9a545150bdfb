"""May a mended value be sent, and what is said where it may not?"""

from typing import Any

import pytest
from pydantic import BaseModel

from consumer.desk.mending import as_sent, checked, difference, editable, is_same, patched_value
from processors.contract import Context, WorkflowEvent
from processors.registry import Registry
from tests.builders import a_processor, a_registry, event_bytes


class Invoice(BaseModel):
    amount: int
    currency: str


async def charge(event: WorkflowEvent[Invoice], ctx: Context) -> None:
    return None


def registry(pattern: str = "*") -> Registry:
    return a_registry(a_processor(charge, pattern))


def invoice(**members: Any) -> bytes:
    given: dict[str, Any] = {"payload": {"amount": 7, "currency": "EUR"}}
    return event_bytes(**(given | members))


def test_event_that_its_processor_takes_may_be_sent() -> None:
    verdict = checked(invoice(), invoice(payload={"amount": 8, "currency": "EUR"}), registry())

    assert verdict.problems == []
    assert verdict.warnings == ()
    assert verdict.event is not None
    assert verdict.event.payload["amount"] == 8


@pytest.mark.parametrize("original", [None, b"", b"not json", b'{"event_id": "event-2"}'])
def test_event_id_is_free_where_there_never_was_an_event(original: bytes | None) -> None:
    assert checked(original, invoice(), registry()).problems == []


def test_event_id_is_locked_where_there_was_one() -> None:
    (problem,) = checked(invoice(), invoice(event_id="event-2"), registry()).problems

    assert "event_id is 'event-2' and was 'event-1'" in problem


@pytest.mark.parametrize(
    ("mended", "said"),
    [
        (b"{", "not JSON"),
        (invoice(event_type=...), "event_type is missing"),
        (invoice(payload={"amount": 10**30}), "cannot be kept exactly"),
        (b"", "not JSON"),
    ],
)
def test_what_is_no_event_may_not_be_sent(mended: bytes, said: str) -> None:
    verdict = checked(invoice(), mended, registry())

    assert said in " ".join(verdict.problems)
    assert verdict.event is None


def test_payload_that_its_processor_does_not_take_may_not_be_sent() -> None:
    verdict = checked(invoice(), invoice(payload={"amount": "much"}), registry())

    assert [each.split(":")[0] for each in verdict.problems] == [
        "payload.amount",
        "payload.currency",
    ]
    # Payloads are nobody's business: what stood there is not told.
    assert "much" not in " ".join(verdict.problems)


def test_type_without_a_processor_is_told_and_may_be_sent() -> None:
    verdict = checked(invoice(), invoice(payload={}), registry("order.*x"))

    assert verdict.problems == []
    assert "no processor here is for 'order.created'" in verdict.warnings[0]


def test_person_sees_every_digit_and_what_is_sent_has_it() -> None:
    value = b'{"a":1.00000000000000000001,"b":12345678901234567890123,"c":1e999}'

    shown = editable(value)

    assert shown is not None
    assert shown.startswith(b'{\n  "a": 1.00000000000000000001,\n')
    assert as_sent(shown) == value


def test_text_that_is_no_json_is_shown_as_it_is() -> None:
    assert editable(b"not json") == b"not json"
    assert as_sent(b"not json") == b"not json"
    assert editable(b"\xff\x00") is None


def test_spaces_are_no_change() -> None:
    assert is_same(b'{"a":1}', b'{ "a" : 1 }\n')
    assert not is_same(b'{"a":1}', b'{"a":1.0}')
    assert not is_same(None, b"{}")


def test_difference_shows_the_lines_that_were_changed() -> None:
    lines = difference(b'{"a":1,"b":2}', b'{"a":1,"b":3}')

    assert [line for line in lines if line[:1] in "+-"][2:] == ['-  "b": 2', '+  "b": 3']
    assert difference(b'{"a":1}', b'{ "a": 1 }') == []


def test_patch_changes_the_value() -> None:
    assert patched_value(b'{"a": 1, "b": 2}', b'{"b": 3}') == b'{"a":1,"b":3}'
