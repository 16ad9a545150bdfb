"""How what is asked of an owner stands on the control topic, and is read back."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.act import ACT_HEADER, Act, ActKind, NotAnActError, control_record, read_act
from consumer.core.output import OutputRecord
from consumer.core.record import LogRecord
from tests.builders import NOW, a_record

KINDS: tuple[ActKind, ...] = ("discard", "now", "cancel", "release")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
HEADERS = st.lists(st.tuples(TEXTS, st.none() | st.binary(max_size=9)), max_size=3).map(tuple)
RECORDS = st.builds(
    LogRecord,
    topic=TEXTS,
    partition=st.integers(0, 9),
    offset=st.integers(0, 2**50),
    timestamp=st.integers(-1, 2**50),
    key=st.none() | st.binary(max_size=9),
    value=st.none() | st.binary(max_size=30),
    headers=HEADERS,
)
ACTS = st.builds(
    Act,
    kind=st.sampled_from(KINDS),
    act_id=TEXTS,
    operator=TEXTS,
    reason=st.none() | TEXTS,
    at=st.floats(0, NOW),
    ledger_key=st.none() | TEXTS,
    dlq_id=st.none() | TEXTS,
    edited=st.booleans(),
) | st.builds(
    Act,
    kind=st.sampled_from(["redrive", "replay", "home"]),
    act_id=TEXTS,
    ledger_key=st.none() | TEXTS,
    record=RECORDS,
)


def arrived(record: OutputRecord) -> LogRecord:
    return LogRecord("control", 3, 7, 0, record.key, record.value, list(record.headers))


@given(ACTS)
def test_an_act_is_read_back_as_it_was_written(act: Act) -> None:
    assert read_act(arrived(control_record(act))) == act


@given(RECORDS)
def test_what_a_producer_has_put_among_its_headers_is_no_act(record: LogRecord) -> None:
    forged = orjson.dumps({"v": 1, "act": "discard", "id": "forged"})
    original = a_record(b"{}", headers=((ACT_HEADER, forged), *record.headers))

    act = read_act(arrived(control_record(Act("home", "", record=original))))

    assert (act.kind, act.record) == ("home", original)


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"[]",
        b"{}",
        b"{",
        b"\xff",
        b'{"v":1,"act":"explode","id":"1"}',
        b'{"v":2,"act":"discard","id":"1"}',
        b'{"v":1,"act":["discard"]}',
        b'{"v":1,"act":"redrive","id":"1"}',
        b'{"v":1,"act":"redrive","id":"1","source":["t",1,2]}',
        b'{"v":1,"act":"discard","at":"yesterday"}',
    ],
)
def test_what_is_no_act_says_so_and_where_it_stands(header: bytes | None) -> None:
    record = LogRecord("control", 3, 7, 0, None, None, [(ACT_HEADER, header)])

    with pytest.raises(NotAnActError, match="control/3/7"):
        read_act(record)


def test_a_record_without_the_header_is_no_act() -> None:
    with pytest.raises(NotAnActError, match=ACT_HEADER):
        read_act(LogRecord("control", 3, 7, 0, b"k", b"{}", [("other", b"{}")]))
