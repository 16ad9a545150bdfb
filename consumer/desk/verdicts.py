"""What has become of an act, as far as the audit topic or the ledger tells?

The audit topic tells everything.  Where it is switched off the marks of the ledger are asked,
which know the letter's state and the last act, and nothing of why an act was refused.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from consumer.core.act import Act
from consumer.core.audit_record import ActOutcome, AuditRecord
from consumer.core.ledger_entry import Entry, LetterMark

Verdict = Literal["going", "completed", "duplicate", "done", "failed_again", "refused"]
"""going: accepted, its event runs or is parked; the others are the end of it."""

SUCCEEDED: frozenset[Verdict] = frozenset({"completed", "duplicate", "done"})

_BY_OUTCOME: dict[ActOutcome, Verdict] = {
    "accepted": "going",
    "completed": "completed",
    "dead_lettered": "failed_again",
    "duplicate": "duplicate",
    "done": "done",
    "refused": "refused",
}
_RANK: dict[Verdict, int] = {"refused": 0, "going": 1}
_FINAL = 2
_UNTOLD = "the owner passed it by; why is on no topic, because topics.audit is switched off"


@dataclass(frozen=True, slots=True)
class Told:
    """What has become of one act."""

    verdict: Verdict
    detail: str | None = None
    """Why it was refused, or what else there is to say."""
    new_dlq_id: str | None = None
    """The letter that its event has become again."""


def by_audit(before: Told | None, record: AuditRecord) -> Told:
    """Return what is known of an act once *record* has been read.

    An act that was asked for twice is refused the second time, which changes nothing.

    Args:
        before: What was known before; None for nothing.
        record: One audit record of the act.
    """
    told = Told(_BY_OUTCOME[record.outcome], record.detail, record.new_dlq_id)
    if before is not None and _rank(before) >= _rank(told):
        return before
    return told


def by_marks(act: Act, marks: Iterable[LetterMark], *, is_passed: bool) -> Told | None:
    """Return what the letter marks that name the letter of *act* tell of it; None for nothing.

    Args:
        act: A redrive or a discard.
        marks: Every entry's mark that names ``act.dlq_id``: a mended poison record has two.
        is_passed: Whether its owner has committed past it some time ago.
    """
    closed: LetterMark | None = None
    for mark in marks:
        if mark.dlq_ids and mark.dlq_ids[-1] != act.dlq_id:
            return Told("failed_again", new_dlq_id=mark.dlq_ids[-1])
        if mark.state == "resolved":
            return Told("completed")
        if mark.state == "discarded":
            return _discarded(act, mark)
        if mark.state == "redriven":
            closed = mark
    if closed is not None:
        is_ours = closed.act is not None and closed.act.act_id == act.act_id
        return Told("going") if is_ours or not is_passed else Told("refused", _UNTOLD)
    return Told("refused", _UNTOLD) if is_passed else None


def by_entry(act: Act, entry: Entry | None, *, is_passed: bool) -> Told | None:
    """Return what the entry of *act* tells of a now, cancel or release; None for nothing."""
    if not is_passed:
        return None
    if entry is None:
        return Told("done", "carried out; what becomes of its event is on no topic")
    match act.kind:
        case "cancel":
            is_done = entry.status == "dead_lettered"
        case "release":
            is_done = entry.holds is None
        case _:
            is_done = (
                entry.parked is None
                or entry.parked.due_at is None
                or (entry.parked.due_at <= act.at + 1)
            )
    return Told("done") if is_done else Told("refused", _UNTOLD)


def _discarded(act: Act, mark: LetterMark) -> Told:
    is_ours = mark.act is not None and mark.act.act_id == act.act_id
    return Told("done") if is_ours else Told("refused", "it had been discarded before")


def _rank(told: Told) -> int:
    return _RANK.get(told.verdict, _FINAL)
