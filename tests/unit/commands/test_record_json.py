"""Records as lines of JSON: what was tailed can be produced again, byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.commands.printable import is_harmless
from consumer.commands.record_json import RecordLineError, record_line, record_of
from consumer.core.output import OutputRecord
from consumer.core.record import LogRecord

JSON_TEXTS = st.sampled_from(
    [
        b"null",
        b'"text"',
        b"[]",
        b"{}",
        b"1.00000000000000000001",
        b"1234567890123456789012345",
        b"1e999",
        b'{"a": 1.10, "b":  [1,2 ]}',
        b'{\n "pretty": true\n}',
        b' {"leading": "space"}',
        b'{"encoding": "base64", "data": "AAAA"}',
        b'{"encoding": 7}',
        b'{"value": 3}',
        '{"c1": "\x9b31m", "bidi": "\u202e"}'.encode(),
        b'{"half": "\\ud800"}',
    ]
)
VALUES = st.none() | st.binary() | st.text().map(str.encode) | JSON_TEXTS
HEADERS = st.lists(st.tuples(st.text(), st.none() | st.binary()), max_size=3)


def as_record(value: OutputRecord) -> LogRecord:
    return LogRecord("t", 3, 14, 1_700_000_000_000, value.key, value.value, value.headers)


@given(key=st.none() | st.binary(), value=VALUES, headers=HEADERS)
def test_a_tailed_record_is_produced_again_byte_for_byte(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    record = OutputRecord(key, value, headers)

    line = record_line(as_record(record))

    assert record_of(line.encode(), key_member="workflow_id") == record


@given(key=st.none() | st.binary(), value=VALUES, headers=HEADERS)
def test_a_line_holds_nothing_that_a_terminal_would_obey(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    assert is_harmless(record_line(as_record(OutputRecord(key, value, headers))))


def test_a_json_value_stands_in_the_line_as_json_with_its_digits_kept() -> None:
    line = record_line(as_record(OutputRecord(b"k", b'{"amount": 1.00000000000000000001}')))

    assert '"value":{"amount": 1.00000000000000000001}' in line


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"event_id": "1", "workflow_id": "wf-7", "n": 1e999}', b"wf-7"),
        (b'{"event_id": "1", "workflow_id": 7}', None),
        (b'{"value": 1, "something": "else"}', None),
        (b"no JSON at all \xff", None),
        (b"[1, 2]", None),
        (b'{"workflow_id": "wf"', None),
        (b'{"workflow_id": "wf"} trailing', None),
    ],
)
def test_any_other_line_is_the_value_itself(line: bytes, key: bytes | None) -> None:
    assert record_of(line, key_member="workflow_id") == OutputRecord(key, line)


def test_a_member_can_be_kept_from_becoming_the_key() -> None:
    assert record_of(b'{"workflow_id": "wf"}', key_member=None).key is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"key": 7, "value": "x"}', "key is 7"),
        (b'{"value": {"encoding": "base64", "data": "*"}}', "no base64"),
        (b'{"value": "x", "headers": [["name"]]}', "headers is"),
        (b'{"value": "x", "headers": {"name": 7}}', "header 'name'"),
        (b'{"value": "x", "headers": "name"}', "headers is"),
    ],
)
def test_a_described_record_of_a_wrong_form_is_refused_with_the_member(
    line: bytes, said: str
) -> None:
    with pytest.raises(RecordLineError, match=said):
        record_of(line, key_member=None)


def test_headers_may_be_an_object() -> None:
    record = record_of(b'{"value": "x", "headers": {"a": "1", "b": null}}', key_member=None)

    assert record.headers == [("a", b"1"), ("b", None)]
