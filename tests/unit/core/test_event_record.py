"""What is an event, and what is said of a value that is none."""

from typing import Any

import pytest

from consumer.core.event_record import EventRecord, why_invalid

EVENT: dict[str, Any] = {
    "event_id": "e-1",
    "event_type": "invoice.created",
    "workflow_id": "w-1",
    "workflow_run_id": "r-1",
    "occurred_at": "2026-01-31T23:59:59Z",
    "payload": {"amount": 1},
}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"event_id": "é" * 256},
        {"event_type": ""},
        {"occurred_at": "2026-01-31T23:59:59.123456789+05:30"},
        {"idempotency_key": "i", "correlation_id": "c", "schema_version": "1"},
        {"correlation_id": None},
        {"tenant": {"id": 7}},
    ],
    ids=repr,
)
def test_nothing_is_said_of_an_event(members: dict[str, Any]) -> None:
    assert why_invalid(EVENT | members) == ""


def test_unknown_members_are_kept() -> None:
    event = EventRecord.model_validate(EVENT | {"tenant": 7})

    assert event.model_extra == {"tenant": 7}


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"event_id": ""}, "event_id is empty."),
        ({"event_id": 7}, "event_id is the number 7 and must be a text."),
        ({"event_id": True}, "event_id is a truth value and must be a text."),
        ({"event_id": b"x"}, "event_id is a bytes and must be a text."),
        (
            {"event_id": "é" * 257},
            "event_id is 514 bytes long, and at most 512 are remembered.",
        ),
        (
            {"event_id": "\ud800"},
            (
                "event_id: Input should be a valid string, unable to parse raw data as a unicode "
                "string."
            ),
        ),
        ({"workflow_id": None}, "workflow_id is null and must be a text."),
        ({"payload": []}, "payload is a list and must be an object."),
        ({"correlation_id": {}}, "correlation_id is an object and must be a text."),
        (
            {"occurred_at": "yesterday"},
            (
                "occurred_at is 'yesterday': write it as RFC 3339 with a zone, like "
                "2026-01-31T23:59:59Z."
            ),
        ),
        (
            {"occurred_at": "2026-02-30T00:00:00Z"},
            (
                "occurred_at is '2026-02-30T00:00:00Z', which is no moment: day is out of range "
                "for month."
            ),
        ),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_wrong_member_is_named_with_what_is_wrong(members: dict[str, Any], sentence: str) -> None:
    assert why_invalid(EVENT | members) == sentence


@pytest.mark.parametrize(
    "text",
    ["2026-01-31T23:59:59", "2026-01-31", "20260131T235959Z", "2026-01-31T23:59:60Z", ""],
)
def test_a_moment_needs_the_form_of_rfc_3339_and_a_zone(text: str) -> None:
    assert why_invalid(EVENT | {"occurred_at": text}).startswith("occurred_at is ")


def test_every_problem_has_its_sentence() -> None:
    assert why_invalid({"event_id": 1, "payload": "x"}) == (
        "event_id is the number 1 and must be a text. event_type is missing. "
        "workflow_id is missing. workflow_run_id is missing. occurred_at is missing. "
        "payload is a text and must be an object."
    )


def test_a_long_value_is_not_repeated() -> None:
    sentence = why_invalid(EVENT | {"occurred_at": "9" * 1000})

    assert len(sentence) < 150


def test_only_an_object_is_an_event() -> None:
    assert why_invalid([EVENT]) == "The record is a list, and an event is a JSON object."
