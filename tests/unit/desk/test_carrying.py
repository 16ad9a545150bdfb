"""How letters leave their topic, and come back."""

from typing import Any

import orjson
import pytest

from config.desk import DeskSettings
from consumer.core.audit_record import AuditRecord
from consumer.core.dead_letter_reading import original_record, read_letter
from consumer.core.ledger_entry import Entry, decode_entry
from consumer.core.record import LogRecord, Record
from consumer.desk.carried import carried
from consumer.desk.imports import NotImportableError, importable, imported_record
from consumer.desk.redaction import Redaction
from consumer.desk.summary import IMPORTED_HEADER, summary
from tests.unit.core.letter_examples import (
    NOW,
    a_failure,
    a_history,
    a_letter,
    a_record,
    given_up,
)
from tests.unit.desk.desk_examples import (
    SPRING,
    a_mark,
    audit_bytes,
    entry_bytes,
    foreign,
    in_topic,
    nothing_known,
)

SHOWN = Redaction(())
HIDE = Redaction(DeskSettings().redact)


def line_of(record: Record, hide: Redaction = SHOWN, **beside: Any) -> bytes:
    return carried(summary(record, nothing_known()), record, hide, **beside)


def test_line_is_the_letter_with_its_state_beside_it() -> None:
    written = a_letter()

    line = line_of(in_topic(written))

    assert line.startswith(written.value[:-1] + b',"desk":{')
    assert orjson.loads(line)["desk"] == {
        "state": "forgotten",
        "group": summary(in_topic(written), nothing_known()).group,
        "topic": "dlq",
        "partition": 3,
        "offset": 17,
        "dialect": "everonce",
    }


def test_entry_and_acts_are_told_where_they_are_given() -> None:
    entry: Entry = decode_entry(entry_bytes(a_mark("a")))
    acts = [AuditRecord.model_validate_json(audit_bytes(outcome="refused"))]

    desk = orjson.loads(line_of(in_topic(), entry=entry, audit=acts))["desk"]

    assert desk["entry"]["status"] == "dead_lettered"
    assert desk["entry"]["letter"]["dlq_ids"] == ["a"]
    assert desk["audit"][0]["outcome"] == "refused"
    assert desk["audit"][0]["schema"] == "everonce.audit/1"


def test_letter_over_several_lines_becomes_one_with_every_digit() -> None:
    value = a_letter().value.replace(b'"cut":[]', b'"cut":[] ,\n"n": 1.00000000000000000001')

    line = line_of(in_topic(value=value))

    assert b"\n" not in line
    assert b"1.00000000000000000001" in line


def test_exported_letter_comes_back_byte_for_byte() -> None:
    record = a_record(value=b'{"n": 1234567890123456789012345}', headers=[("a", b"\xff")])
    written = a_letter(record, history=a_history(2), event=None)

    letter = importable(line_of(in_topic(written)))
    again = imported_record(letter, NOW)

    assert letter.dlq_id == written.dlq_id
    assert letter.partition == 3
    assert again.key == b"k-1"
    assert original_record(read_letter(again.value or b"")) == original_record(
        read_letter(written.value)
    )
    assert dict(again.headers).keys() >= dict(written.headers).keys()
    assert dict(again.headers)["everonce-dlq-attempts"] == b"2"
    assert dict(again.headers)[IMPORTED_HEADER] == b"2023-11-14T22:13:20.250000Z"


def test_deeply_nested_letter_comes_back_as_it_was_written() -> None:
    value = b'{"a":' * 400 + b"1" + b"}" * 400
    written = a_letter(a_record(value=value))

    assert importable(line_of(in_topic(written))).value == written.value


def test_line_that_somebody_laid_out_anew_is_read_all_the_same() -> None:
    written = a_letter()
    line = orjson.dumps({"desk": {}, **orjson.loads(written.value)})

    assert importable(line).dlq_id == written.dlq_id
    assert b'"desk"' not in importable(line).value


def test_headers_of_an_imported_letter_are_those_it_was_written_with() -> None:
    written = a_letter()
    again = imported_record(importable(line_of(in_topic(written))), NOW)

    assert dict(again.headers).items() >= dict(written.headers).items()


def test_letter_of_another_system_is_brought_in_under_a_name_of_its_own() -> None:
    one, other = (
        importable(line_of(foreign(SPRING, offset=offset, timestamp=1_700_000_000_000 + offset)))
        for offset in (1, 2)
    )

    assert one.dlq_id != other.dlq_id
    assert "/" not in one.dlq_id
    assert one.partition == 7
    brought = imported_record(one, NOW)
    record = LogRecord("dlq", 7, 5, 1, brought.key, brought.value, brought.headers)
    letter = summary(record, nothing_known())
    assert (letter.dlq_id, letter.ledger_key, letter.state) == (one.dlq_id, None, "open")


def test_the_same_line_has_the_same_name_every_time() -> None:
    line = line_of(foreign(SPRING))

    assert importable(line).dlq_id == importable(line).dlq_id


def test_key_that_was_cut_is_not_made_up() -> None:
    written = a_letter(a_record(key=b"k" * 9000), max_bytes=5000)

    assert imported_record(importable(line_of(in_topic(written))), NOW).key is None


def test_letter_in_which_something_is_hidden_is_not_brought_in() -> None:
    written = a_letter(give_up=given_up(a_failure(message="password=hunter2")))
    line = line_of(in_topic(written), HIDE)

    assert b"hunter2" not in line
    with pytest.raises(NotImportableError, match="--reveal"):
        importable(line)


def test_letter_in_which_nothing_had_to_be_hidden_is() -> None:
    written = a_letter()

    assert importable(line_of(in_topic(written), HIDE)).dlq_id == written.dlq_id


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
        (b"NaN", "no JSON"),
        (b"[" * 200_000, "no JSON"),
        (b"[]", "no JSON object"),
        (b'{"dlq_id":"x"}', "schema"),
        (b'{"schema":"everonce.dead-letter/2"}', "schema"),
    ],
)
def test_line_that_is_no_letter_says_why(line: bytes, why: str) -> None:
    with pytest.raises(NotImportableError, match=why):
        importable(line)
