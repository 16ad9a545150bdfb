"""What stands on the audit topic about an act, and about what became of it?

Every act leaves one record when it is carried out or refused, in the transaction that does so; a
redrive that was accepted leaves another one when its event has settled.
"""

from typing import Literal

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from consumer.core.act import Act, ActKind
from consumer.core.dead_letter_size import short_text
from consumer.core.letter_mark import LetterAct
from consumer.core.output import OutputRecord
from consumer.core.timestamps import rfc3339

AUDIT_SCHEMA = "everonce.audit/1"
_TEXT_BYTES = 2000

ActOutcome = Literal["accepted", "done", "duplicate", "refused", "completed", "dead_lettered"]
"""Of a redrive or replay: accepted, then completed or dead_lettered; or duplicate: its event was
done already, and the letter is resolved.  Of the others: done.  Of any: refused."""


class AuditRecord(BaseModel):
    """An operator's act, and what became of it."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    schema_: Literal["everonce.audit/1"] = Field(alias="schema")
    """Name and version of this form."""

    act_id: str
    """The act; its records share it."""

    act: ActKind
    """What was asked for."""

    operator: str
    """Who asked."""

    reason: str | None
    """Why, where it was said."""

    asked_at: AwareDatetime
    """When it was asked for, by the desk's clock."""

    at: AwareDatetime
    """When this became of it."""

    outcome: ActOutcome
    """What became of it."""

    detail: str | None
    """Why it was refused; what else there is to say."""

    ledger_key: str | None
    """Key of the entry that it was about."""

    dlq_id: str | None
    """The letter that it was about."""

    new_dlq_id: str | None
    """The letter that its event has become again."""

    topic: str
    """Input topic."""

    partition: int
    """Partition whose owner has carried it out."""


def audit_record(
    act: Act,
    outcome: ActOutcome,
    *,
    topic: str,
    partition: int,
    now: float,
    detail: str | None = None,
    new_dlq_id: str | None = None,
) -> OutputRecord:
    """Return the audit record of *act*.

    Args:
        act: What was asked for.
        outcome: What became of it.
        topic: Input topic.
        partition: Whose owner says so.
        now: Seconds since the epoch.
        detail: Why it was refused; what else there is to say.
        new_dlq_id: The letter that its event has become again.
    """
    members = {
        "schema": AUDIT_SCHEMA,
        "act_id": act.act_id,
        "act": act.kind,
        "operator": short_text(act.operator, _TEXT_BYTES),
        "reason": None if act.reason is None else short_text(act.reason, _TEXT_BYTES),
        "asked_at": rfc3339(act.at),
        "at": rfc3339(now),
        "outcome": outcome,
        "detail": None if detail is None else short_text(detail, _TEXT_BYTES),
        "ledger_key": act.ledger_key,
        "dlq_id": act.dlq_id,
        "new_dlq_id": new_dlq_id,
        "topic": topic,
        "partition": partition,
    }
    # By act: whoever looks for one finds its records side by side.
    return OutputRecord(act.act_id.encode(), orjson.dumps(members))


def remembered(act: LetterAct, ledger_key: str, dlq_id: str | None) -> Act:
    """Return the act that made an event run, as far as the ledger remembers it."""
    return Act(
        act.kind,
        act.act_id,
        act.operator,
        act.reason,
        act.at,
        ledger_key,
        dlq_id,
    )
