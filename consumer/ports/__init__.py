"""What does the runtime need from outside?

==================  ==============================================================================
``source``          the input and control topics, read as a member of the group
``writer``          what makes a group commit visible, and what one consists of
``state_log``       the ledger's topic, read for a restore
``ledger_store``    the entries of a partition's ledger
``observer``        who is told facts, and who looks up the status
``tracer``          who is told of attempts as spans of a trace, where somebody is
``errors``          what may go wrong behind them, and what it asks of the runtime
==================  ==============================================================================

Each says when its calls return and what they raise.  The Kafka adapters (``consumer.kafka``) and
the in-memory ones of the tests pass the same contract tests.  Everyone else imports from here.
"""

from consumer.core.output import OutputRecord, TopicRole
from consumer.ports.errors import (
    ProducerFencedError,
    RefusedError,
    SessionLostError,
    SourceError,
    StragglerError,
)
from consumer.ports.ledger_store import LedgerStore
from consumer.ports.observer import Observer, StatusReader
from consumer.ports.source import AssignmentListener, LogBounds, Source
from consumer.ports.state_log import StateLog
from consumer.ports.tracer import AttemptSpan, Tracer
from consumer.ports.writer import CommitBatch, CommitReceipt, Writer

__all__ = [
    "AssignmentListener",
    "AttemptSpan",
    "CommitBatch",
    "CommitReceipt",
    "LedgerStore",
    "LogBounds",
    "Observer",
    "OutputRecord",
    "ProducerFencedError",
    "RefusedError",
    "SessionLostError",
    "Source",
    "SourceError",
    "StateLog",
    "StatusReader",
    "StragglerError",
    "TopicRole",
    "Tracer",
    "Writer",
]
