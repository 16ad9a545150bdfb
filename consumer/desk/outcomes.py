"""What became of the letters that this ledger has no entry of?

Letters of other dialects, and imported ones: only the audit topic knows what was done about them.
Pure: told the records of one partition of it, in order.
"""

from collections.abc import Mapping

import orjson

from consumer.core.audit_record import AUDIT_SCHEMA
from consumer.desk.letters import LetterState

_STATES: Mapping[str, LetterState] = {
    "accepted": "redriven",
    "completed": "resolved",
    "duplicate": "resolved",
    "dead_lettered": "failed_again",
    "done": "discarded",
}


class Outcomes:
    """What the audit records of one partition say of letters without an entry."""

    def __init__(self) -> None:
        self._states: dict[str, LetterState] = {}

    def __len__(self) -> int:
        """Letters of which something is known."""
        return len(self._states)

    def remember(self, value: bytes | None) -> None:
        """Reflect one record of the audit topic; what is none of ours says nothing."""
        # Most acts are about entries: not worth decoding where no other letter is known.
        if value is None or not (self._states or b'"ledger_key":null' in value):
            return
        try:
            document = orjson.loads(value)
        except orjson.JSONDecodeError:
            return
        if not isinstance(document, dict) or document.get("schema") != AUDIT_SCHEMA:
            return
        name, state = document.get("dlq_id"), _STATES.get(str(document.get("outcome")))
        if not isinstance(name, str) or state is None:
            return
        # Its event has an entry once it runs, by which the end of the redrive is told.
        if document.get("ledger_key") is None or name in self._states:
            self._states[name] = state

    def state_of(self, dlq_id: str) -> LetterState:
        """Return the state of a letter without an entry: open as long as nothing was done."""
        return self._states.get(dlq_id, "open")
