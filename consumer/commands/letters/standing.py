"""How does a letter stand, and who has done what about it?"""

from collections.abc import Sequence

from rich.text import Text

from consumer.commands.letters.table import STYLES, WORDS, short_name
from consumer.commands.printable import printable
from consumer.commands.waiting.spans import at, span
from consumer.core.audit_record import AuditRecord
from consumer.core.letter_mark import LetterMark
from consumer.desk.envelopes import WRITERS
from consumer.desk.letters import Letter, LetterState
from consumer.desk.whole import Whole

_MOST = 200
_MOST_ACTS = 12
_MEANING: dict[LetterState, str] = {
    "open": "it waits for somebody",
    "redriven": "its event goes on",
    "resolved": "its event has completed since",
    "failed_again": "its event went on, and has a newer letter",
    "discarded": "somebody closed it",
    "forgotten": "its entry in the ledger has expired: its event may have been done since",
}


def standing(whole: Whole, now: float) -> list[Text]:
    """Return how a letter stands, a line each.

    Args:
        whole: The letter.
        now: Seconds since the epoch.
    """
    letter, entry = whole.letter, whole.standing
    state = letter.state
    lines = [Text.assemble((WORDS[state], f"bold {STYLES[state]}"), f": {_meaning(whole, now)}")]
    mark = entry.letter if entry is not None else None
    if mark is not None:
        lines += _mark(mark, letter.dlq_id, now)
    if whole.entry is not None and whole.entry.holds is not None:
        lines.append(
            Text("its key waits: later events of it are parked until something is done about it")
        )
    if letter.ledger_key is not None:
        lines.append(Text(f"ledger key {printable(letter.ledger_key, most=600)}", style="dim"))
    else:
        lines.append(
            Text(
                f"written by {WRITERS[letter.dialect]}, without an entry in this ledger: redriven, "
                "its event's own id decides",
                style="dim",
            )
        )
    place = f"letter in partition {letter.partition}, offset {letter.offset}; group {letter.group}"
    return [*lines, Text(place, style="dim"), *_acts(whole.audit, now), *_next(letter)]


def _next(letter: Letter) -> list[Text]:
    """Return what can be typed about an open letter."""
    if letter.state != "open":
        return []
    name = short_name(letter.dlq_id)
    lines = [f"everonce dlq redrive {name}", f"everonce dlq list --group {letter.group}"]
    return [Text(f"  {line}", style="cyan") for line in lines]


def _meaning(whole: Whole, now: float) -> str:
    entry, state = whole.standing, whole.letter.state
    if state != "redriven" or entry is None:
        return _MEANING[state]
    if entry.parked is not None and entry.status == "parked":
        due_at = entry.parked.due_at
        if due_at is None:
            return f"{_MEANING[state]}: parked behind others, or due at once"
        ahead = due_at - now
        when = f"in {span(ahead)}" if ahead > 0 else f"{span(-ahead)} ago"
        return f"{_MEANING[state]}: parked, its next attempt was due {when}".replace(
            "was due in", "is due in"
        )
    return f"{_MEANING[state]}: running, or on its way"


def _mark(mark: LetterMark, dlq_id: str, now: float) -> list[Text]:
    lines: list[Text] = []
    if mark.dlq_ids[-1] != dlq_id:
        newest = printable(mark.dlq_ids[-1], most=100)
        lines.append(Text(f"the newest of {mark.count} letters is {newest}"))
    if mark.act is not None and mark.state != "open":
        act = mark.act
        who = printable(act.operator or "somebody", most=_MOST)
        why = f": {printable(act.reason, most=_MOST)}" if act.reason else ""
        lines.append(Text(f"closed by {who}, asked {at(act.at, now)}{why}"))
    elif mark.act is None and mark.state in ("redriven", "resolved"):
        lines.append(Text("closed by the same event, published again to the input"))
    return lines


def _acts(audit: Sequence[AuditRecord], now: float) -> list[Text]:
    lines = [
        Text.assemble(
            (f"{at(each.at.timestamp(), now):>18}  ", "dim"),
            f"{each.act} ",
            (each.outcome.replace("_", " "), "red" if each.outcome == "refused" else "green"),
            f", asked by {printable(each.operator or 'somebody', most=_MOST)}",
            f" ({printable(each.reason, most=_MOST)})" if each.reason else "",
            f": {printable(each.detail, most=_MOST)}" if each.detail else "",
            f" as {printable(each.new_dlq_id, most=100)}" if each.new_dlq_id else "",
        )
        for each in audit[-_MOST_ACTS:]
    ]
    if not lines:
        return []
    if (more := len(audit) - _MOST_ACTS) > 0:
        lines.insert(0, Text(f"… {more:,} older acts; --json has them", style="dim"))
    return [Text("what was asked for:"), *lines]
