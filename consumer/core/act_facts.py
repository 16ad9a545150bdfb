"""What is telemetry told of operators' acts?"""

from dataclasses import dataclass

from consumer.core.act import ActKind
from consumer.core.audit_record import ActOutcome


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
