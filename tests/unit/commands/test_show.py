"""Records of each topic in one line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.commands.printable import is_harmless
from consumer.commands.show import clock, line_of
from consumer.core.record import LogRecord

ROLES = ("events", "results", "dlq", "state")


def a_record(value: bytes | None, key: bytes | None = b"k") -> LogRecord:
    return LogRecord("t", 2, 31, 1_700_000_000_123, key, value)


def shown(role: str, value: bytes | None, key: bytes | None = b"k") -> str:
    return line_of(role)(a_record(value, key)).plain


@pytest.mark.parametrize(
    ("role", "value", "words"),
    [
        (
            "events",
            b'{"event_id": "e1", "event_type": "order.created", "payload": {"n": 1}}',
            ("2023-11-14 22:13:20.123Z", "2/31", "k", "order.created", "e1", '{"n":1}'),
        ),
        ("events", b"\xffrubbish", ("no event", r"\xffrubbish")),
        ("events", None, ("tombstone",)),
        (
            "results",
            b'{"status": "success", "event_type": "t", "event_id": "e1", "result": {"a": 2}}',
            ("success", "e1", '{"a":2}'),
        ),
        (
            "results",
            b'{"status": "error", "event_id": "e1", "error": {"code": "X", "message": "why"}}',
            ("error", "e1", "X: why"),
        ),
        ("results", b"[]", ("not one of ours",)),
        (
            "dlq",
            b'{"disposition": "poison", "error": {"code": "INVALID_INPUT", "message": "no"}}',
            ("poison", "INVALID_INPUT: no"),
        ),
        ("dlq", b"letter of another", ("not one of ours", "letter of another")),
    ],
)
def test_a_line_has_what_readers_of_the_topic_look_for(
    role: str, value: bytes | None, words: tuple[str, ...]
) -> None:
    line = shown(role, value)

    for word in words:
        assert word in line


@pytest.mark.parametrize(
    ("key", "word"),
    [
        (b"e:order-7", "event order-7"),
        (b"r:orders/3/14", "record orders/3/14"),
        (b"progress", "progress"),
        (b"e:\x1b[2J", r"event \x1b[2J"),
    ],
)
def test_keys_of_the_ledger_are_in_words(key: bytes, word: str) -> None:
    line = shown("state", b'{"v": 1, "status": "completed", "offsets": {"input": 3}}', key)

    assert f" {word} " in line
    assert "completed" in line
    assert '{"offsets":{"input":3}}' in line


def test_a_forgotten_entry_is_said_to_be_forgotten() -> None:
    assert shown("state", None, b"e:1").endswith("event 1  forgotten")


@given(st.sampled_from(ROLES), st.none() | st.binary(), st.none() | st.binary())
def test_no_record_can_harm_the_terminal_or_stop_the_tail(
    role: str, value: bytes | None, key: bytes | None
) -> None:
    assert is_harmless(shown(role, value, key))


@given(
    st.sampled_from(ROLES),
    st.dictionaries(
        st.sampled_from(["event_id", "event_type", "payload", "status", "error", "context"]),
        st.text() | st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()),
    ),
)
def test_no_document_of_another_form_stops_the_tail(role: str, document: dict[str, object]) -> None:
    assert is_harmless(shown(role, json.dumps(document).encode()))


@pytest.mark.parametrize("timestamp", [-1, 10**18])
def test_a_time_beyond_the_calendar_is_shown_as_it_is(timestamp: int) -> None:
    assert clock(timestamp)
