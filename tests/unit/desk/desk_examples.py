"""Letters to vary: valid by default."""

import struct
from dataclasses import replace
from typing import Any

import orjson

from consumer.core.dead_letter import DeadLetter
from consumer.core.ledger_entry import Entry, LetterMark, encode
from consumer.core.record import Headers, LogRecord
from consumer.desk.letters import Letter
from consumer.desk.marks import Marks
from consumer.desk.outcomes import Outcomes
from consumer.desk.summary import Known
from tests.unit.core.letter_examples import NOW, a_letter

SPRING: Headers = [
    ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("kafka_dlt-original-topic", b"orders"),
    ("kafka_dlt-original-partition", struct.pack(">i", 7)),
    ("kafka_dlt-original-offset", struct.pack(">q", 1_234_567)),
    ("kafka_dlt-original-timestamp", struct.pack(">q", 1_712_620_800_000)),
    ("kafka_dlt-original-timestamp-type", b"CreateTime"),
    ("kafka_dlt-original-consumer-group", b"order-processor"),
    ("kafka_dlt-exception-fqcn", b"org.springframework.kafka.listener.ListenerExecutionFailed"),
    ("kafka_dlt-exception-cause-fqcn", b"java.lang.NullPointerException"),
    ("kafka_dlt-exception-message", b"Order.customerId is null"),
    ("kafka_dlt-exception-stacktrace", b"java.lang.NullPointerException\n\tat x.y.Z(Z.java:3)"),
]
CONNECT: Headers = [
    ("mine", b"kept"),
    ("__connect.errors.topic", b"orders"),
    ("__connect.errors.partition", b"3"),
    ("__connect.errors.offset", b"42"),
    ("__connect.errors.connector.name", b"jdbc-sink"),
    ("__connect.errors.task.id", b"0"),
    ("__connect.errors.stage", b"VALUE_CONVERTER"),
    ("__connect.errors.class.name", b"io.confluent.connect.avro.AvroConverter"),
    ("__connect.errors.exception.class.name", b"org.apache.kafka.connect.errors.DataException"),
    ("__connect.errors.exception.message", b"Failed to deserialize data for topic orders"),
    ("__connect.errors.exception.stacktrace", b"org.apache...DataException\n\tat a.b"),
]
STREAMS: Headers = [
    ("__streams.errors.exception", b"java.lang.IllegalStateException"),
    ("__streams.errors.message", b"no such store"),
    ("__streams.errors.stacktrace", b"java.lang.IllegalStateException\n\tat a.b"),
    ("__streams.errors.topic", b"orders"),
    ("__streams.errors.partition", b"0"),
    ("__streams.errors.offset", b"9"),
]


def a_summary(**members: Any) -> Letter:
    """Return the summary of an open letter."""
    given: dict[str, Any] = {
        "dlq_id": "11111111-2222-5333-8444-555555555555",
        "partition": 3,
        "offset": 17,
        "ledger_key": "e:e-1",
        "code": "MAX_RETRIES_EXCEEDED",
        "cause": "TIMEOUT",
        "disposition": "exhausted",
        "processor": "shop.orders.charge",
        "event_type": "invoice.created",
        "event_id": "e-1",
        "workflow_id": "w-1",
        "key": b"k-1",
        "timestamp": NOW,
        "message": "the bank did not answer",
        "group": "0123abcd",
        "state": "open",
        "attempts": 3,
        "error_type": "bank.TimeoutError",
        "shape": "the bank did not answer",
        "size": 1000,
    }
    return Letter(**(given | members))


def in_topic(letter: DeadLetter | None = None, **members: Any) -> LogRecord:
    """Return a letter as it stands in the dead-letter topic."""
    written = letter or a_letter()
    record = LogRecord(
        "dlq", 3, 17, int(NOW * 1000), written.key, written.value, tuple(written.headers)
    )
    return replace(record, **members)


def foreign(headers: Headers, value: bytes | None = b'{"a":1}', **members: Any) -> LogRecord:
    """Return a letter of another dialect as it stands in the dead-letter topic."""
    return replace(LogRecord("dlq", 3, 17, int(NOW * 1000), b"k", value, headers), **members)


def nothing_known() -> Known:
    """Return what is known of letters by an empty ledger."""
    return Known(Marks(), Outcomes())


def a_mark(*dlq_ids: str, count: int = 0, state: str = "open", **members: Any) -> LetterMark:
    """Return what an entry says of letters, the newest last."""
    given: dict[str, Any] = {
        "dlq_ids": dlq_ids,
        "count": count or len(dlq_ids),
        "state": state,
        "at": NOW,
    }
    return LetterMark(**(given | members))


def entry_bytes(mark: LetterMark | None) -> bytes:
    """Return a settled entry with *mark*."""
    return encode(Entry("dead_lettered", ("b1:one",), 5, settled_at=NOW, letter=mark))


def audit_bytes(**members: Any) -> bytes:
    """Return an audit record about a letter without an entry."""
    given: dict[str, Any] = {
        "schema": "everonce.audit/1",
        "act_id": "act-1",
        "act": "redrive",
        "operator": "ann",
        "reason": None,
        "asked_at": "2026-01-31T23:59:59.000000Z",
        "at": "2026-01-31T23:59:59.000000Z",
        "outcome": "accepted",
        "detail": None,
        "ledger_key": None,
        "dlq_id": "dlq/3/17",
        "new_dlq_id": None,
        "topic": "events",
        "partition": 3,
    }
    return orjson.dumps(given | members)
