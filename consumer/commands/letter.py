"""How does an operator read a dead letter?

What happened, what was tried, what to do, the original; everything in it is untrusted text.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.highlighter import JSONHighlighter
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from consumer.commands.pretty import pretty_json
from consumer.commands.printable import printable, printable_bytes, printable_lines
from consumer.commands.show import part

_MOST_ORIGINAL_LINES = 24
_MOST_ATTEMPTS = 6
_MOST_TRACEBACK_LINES = 6
_MOST_HEADERS = 8
_JSON = JSONHighlighter()


Part = tuple[str, Sequence[Text]]
"""A title, and what stands below it."""


def letter_report(envelope: Mapping[str, Any], standing: Sequence[Part] = ()) -> Panel:
    """Return *envelope*, a dead letter's parsed JSON, as a panel for the terminal.

    Args:
        envelope: The letter.
        standing: What is known beside it, to be told before what to do.
    """
    parts = [
        ("What happened", _happened(envelope)),
        ("What was tried", tried(envelope)),
        *standing,
        ("What to do", _to_do(envelope)),
        ("The original", original(envelope)),
    ]
    rows: list[Text | Padding] = []
    for title, lines in parts:
        rows.append(Text(title, style="bold"))
        rows.append(Padding(Group(*lines), (0, 0, 1, 2)))
    return Panel(
        Group(*rows),
        title=Text(f"Dead letter {_said(envelope, 'dlq_id')}"),
        title_align="left",
        border_style="red",
        padding=(1, 2, 0, 2),
    )


def _happened(envelope: Mapping[str, Any]) -> list[Text]:
    error, context = part(envelope, "error"), part(envelope, "context")
    source = part(envelope, "source")
    place = "/".join(_said(source, name) for name in ("topic", "partition", "offset"))
    lines = [
        Text.assemble(
            (_said(error, "code"), "bold red"),
            f"  {_said(error, 'message')}",
        ),
        Text(_event_line(context)),
        Text(f"read from {place}, {_tense(envelope)}", style="dim"),
    ]
    if error.get("cause"):
        lines.insert(1, Text(f"cause: {_said(error, 'cause')}"))
    if error.get("details") is not None:
        details = json.dumps(error["details"], ensure_ascii=False)
        lines.append(Text(f"details: {printable(details, most=400)}"))
    return [*lines, *_traceback(envelope)]


def _traceback(envelope: Mapping[str, Any]) -> list[Text]:
    """Return what a traceback says last, or a Java one first; nothing where there is none."""
    text = part(envelope, "error").get("traceback")
    if not isinstance(text, str) or not text.strip():
        return []
    lines = printable_lines(text.rstrip())
    more = len(lines) - _MOST_TRACEBACK_LINES
    if more > 0:
        left_out = [f"… {more} lines more, in --json"]
        lines = (
            [*lines[:_MOST_TRACEBACK_LINES], *left_out]
            if _is_foreign(envelope)
            else [*left_out, *lines[more:]]
        )
    return [Text(line, style="dim") for line in lines]


def _event_line(context: Mapping[str, Any]) -> str:
    if not context.get("event_id"):
        return "the record is no event: nothing in it could be trusted to name one"
    return (
        f"{_said(context, 'event_type')} {_said(context, 'event_id')}"
        f" of workflow {_said(context, 'workflow_id')}, run {_said(context, 'workflow_run_id')}"
    )


def _tense(envelope: Mapping[str, Any]) -> str:
    moment = _moment(envelope, "timestamp")
    return f"dead-lettered {moment} as {_said(envelope, 'disposition')}"


def tried(envelope: Mapping[str, Any]) -> list[Text]:
    """Return the attempts of a letter, or of what has the same members, a line or two each."""
    context = part(envelope, "context")
    attempts = [each for each in _items(envelope.get("attempts")) if isinstance(each, Mapping)]
    if not attempts and _is_foreign(envelope):
        return [Text("its letter does not say: ask the system that wrote it")]
    if not attempts:
        return [Text("nothing: it was recognised before any processor was asked")]
    by = f"{len(attempts)} attempt{'s' * (len(attempts) > 1)}"
    if context.get("processor"):
        by += f" by processor {_said(context, 'processor')}"
    if context.get("policy"):
        by += f", policy {_said(context, 'policy')}"
    lines = [_attempt(each) for each in attempts]
    if len(lines) > _MOST_ATTEMPTS:
        hidden = len(lines) - _MOST_ATTEMPTS
        lines[1 : 1 + hidden] = [Text(f"    … {hidden} more", style="dim")]
    return [Text(by), *lines]


def _attempt(attempt: Mapping[str, Any]) -> Text:
    began = _moment(attempt, "started_at").partition(" ")[2]
    took, wait = attempt.get("duration_ms"), attempt.get("delay")
    return Text.assemble(
        (f"{_said(attempt, 'number'):>3}  {began}  ", "dim"),
        (_said(attempt, "status"), "yellow"),
        f" after {took:.0f} ms" if isinstance(took, int | float) else "",
        (f", tried again after {wait:.2f} s" if isinstance(wait, int | float) else "", "dim"),
        f"\n     {_said(attempt, 'code')}: {_said(attempt, 'message', most=200)}",
    )


def _is_foreign(envelope: Mapping[str, Any]) -> bool:
    """Whether another system has written it; the desk says so beside the letter."""
    return bool(part(envelope, "desk").get("dialect", "everonce") != "everonce")


def _to_do(envelope: Mapping[str, Any]) -> list[Text]:
    error = part(envelope, "error")
    actions = _items(error.get("suggested_actions"))
    lines = [Text(f"• {printable(str(action))}") for action in actions]
    retryable = error.get("retryable")
    if isinstance(retryable, bool) and not _is_foreign(envelope):
        lines.append(
            Text(
                "Tried again as it is, it may succeed."
                if retryable
                else "Tried again as it is, it would fail again: mend the cause first.",
                style="dim",
            )
        )
    return lines


def original(envelope: Mapping[str, Any]) -> list[Text]:
    """Return the record that a letter, or what has the same member, is about."""
    record = part(envelope, "original")
    shown = [Text(f"key {printable_bytes(decoded(record.get('key')) or b'(none)', most=120)}")]
    shown += _headers(record)
    value = decoded(record.get("value"))
    if value is None:
        return [*shown, Text("no value is kept")]
    pretty = pretty_json(value)
    lines = printable_lines(pretty) if pretty is not None else [printable_bytes(value, most=2000)]
    # Harmless first: the highlighter only adds colour.
    colour = _JSON if pretty is not None else Text
    if len(lines) > _MOST_ORIGINAL_LINES:
        lines[_MOST_ORIGINAL_LINES:] = [f"… {len(lines) - _MOST_ORIGINAL_LINES} lines more"]
    if record.get("truncated"):
        lines.append(f"(cut; {_said(record, 'size')} bytes, sha256 {_said(record, 'sha256')})")
    return [*shown, *(colour(line) for line in lines)]


def _headers(record: Mapping[str, Any]) -> list[Text]:
    headers = [each for each in _items(record.get("headers")) if isinstance(each, Mapping)]
    lines = [
        Text(
            f"header {_said(each, 'name', most=80)}: "
            f"{printable_bytes(decoded(each) or b'', most=120)}",
            style="dim",
        )
        for each in headers[:_MOST_HEADERS]
    ]
    if (more := len(headers) - _MOST_HEADERS) > 0:
        lines.append(Text(f"… {more} headers more", style="dim"))
    return lines


def decoded(field: object) -> bytes | None:
    """Return the bytes of an envelope's ``{encoding, data}``; None where there are none."""
    match field:
        case {"encoding": "base64", "data": str(data)}:
            try:
                return base64.b64decode(data)
            except binascii.Error:
                return data.encode()
        case {"data": str(data)}:
            return data.encode("utf-8", "surrogatepass")
        case _:
            return None


def _items(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _moment(document: Mapping[str, Any], name: str) -> str:
    """Return an RFC 3339 time as date and time of day, to the millisecond."""
    date, _, time = _said(document, name).removesuffix("Z").partition("T")
    whole, _, fraction = time.partition(".")
    return f"{date} {whole}.{fraction[:3]:0<3}Z" if whole else date


def _said(document: Mapping[str, Any], name: str, *, most: int = 400) -> str:
    value = document.get(name)
    return "?" if value is None else printable(str(value), most=most)
