"""How are letters listed, one after the other?"""

import re
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from consumer.commands.printable import printable, printable_bytes
from consumer.commands.record_json import text_or_base64
from consumer.commands.waiting.spans import at, span
from consumer.core.failure_shape import without_limit
from consumer.core.timestamps import rfc3339
from consumer.desk.letters import Letter, LetterState
from consumer.desk.redaction import Redaction

STYLES: dict[LetterState, str] = {
    "open": "yellow",
    "redriven": "cyan",
    "resolved": "green",
    "failed_again": "red",
    "discarded": "dim",
    "forgotten": "dim",
}
WORDS: dict[LetterState, str] = {state: state.replace("_", " ") for state in STYLES}
_MOST = 200
_UUID_BEGINNING = re.compile(r"[0-9a-f]{8}-")


def letters_table(shown: Sequence[Letter], chosen: int, now: float, hide: Redaction) -> Group:
    """Return *shown* as a table of two lines each.

    Args:
        shown: Those that are listed, in order.
        chosen: How many there are to list, those that are left out included.
        now: Seconds since the epoch.
        hide: What of their texts is hidden.
    """
    grid = Table(box=None, expand=True, padding=(0, 1), header_style="dim", pad_edge=False)
    for head, width, share in (
        ("letter\ngroup", 8, None),
        ("given up", 17, None),
        ("event\ntype", None, 4),
        ("key\nplace", None, 3),
        ("state\nhow", 13, None),
        ("failure", None, 6),
    ):
        grid.add_column(head, width=width, ratio=share, no_wrap=True, overflow="ellipsis")
    for letter in shown:
        grid.add_row(*_cells(letter, now, hide))
    return Group(grid, *_left_out(chosen - len(shown)))


def _left_out(count: int) -> list[RenderableType]:
    if count <= 0:
        return []
    more = f"… {count:,} older: --limit shows them, `everonce dlq groups` sums them up"
    return [Text(more, style="dim")]


def _cells(letter: Letter, now: float, hide: Redaction) -> tuple[Text, ...]:
    key = "(no key)" if letter.key is None else printable_bytes(letter.key, most=_MOST)
    tried = f"{letter.attempts} x {letter.disposition}" if letter.attempts else letter.disposition
    message = printable(hide.text(without_limit(letter.message)[: 4 * _MOST]), most=_MOST)
    return (
        two(short_name(letter.dlq_id), "bold", letter.group),
        two(at(letter.timestamp, now), "", ago(letter.timestamp, now)),
        two(event_name(letter), "bold", printable(letter.event_type or "(no event)", most=_MOST)),
        two(key, "cyan", f"in {letter.partition}/{letter.offset}"),
        two(WORDS[letter.state], STYLES[letter.state], printable(tried, most=_MOST)),
        two(printable(letter.why, most=_MOST), "red", message),
    )


def event_name(letter: Letter) -> str:
    """Return what the event of *letter* is called; a record that is none by its coordinates."""
    if letter.event_id is not None:
        return printable(letter.event_id, most=_MOST)
    if letter.ledger_key is not None:
        return printable(letter.ledger_key.removeprefix("r:"), most=_MOST)
    return f"({letter.dialect})"


def short_name(dlq_id: str) -> str:
    """Return as much of a letter's name as a command needs to find it among many."""
    if _UUID_BEGINNING.match(dlq_id):
        return dlq_id[:8]
    return printable("/".join(dlq_id.split("/")[-2:]), most=40)


def ago(moment: float, now: float) -> str:
    """Return how long ago a moment is (both in seconds since the epoch), in one unit."""
    number, unit = span(max(0.0, now - moment)).split()[:2]
    return f"{number} {unit} ago"


def two(first: str, style: str, second: str) -> Text:
    """Return two lines of a cell."""
    return Text.assemble((first, style), "\n", (second, "dim"))


def letter_document(letter: Letter, hide: Redaction) -> dict[str, object]:
    """Return *letter* as ``everonce dlq list --json`` writes it."""
    return {
        "dlq_id": letter.dlq_id,
        "state": letter.state,
        "group": letter.group,
        "partition": letter.partition,
        "offset": letter.offset,
        "timestamp": rfc3339(letter.timestamp),
        "code": letter.code,
        "cause": letter.cause,
        "disposition": letter.disposition,
        "error_type": letter.error_type,
        "message": hide.text(letter.message),
        "attempts": letter.attempts,
        "processor": letter.processor,
        "event_id": letter.event_id,
        "event_type": letter.event_type,
        "workflow_id": letter.workflow_id,
        "key": text_or_base64(letter.key),
        "ledger_key": letter.ledger_key,
        "bytes": letter.size,
        "dialect": letter.dialect,
    }
