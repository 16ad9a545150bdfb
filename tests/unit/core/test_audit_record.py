"""What stands on the audit topic about an act."""

import orjson

from consumer.core.act import Act
from consumer.core.audit_record import AuditRecord, audit_record, remembered
from consumer.core.letter_mark import LetterAct
from tests.builders import NOW

ACT = Act("redrive", "act-1", "ann", "mended", NOW - 1, "e:one", "letter-1")


def test_an_audit_record_says_who_asked_for_what_and_what_became_of_it() -> None:
    record = audit_record(
        ACT, "dead_lettered", topic="in", partition=2, now=NOW, detail="again", new_dlq_id="l2"
    )

    read = AuditRecord.model_validate(orjson.loads(record.value or b""))
    assert record.key == b"act-1"
    assert (read.act, read.operator, read.reason, read.outcome) == (
        "redrive",
        "ann",
        "mended",
        "dead_lettered",
    )
    assert (read.ledger_key, read.dlq_id, read.new_dlq_id) == ("e:one", "letter-1", "l2")
    assert (read.topic, read.partition, read.detail) == ("in", 2, "again")
    assert (read.asked_at.timestamp(), read.at.timestamp()) == (NOW - 1, NOW)


def test_texts_are_bounded_whatever_an_operator_types() -> None:
    act = Act("discard", "act-1", "o" * 9000, "\x00" * 9000, NOW)

    value = audit_record(act, "refused", topic="t", partition=0, now=NOW, detail="d" * 9000).value

    assert len(value or b"") < 7000
    AuditRecord.model_validate(orjson.loads(value or b""))


def test_the_act_that_the_ledger_remembers_is_the_one_that_was_asked_for() -> None:
    known = LetterAct("act-1", "ann", "mended", NOW - 1)

    assert remembered(known, "e:one", "letter-1") == ACT
