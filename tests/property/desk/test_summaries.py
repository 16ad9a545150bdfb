"""Whatever stands in the dead-letter topic has a summary, and one line that can be exported."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.dead_letter_reading import NotALetterError
from consumer.core.record import LogRecord
from consumer.desk.carried import carried
from consumer.desk.envelopes import envelope_of
from consumer.desk.redaction import Redaction
from consumer.desk.summary import summary
from tests.unit.core.letter_examples import a_letter
from tests.unit.desk.desk_examples import CONNECT, SPRING, STREAMS, nothing_known

MEMBERS = orjson.loads(a_letter().value)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)
LETTERS = st.dictionaries(st.sampled_from(list(MEMBERS)[1:]), JSON, max_size=4).map(
    lambda changed: orjson.dumps(MEMBERS | changed)
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from([name for each in (SPRING, CONNECT, STREAMS) for name, _ in each])
        | st.text(),
        st.none() | st.binary(max_size=12),
    ),
    max_size=6,
)


@given(st.none() | st.binary(max_size=60) | JSON.map(orjson.dumps) | LETTERS, HEADERS)
def test_any_record_is_summed_up_and_exported(value: bytes | None, headers: Any) -> None:
    record = LogRecord("dlq", 3, 17, 1_700_000_000_000, b"\xff", value, headers)

    letter = summary(record, nothing_known())
    line = orjson.loads(carried(letter, record, Redaction(["*password*"])))

    assert line["desk"]["state"] == letter.state
    assert len(letter.group) == 8
    try:
        assert envelope_of(record).schema_ == "everonce.dead-letter/1"
    except NotALetterError:
        assert b"everonce.dead-letter/1" in (value or b"")
