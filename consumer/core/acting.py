"""May what an operator asks for be done now?

Decided on what is committed: whoever carries acts out waits until nothing of the entry is on its
way.  Every refusal says why, and what to do instead.
"""

from consumer.core.act import Act
from consumer.core.ledger_entry import Entry
from consumer.core.letter_mark import LetterAct

_FORGOTTEN = (
    "the ledger knows of no such thing under {key!r}: it has expired, or was never there; export "
    "the letter and publish its event anew"
)


def letter_refusal(act: Act, entry: Entry | None, *, is_in_flight: bool) -> str | None:
    """Return why a letter cannot be redriven, discarded or released; None where it can.

    Args:
        act: It names a ledger key.
        entry: What is known under that key.
        is_in_flight: Whether something of it runs, or waits in memory.
    """
    if entry is None or entry.letter is None:
        return _FORGOTTEN.format(key=act.ledger_key)
    mark = entry.letter
    if act.dlq_id not in mark.dlq_ids:
        return (
            f"the letters of {act.ledger_key!r} are {', '.join(mark.dlq_ids[-3:])}, not "
            f"{act.dlq_id}"
        )
    if act.dlq_id != mark.dlq_ids[-1]:
        return f"letter {act.dlq_id} has failed again as {mark.dlq_ids[-1]}: ask for that one"
    if mark.state != "open":
        return f"letter {act.dlq_id} is {mark.state}" + _by(mark.act)
    if is_in_flight or entry.status != "dead_lettered":
        return f"the event of letter {act.dlq_id} is in flight again: wait for what becomes of it"
    return None


def release_refusal(act: Act, entry: Entry | None, *, held_by: str | None) -> str | None:
    """Return why a key cannot be let go on; *held_by* is the letter that holds its lane."""
    refusal = letter_refusal(act, entry, is_in_flight=False)
    if refusal is None and (entry is None or entry.holds is None or held_by != act.dlq_id):
        return f"letter {act.dlq_id} holds no key"
    return refusal


def parked_refusal(act: Act, entry: Entry | None, *, is_in_flight: bool) -> str | None:
    """Return why a parked event cannot be started or cancelled; None where it can."""
    if entry is None:
        return _FORGOTTEN.format(key=act.ledger_key)
    if is_in_flight:
        return f"{act.ledger_key!r} runs right now: wait for what becomes of it"
    if entry.parked is None:
        return f"{act.ledger_key!r} is not parked, it is {entry.status}"
    return None


def replay_refusal(act: Act, entry: Entry | None, *, is_in_flight: bool) -> str | None:
    """Return why an event cannot be run again on purpose; None where it can."""
    if is_in_flight or (entry is not None and not entry.is_settled):
        return "the event is not done: it runs, or waits for another attempt"
    if entry is not None and entry.act is not None and entry.act.act_id == act.act_id:
        return f"it has run for {act.act_id} already: ask anew for another run"
    return None


def letter_act(act: Act) -> LetterAct:
    """Return what the ledger remembers of a redrive, replay or discard.

    Raises:
        ValueError: It is something else.
    """
    kind = act.kind
    if kind not in ("redrive", "replay", "discard"):
        raise ValueError(f"{kind} is remembered by nobody")
    return LetterAct(act.act_id, act.operator, act.reason, act.at, kind)


def _by(act: LetterAct | None) -> str:
    return "" if act is None else f" by {act.operator} ({act.kind} {act.act_id})"
