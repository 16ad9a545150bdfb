"""What is telemetry told of operators' acts?"""

from dataclasses import dataclass
from typing import NamedTuple

from consumer.core.act import ActKind
from consumer.core.audit_record import ActOutcome
from consumer.core.output import OutputRecord


@dataclass(frozen=True, slots=True)
class ActDone:
    """Something became of an act, and its commit is visible; a redrive has two such moments."""

    kind: ActKind
    outcome: ActOutcome
    topic: str
    """The input's."""
    partition: int
    act_id: str
    operator: str
    ledger_key: str | None
    dlq_id: str | None
    detail: str | None = None
    """Why it was refused; what else there is to say."""


class ActAnswer(NamedTuple):
    """What became of an act, as it will be told with the commit that makes it so."""

    fact: ActDone
    record: OutputRecord | None
    """For the audit topic; None where there is none."""
