"""Which forms do our records have, as JSON Schemas?

Generated from the models into ``docs/schemas``.  A new kind of record is one more row here.
"""

from typing import Any

from pydantic import BaseModel

from consumer.core.audit_record import AuditRecord
from consumer.core.dead_letter_record import DeadLetterRecord
from consumer.core.event_record import EventRecord
from consumer.core.ledger_record import LedgerEntryRecord, ProgressRecord
from consumer.core.notice_record import NoticeRecord
from consumer.core.result import ResultRecord

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_MODELS: dict[str, type[BaseModel]] = {
    "event": EventRecord,
    "result": ResultRecord,
    "dead-letter": DeadLetterRecord,
    "ledger-entry": LedgerEntryRecord,
    "ledger-progress": ProgressRecord,
    "audit": AuditRecord,
    "notice": NoticeRecord,
}
"""Name of the file in docs/schemas, without its ending -> what it is generated from."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of every kind of record, by name."""
    return {
        name: {"$schema": DIALECT, "$id": f"urn:everonce:{name}:1", **model.model_json_schema()}
        for name, model in _MODELS.items()
    }
