"""How is it told what the ledger knows under a name?"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import orjson
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import CommandError, ExitCode
from consumer.commands.letters.desk import at_desk, put
from consumer.commands.printable import json_line, printable, printable_bytes
from consumer.commands.waiting.spans import at, span
from consumer.core.ledger_entry import Entry, LetterMark
from consumer.core.timestamps import rfc3339
from consumer.desk.ledger_lookup import Found, look_up
from consumer.desk.redaction import Redaction, exactly
from consumer.kafka.tap import Tap

_MOST = 600
_MOST_LETTERS = 5
_STYLES = {"completed": "green", "dead_lettered": "red", "discarded": "dim"}


def show_ledger(config: Path | None, name: str, *, as_json: bool, reveal: bool) -> int:
    """Show every entry that *name* names; return the exit code.

    Raises:
        CommandError: There is none.
    """
    settings = chosen_settings(config)

    async def look(tap: Tap, _progress: object) -> Sequence[Found]:
        return await look_up(tap, settings.topics, name)

    found = at_desk(settings, look, "reading the ledger")
    if not found:
        raise CommandError(
            f"the ledger knows nothing of '{printable(name, most=_MOST)}': it has never been, it "
            "has not settled yet, or it is forgotten (dedup.window)"
        )
    hide = Redaction(() if reveal else settings.desk.redact)
    for each in found:
        if as_json:
            sys.stdout.write(json_line(_document(each, hide)) + "\n")
        else:
            put(_panel(each, time.time(), hide))
    return ExitCode.OK


def _document(found: Found, hide: Redaction) -> str:
    document = {
        "partition": found.partition,
        "ledger_key": found.ledger_key,
        "offset": found.offset,
        "written_at": rfc3339(found.written_at),
        "entry": None if found.value is None else hide.document(exactly(found.value)),
    }
    return orjson.dumps(document).decode()


def _panel(found: Found, now: float, hide: Redaction) -> Panel:
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(overflow="fold")
    for name, text in _rows(found, now, hide):
        rows.add_row(name, text)
    return Panel(
        Group(rows),
        title=Text(f"Ledger entry {printable(found.ledger_key, most=_MOST)}"),
        title_align="left",
        padding=(1, 2),
    )


def _rows(found: Found, now: float, hide: Redaction) -> list[tuple[str, Text]]:
    place = f"partition {found.partition}, offset {found.offset} of the state topic"
    written = f"{at(found.written_at, now)}, {_ago(found.written_at, now)}"
    entry = found.entry
    if entry is None:
        return [
            ("status", Text("forgotten: removed by a tombstone", style="dim")),
            ("removed", Text(written)),
            ("where", Text(place)),
        ]
    status = Text(entry.status.replace("_", "-"), style=_STYLES.get(entry.status, "yellow"))
    rows = [("status", status), ("written", Text(written)), ("where", Text(place))]
    rows += _settled(entry, now, hide) + _parked(entry, now) + _tried(entry, hide)
    if entry.letter is not None:
        rows += _letters(entry.letter, now)
    if entry.holds is not None:
        lane = entry.holds.lane
        key = printable_bytes(lane, most=200) if isinstance(lane, bytes) else "the whole partition"
        rows.append(("holds", Text(f"the key {key}, until its letter is acted on", style="red")))
    if entry.crash is not None:
        rows.append(("crash", Text(f"{entry.crash.stage} since {at(entry.crash.at, now)}")))
    offsets = {"input": entry.input_offset, "control": entry.control_offset}
    said = ", ".join(f"{name} {each}" for name, each in offsets.items() if each is not None)
    rows.append(("answered", Text(f"records up to {said or 'none'}")))
    rows.append(("contents", Text("\n".join(printable(each) for each in entry.fingerprints))))
    return rows


def _settled(entry: Entry, now: float, hide: Redaction) -> list[tuple[str, Text]]:
    rows = []
    if entry.settled_at is not None:
        when = f"{at(entry.settled_at, now)}, {_ago(entry.settled_at, now)}"
        rows.append(("settled", Text(when)))
    if entry.result is not None:
        rows.append(("result", Text(printable_bytes(hide.value(entry.result), most=_MOST))))
    elif entry.result_hash is not None:
        rows.append(("result", Text(f"too large to be kept; {printable(entry.result_hash)}")))
    return rows


def _parked(entry: Entry, now: float) -> list[tuple[str, Text]]:
    parked = entry.parked
    if parked is None:
        return []
    record = parked.record
    source = f"{record.topic}/{record.partition}/{record.offset}"
    rows = [
        ("parked", Text(f"{at(parked.parked_at, now)}, {_ago(parked.parked_at, now)}")),
        ("record", Text(f"{printable(source)}, key {_key(record.key)}")),
    ]
    if parked.due_at is not None:
        ahead = parked.due_at - now
        due = f"in {span(ahead)}" if ahead > 0 else f"{span(-ahead)} late"
        rows.insert(0, ("due", Text(f"{at(parked.due_at, now)}, {due}")))
    if parked.held_by is not None:
        held = f"behind letter {printable(parked.held_by)} when it was parked"
        rows.append(("held", Text(held, style="red")))
    return rows


def _tried(entry: Entry, hide: Redaction) -> list[tuple[str, Text]]:
    history = entry.history
    if history is None:
        return []
    policy = f", policy {printable(entry.policy)}" if entry.policy else ""
    rows = [("attempts", Text(f"{history.count} failed{policy}"))]
    if history.last_failure is not None:
        failure = history.last_failure
        code = printable(failure.code, most=100)
        message = printable(hide.text(failure.message), most=_MOST)
        rows.append(("last error", Text.assemble((code, "red"), f"  {message}")))
    return rows


def _letters(mark: LetterMark, now: float) -> list[tuple[str, Text]]:
    earlier = mark.dlq_ids[-1 - _MOST_LETTERS : -1]
    rows = [
        (
            "letter",
            Text.assemble(
                (mark.state, "red" if mark.state == "open" else "bold"),
                f", given up {at(mark.at, now)}: {printable(mark.dlq_ids[-1])}",
            ),
        )
    ]
    if mark.act is not None:
        why = f": {printable(mark.act.reason, most=_MOST)}" if mark.act.reason else ""
        who = printable(mark.act.operator, most=200)
        rows.append(("by", Text(f"{who}, {at(mark.act.at, now)}{why}")))
    if mark.moved_to is not None:
        rows.append(("goes on as", Text(printable(mark.moved_to, most=_MOST))))
    if mark.count > 1:
        names = "\n".join(printable(each) for each in earlier)
        rows.append(("before it", Text(f"{mark.count - 1} failed again:\n{names}")))
    return rows


def _key(key: bytes | None) -> str:
    return "(none)" if key is None else printable_bytes(key, most=200)


def _ago(moment: float, now: float) -> str:
    return f"{span(max(0.0, now - moment))} ago"
