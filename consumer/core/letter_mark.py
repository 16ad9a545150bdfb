"""What does the ledger know of an event's dead letters?

::

    open --redrive, resend--> redriven --completes--> resolved
     |                           +-------fails------> open: a new letter, the old one failed again
     +------discard----------> discarded

``redriven`` is written once the event goes on: parked, journalled, or on its way from the control
topic; whoever asks then for another redrive of the letter is refused.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from consumer.core.dead_letter_size import short_text

LetterState = Literal["open", "redriven", "resolved", "discarded"]
ACT_BYTES = 1024
"""Most that the members of an act take in an entry."""
_OPERATOR_BYTES, _REASON_BYTES = 128, 512


@dataclass(frozen=True, slots=True)
class LetterAct:
    """The operator's act that closed a letter, or made an event run again."""

    act_id: str
    operator: str
    """Who; as the desk was told."""
    reason: str | None
    """Why; as the desk was told."""
    at: float
    """When it was asked for; seconds since the epoch, by the desk's clock."""
    kind: Literal["redrive", "replay", "discard"] = "redrive"


@dataclass(frozen=True, slots=True)
class LetterMark:
    """What the ledger knows of an event's dead letters."""

    dlq_ids: tuple[str, ...]
    """Oldest first, the newest 20."""
    count: int
    """Letters in all."""
    state: LetterState
    """Of the newest; those before it have failed again."""
    at: float
    """When the newest was settled; seconds since the epoch."""
    act: LetterAct | None = None
    """What closed the newest; None where nothing has, or a resend did."""
    moved_to: str | None = None
    """Ledger key under which its mended record goes on: of a record that was no event."""

    KEPT: ClassVar[int] = 20

    @classmethod
    def after(cls, previous: "LetterMark | None", dlq_id: str, now: float) -> "LetterMark":
        """Return the mark with one more letter, which is open."""
        ids = (*previous.dlq_ids, dlq_id) if previous else (dlq_id,)
        count = previous.count + 1 if previous else 1
        return cls(ids[-cls.KEPT :], count, "open", now)

    def taken_over(self) -> "LetterMark":
        """Return the mark once the event goes on."""
        return replace(self, state="redriven") if self.state == "open" else self

    def resolved(self) -> "LetterMark":
        """Return the mark once the event has completed."""
        return replace(self, state="resolved")


def letter_members(mark: LetterMark) -> dict[str, Any]:
    """Return *mark* as a member of an entry."""
    members: dict[str, Any] = {
        "dlq_ids": list(mark.dlq_ids),
        "count": mark.count,
        "state": mark.state,
        "at": mark.at,
    }
    if mark.act is not None:
        members["act"] = act_members(mark.act)
    if mark.moved_to is not None:
        members["moved_to"] = mark.moved_to
    return members


def letter_of(members: dict[str, Any] | None) -> LetterMark | None:
    """Return the mark that *members* are."""
    if members is None:
        return None
    return LetterMark(
        tuple(members["dlq_ids"]),
        members["count"],
        members["state"],
        members["at"],
        act_of(members.get("act")),
        members.get("moved_to"),
    )


def act_members(act: LetterAct) -> dict[str, Any]:
    """Return *act* as a member of an entry."""
    return {
        "id": act.act_id,
        "kind": act.kind,
        "operator": short_text(act.operator, _OPERATOR_BYTES),
        "reason": None if act.reason is None else short_text(act.reason, _REASON_BYTES),
        "at": act.at,
    }


def act_of(members: dict[str, Any] | None) -> LetterAct | None:
    """Return the act that *members* are."""
    if members is None:
        return None
    kind = members.get("kind", "redrive")
    return LetterAct(members["id"], members["operator"], members["reason"], members["at"], kind)
