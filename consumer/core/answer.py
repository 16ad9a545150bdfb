"""What is a duplicate answered with, where duplicates are answered?"""

from typing import Any

import orjson

from consumer.core.failure import Failure
from consumer.core.ledger_entry import Entry
from consumer.core.output import OutputRecord
from consumer.core.record import Record
from consumer.core.result import encode_result
from consumer.core.source_header import source_header
from processors.contract import WorkflowEvent


def answer(
    record: Record,
    event: WorkflowEvent[Any],
    entry: Entry,
    *,
    now: float,
) -> OutputRecord:
    """Return what a duplicate is answered with: what is stored of the original."""
    dlq_id = entry.letter.dlq_ids[-1] if entry.letter_is_open and entry.letter else None
    failed = None
    if dlq_id is not None:
        message = f"the original was dead-lettered as {dlq_id}"
        failed = Failure("EXECUTION_FAILED", message, "permanent", "answer")
    return OutputRecord(
        record.key,
        encode_result(
            event,
            "duplicate",
            attempts=0,
            processor=None,
            started_at=now,
            finished_at=now,
            result=orjson.Fragment(entry.result) if entry.result is not None else None,
            error=failed,
            dlq_id=dlq_id,
        ),
        source_header(record),
    )
