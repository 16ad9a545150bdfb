"""What a record of the dead-letter topic says in short."""

from typing import Any

import orjson
import pytest

from consumer.core.retry import GiveUp
from consumer.core.timestamps import rfc3339
from consumer.desk.marks import Marks
from consumer.desk.outcomes import Outcomes
from consumer.desk.summary import (
    FOREIGN_CODE,
    IMPORTED_HEADER,
    UNKNOWN_MESSAGE,
    UNREADABLE_MESSAGE,
    Known,
    summary,
)
from tests.builders import event_bytes
from tests.unit.core.letter_examples import (
    NOW,
    a_failure,
    a_history,
    a_letter,
    given_up,
)
from tests.unit.desk.desk_examples import (
    CONNECT,
    SPRING,
    a_mark,
    audit_bytes,
    entry_bytes,
    foreign,
    in_topic,
    nothing_known,
)


def changed(**members: Any) -> bytes:
    return orjson.dumps(orjson.loads(a_letter().value) | members)


def test_letter_of_ours_is_summed_up() -> None:
    cause = a_failure()
    limit = a_failure(code="MAX_RETRIES_EXCEEDED", message="Failed after 3 attempts: no answer")
    written = a_letter(
        give_up=GiveUp("exhausted", limit, cause),
        history=a_history(3),
    )
    known = nothing_known()
    known.marks.remember(b"e:e-1", entry_bytes(a_mark(written.dlq_id)))

    letter = summary(in_topic(written), known)

    assert (letter.dlq_id, letter.partition, letter.offset) == (written.dlq_id, 3, 17)
    assert (letter.ledger_key, letter.state) == ("e:e-1", "open")
    assert (letter.code, letter.cause, letter.why) == ("MAX_RETRIES_EXCEEDED", "TIMEOUT", "TIMEOUT")
    assert (letter.disposition, letter.attempts) == ("exhausted", 3)
    assert (letter.processor, letter.event_type) == ("charge", "invoice.created")
    assert (letter.event_id, letter.workflow_id, letter.key) == ("e-1", "w-1", b"k-1")
    assert (letter.message, letter.shape) == ("Failed after 3 attempts: no answer", "no answer")
    assert (letter.error_type, letter.timestamp) == ("bank.TimeoutError", NOW)
    assert (letter.dialect, letter.size) == ("everonce", len(written.value))


def test_retries_that_were_used_up_are_of_the_group_of_their_cause() -> None:
    cause = a_failure(message="no answer")
    limit = a_failure(code="MAX_RETRIES_EXCEEDED", message="Failed after 3 attempts: no answer")
    exhausted = a_letter(give_up=GiveUp("exhausted", limit, cause))
    at_once = a_letter(give_up=given_up(cause))

    groups = {summary(in_topic(each), nothing_known()).group for each in (exhausted, at_once)}

    assert len(groups) == 1


def test_value_of_the_record_is_not_decoded() -> None:
    value = a_letter().value
    end = value.index(b',"original":{')

    letter = summary(
        in_topic(value=value[:end] + b',"original":{ this is no JSON'), nothing_known()
    )

    assert letter.event_id == "e-1"


def test_member_that_is_called_original_too_does_not_end_the_letter() -> None:
    failure = a_failure(details={"a": 1, "original": {"b": 2}})
    written = a_letter(give_up=given_up(failure))

    assert summary(in_topic(written), nothing_known()).event_id == "e-1"


def test_letter_that_was_written_with_other_spacing_is_read() -> None:
    value = orjson.dumps(orjson.loads(a_letter().value), option=orjson.OPT_INDENT_2)

    assert summary(in_topic(value=value), nothing_known()).event_id == "e-1"


@pytest.mark.parametrize(
    "members",
    [
        {"error": "no"},
        {"dlq_id": 7},
        {"error": {"code": None}},
    ],
    ids=str,
)
def test_letter_that_is_not_as_ours_are_says_so(members: dict[str, Any]) -> None:
    letter = summary(in_topic(value=changed(**members)), nothing_known())

    assert (letter.dialect, letter.message) == ("unknown", UNREADABLE_MESSAGE)
    assert letter.dlq_id == "dlq/3/17"


def test_member_of_another_type_reads_as_absent() -> None:
    value = changed(
        context=[], timestamp=5, retry_count="many", disposition=None, ledger_key=None, attempts=0
    )
    letter = summary(in_topic(value=value), nothing_known())

    assert (letter.event_id, letter.processor, letter.disposition) == (None, None, "?")
    assert (letter.timestamp, letter.attempts) == (int(NOW * 1000) / 1000, 0)
    assert (letter.ledger_key, letter.state) == (None, "open")


def test_cut_letter_keeps_the_number_of_attempts() -> None:
    letter = summary(in_topic(value=changed(retry_count=2, attempts=[])), nothing_known())

    assert letter.attempts == 3


def test_letter_of_another_system_is_named_after_its_place() -> None:
    record = foreign(SPRING, event_bytes("e-9"))

    letter = summary(record, nothing_known())

    assert (letter.dlq_id, letter.ledger_key, letter.state) == ("dlq/3/17", None, "open")
    assert (letter.code, letter.processor) == (FOREIGN_CODE, "order-processor")
    assert (letter.event_id, letter.event_type) == ("e-9", "order.created")
    assert (letter.dialect, letter.attempts) == ("spring", 1)


@pytest.mark.parametrize("value", [None, b"", b"\xff\x00", b"[]", b'{"a":1}', b"[" * 5000])
def test_whatever_stands_in_the_topic_has_a_summary(value: bytes | None) -> None:
    letter = summary(foreign([], value), nothing_known())

    assert (letter.dialect, letter.message) == ("unknown", UNKNOWN_MESSAGE)
    assert letter.event_id is None


def test_state_of_a_letter_of_another_system_is_what_the_audit_says() -> None:
    outcomes = Outcomes()
    outcomes.remember(audit_bytes(outcome="completed"))

    assert summary(foreign(CONNECT), Known(Marks(), outcomes)).state == "resolved"


def test_imported_letter_without_an_entry_has_no_ledger_key_and_the_state_of_the_audit() -> None:
    written = a_letter()
    headers = [*written.headers, (IMPORTED_HEADER, rfc3339(NOW).encode())]
    known = nothing_known()
    record = in_topic(written, headers=headers)

    fresh = summary(record, known)
    known.outcomes.remember(audit_bytes(dlq_id=written.dlq_id, outcome="accepted"))
    redriven = summary(record, known)

    assert (fresh.ledger_key, fresh.state) == (None, "open")
    assert (redriven.ledger_key, redriven.state) == (None, "redriven")


def test_imported_letter_that_the_ledger_knows_keeps_its_entry() -> None:
    written = a_letter()
    headers = [*written.headers, (IMPORTED_HEADER, b"")]
    known = nothing_known()
    known.marks.remember(b"e:e-1", entry_bytes(a_mark(written.dlq_id, state="discarded")))

    letter = summary(in_topic(written, headers=headers), known)

    assert (letter.ledger_key, letter.state) == ("e:e-1", "discarded")


def test_letter_whose_entry_has_expired_is_forgotten() -> None:
    assert summary(in_topic(), nothing_known()).state == "forgotten"
