"""What is there to know of a letter?"""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from rich.text import Text

from consumer.commands.chosen import chosen_settings
from consumer.commands.exits import ExitCode
from consumer.commands.letter import Part, letter_report
from consumer.commands.letters.desk import at_desk, put
from consumer.commands.letters.standing import standing
from consumer.commands.printable import json_line, printable
from consumer.desk.carried import carried
from consumer.desk.redaction import Redaction
from consumer.desk.whole import read_whole

_MOST_BEFORE = 5


def show_letter(config: Path | None, name: str, *, as_json: bool, reveal: bool) -> int:
    """Show everything about the letter that *name* names; return the exit code."""
    settings = chosen_settings(config)
    hide = Redaction(() if reveal else settings.desk.redact)
    whole = at_desk(
        settings, lambda tap, _told: read_whole(tap, settings.topics, name), "reading letters"
    )
    line = carried(whole.letter, whole.record, hide, entry=whole.standing, audit=whole.audit)
    if as_json:
        sys.stdout.write(json_line(line.decode()) + "\n")
        return ExitCode.OK
    envelope = orjson.loads(line)
    parts: list[Part] = [("How it stands", standing(whole, time.time()))]
    if before := _before(envelope):
        parts.append(("Letters before it", before))
    put(letter_report(envelope, parts))
    return ExitCode.OK


def _before(envelope: Mapping[str, Any]) -> list[Text]:
    redrive = envelope["redrive"]
    ids, count = redrive["previous_dlq_ids"], redrive["count"]
    lines = [Text(printable(str(each), most=100)) for each in ids[-_MOST_BEFORE:]]
    if (more := count - len(lines)) > 0:
        lines.insert(0, Text(f"… {more:,} older", style="dim"))
    return lines
