"""Which act on a parked event, or on the key that a letter holds, may be asked for?

Looked at before anything is asked, so that the answer is there at once; the owner looks again.
"""

from typing import Literal

from consumer.core.act import Act
from consumer.core.ledger_entry import Entry
from consumer.desk.acts import Request, act_id
from consumer.desk.ledger_lookup import Found
from consumer.desk.letter_requests import Asker

ParkedKind = Literal["now", "cancel", "release"]


class NotPossibleError(Exception):
    """The act would be refused; the message says why."""


def parked_request(kind: ParkedKind, found: Found, asker: Asker, *, at: float) -> Request:
    """Return the act of *kind* on what was *found*.

    Args:
        kind: What is asked for.
        found: An entry of the ledger.
        asker: Who asks.
        at: When; seconds since the epoch.

    Raises:
        NotPossibleError: The entry is not parked, or holds no key.
    """
    entry, key = found.entry, found.ledger_key
    if entry is None:
        raise NotPossibleError(f"{key} has been forgotten: its entry is gone")
    dlq_id = None
    if kind == "release":
        if entry.holds is None or entry.letter is None:
            raise NotPossibleError(f"{key} holds no key: it is {standing(entry)}")
        dlq_id = entry.letter.dlq_ids[-1]
    elif entry.status == "running":
        raise NotPossibleError(f"{key} is running: wait for the end of its attempt")
    elif entry.parked is None:
        raise NotPossibleError(f"{key} is not parked: it is {standing(entry)}")
    name = act_id(kind, dlq_id or key, asker.run)
    act = Act(kind, name, asker.operator, asker.reason, at, key, dlq_id)
    return Request(act, found.partition)


def standing(entry: Entry) -> str:
    """Return how things are with an event, in a few words."""
    status = entry.status.replace("_", "-")
    if entry.letter is None:
        return status
    return f"{status}, its newest letter {entry.letter.dlq_ids[-1]} {entry.letter.state}"
